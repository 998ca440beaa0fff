package dev.understudy.supervisor.configuration;

import com.google.protobuf.ByteString;
import dev.understudy.schema.Config;
import dev.understudy.schema.DataPlaneKind;
import dev.understudy.schema.PointToPoint;
import dev.understudy.schema.PortConfig;
import dev.understudy.schema.RedundancyConfig;
import dev.understudy.schema.SpanningTreeConfig;
import dev.understudy.schema.SpanningTreeMode;
import dev.understudy.schema.SpanningTreePortConfig;
import dev.understudy.schema.StaticMacConfig;
import dev.understudy.schema.UdpAttachment;
import dev.understudy.schema.VlanConfig;
import dev.understudy.supervisor.configuration.YamlNode.Place;
import dev.understudy.wire.MacAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Makes a configuration of a YAML file: the whole of it, or all of its mistakes. */
public final class ConfigurationReader {
  /** Octets of a file; a configuration of the largest size takes less. */
  public static final int FILE_OCTETS_MAX = 4 << 20;

  /** Mistakes that are told; after so many, the file is something else altogether. */
  public static final int PROBLEMS_MAX = 100;

  /** What came of a file. */
  public sealed interface Parsed {
    /** A configuration without mistakes, in canonical form. */
    record Ok(Config config) implements Parsed {}

    /** In the order of the file, at least one. */
    record Bad(List<ConfigurationProblem> problems) implements Parsed {
      public Bad {
        problems = List.copyOf(problems);
      }

      /** One line each. */
      public String text() {
        return String.join("\n", problems.stream().map(ConfigurationProblem::toString).toList());
      }
    }
  }

  private final YamlSections sections = new YamlSections();
  private final Config.Builder config = Config.newBuilder();

  private ConfigurationReader() {}

  public static Parsed read(Path file) {
    String name = file.toString();
    try {
      if (Files.isRegularFile(file) && Files.size(file) > FILE_OCTETS_MAX) {
        return whole(name, Files.size(file) + " octets", "at most " + FILE_OCTETS_MAX);
      }
      byte[] octets = Files.readAllBytes(file);
      return parse(
          name, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString());
    } catch (CharacterCodingException e) {
      return whole(name, "octets that are no UTF-8", "text in UTF-8");
    } catch (NoSuchFileException e) {
      return whole(name, "no such file", "a configuration file");
    } catch (IOException e) {
      return whole(name, "a file that can't be read: " + e, "a configuration file");
    }
  }

  private static Parsed whole(String file, String found, String expected) {
    return new Parsed.Bad(List.of(new ConfigurationProblem(file, 0, 0, "", found, expected)));
  }

  /**
   * Reads a text.
   *
   * @param file a name for messages
   */
  public static Parsed parse(String file, String text) {
    YamlNode root;
    try {
      root = YamlTree.read(text);
    } catch (YamlTree.BadYaml e) {
      return new Parsed.Bad(
          List.of(
              new ConfigurationProblem(
                  file, e.at().line(), e.at().column(), "", e.found(), e.expected())));
    }
    ConfigurationReader reader = new ConfigurationReader();
    reader.top(root);
    Config config = ConfigurationDefaults.omit(reader.config.build());
    List<ConfigurationProblem> problems = reader.problems(file, config);
    return problems.isEmpty() ? new Parsed.Ok(config) : new Parsed.Bad(problems);
  }

  /**
   * What the file says wrongly, and what is wrong with what it says. The second kind is left out
   * where the first has been found: a value that could not be read looks as if it was missing.
   */
  private List<ConfigurationProblem> problems(String file, Config judged) {
    List<YamlSections.Mistake> mistakes = new ArrayList<>(sections.mistakes());
    for (ConfigurationCheck.Finding finding : ConfigurationCheck.check(judged)) {
      if (sections.mistakes().stream().noneMatch(told -> told.path().touches(finding.path()))) {
        mistakes.add(
            new YamlSections.Mistake(
                finding.path(),
                sections.place(finding.path()),
                finding.found(),
                finding.expected()));
      }
    }
    return mistakes.stream()
        .sorted(
            Comparator.comparingInt((YamlSections.Mistake mistake) -> mistake.at().line())
                .thenComparingInt(mistake -> mistake.at().column()))
        .limit(PROBLEMS_MAX)
        .map(mistake -> {
          Place at = mistake.at();
          return new ConfigurationProblem(
              file,
              at.line(),
              at.column(),
              mistake.path().toString(),
              mistake.found(),
              mistake.expected());
        })
        .toList();
  }

  private void top(YamlNode root) {
    YamlSections.Section top =
        sections.section(
            root,
            KeyPath.TOP,
            List.of(
                "name",
                "data-plane",
                "ports",
                "vlans",
                ConfigurationCheck.STATIC_MACS,
                "spanning-tree",
                "redundancy",
                "ageing-time"));
    top.text("name").ifPresent(config::setName);
    top.choice("data-plane", List.of("soft", "linux"))
        .ifPresent(kind ->
            config.setDataPlane(
                kind.equals("linux")
                    ? DataPlaneKind.DATA_PLANE_LINUX
                    : DataPlaneKind.DATA_PLANE_SOFT));
    top.entries("ports").forEach(this::port);
    top.entries("vlans").forEach(this::vlan);
    top.elements(ConfigurationCheck.STATIC_MACS).forEach(this::staticMac);
    top.section(
            "spanning-tree",
            List.of(
                "mode",
                "priority",
                "hello-time",
                "max-age",
                "forward-delay",
                "tx-hold-count",
                "ports"))
        .ifPresent(this::spanningTree);
    top.section(
            "redundancy",
            List.of(
                "tick", "silence-limit", "commit-limit", "digest-interval", "err-disable-recovery"))
        .ifPresent(this::redundancy);
    top.number("ageing-time", Range.AGEING_SECONDS).ifPresent(config::setAgeingSeconds);
  }

  private void port(YamlSections.Item item) {
    YamlSections.Section section =
        item.section(List.of("interface", "tap", "udp", "vlans", "enabled"));
    PortConfig.Builder port = PortConfig.newBuilder().setName(item.key());
    List<String> attachments =
        List.of("interface", "tap", "udp").stream().filter(section::has).toList();
    if (attachments.size() > 1) {
      sections.report(
          item.path(),
          "both " + String.join(" and ", attachments),
          "one of interface, tap and udp");
    }
    section.text("interface").ifPresent(port::setInterface);
    section.text("tap").ifPresent(port::setTap);
    section
        .section("udp", List.of("listen", "peer"))
        .ifPresent(udp -> {
          UdpAttachment.Builder attachment = UdpAttachment.newBuilder();
          udp.text("listen").ifPresent(attachment::setListen);
          udp.text("peer").ifPresent(attachment::setPeer);
          port.setUdp(attachment);
        });
    section.truth("enabled").ifPresent(port::setAdminUp);
    section
        .section("vlans", List.of("access", "trunk", "native"))
        .ifPresent(vlans -> portVlans(vlans, port));
    config.addPorts(port);
  }

  private void portVlans(YamlSections.Section vlans, PortConfig.Builder port) {
    if (vlans.has("access") && (vlans.has("trunk") || vlans.has("native"))) {
      sections.report(
          vlans.path(),
          "access together with " + (vlans.has("trunk") ? "trunk" : "native"),
          "access, or trunk with native");
      return;
    }
    if (vlans.has("native") && !vlans.has("trunk")) {
      sections.report(
          vlans.path().then("native"), "native without trunk", "access, or trunk with native");
      return;
    }
    vlans.number("access", Range.VID).ifPresent(port::setAccessVlan);
    vlans.number("native", Range.VID).ifPresent(port::setNativeVlan);
    if (vlans.isEmptyList("trunk")) {
      sections.report(vlans.path().then("trunk"), "no VLAN", "at least one VLAN");
    }
    for (YamlSections.Item element : vlans.elements("trunk")) {
      // One that can't be read stands as VLAN 0, so that its neighbours keep their places.
      port.addTrunkVlans(element.number(Range.VID).orElse(0));
    }
  }

  private void vlan(YamlSections.Item item) {
    VlanConfig.Builder vlan = VlanConfig.newBuilder();
    Optional<Integer> vid = YamlSections.wholeNumber(item.key()).flatMap(YamlSections::unsigned);
    if (vid.isEmpty()) {
      sections.report(item.path(), YamlNode.Scalar.quoted(item.key()), "a VLAN: " + Range.VID);
    }
    item.section(List.of("name")).text("name").ifPresent(vlan::setName);
    vid.ifPresent(number -> config.addVlans(vlan.setVid(number)));
  }

  private void staticMac(YamlSections.Item item) {
    YamlSections.Section section = item.section(List.of("mac", "vlan", "port"));
    StaticMacConfig.Builder entry = StaticMacConfig.newBuilder();
    section
        .text("mac")
        .ifPresent(text ->
            MacAddress.tryParse(text)
                .ifPresentOrElse(
                    mac -> entry.setMac(ByteString.copyFrom(octets(mac))),
                    () ->
                        sections.report(
                            section.path().then("mac"),
                            YamlNode.Scalar.quoted(text),
                            ConfigurationCheck.MAC_EXPECTED)));
    section.number("vlan", Range.VID).ifPresent(entry::setVid);
    section.text("port").ifPresent(entry::setPort);
    config.addStaticMacs(entry);
  }

  private static byte[] octets(MacAddress mac) {
    byte[] octets = new byte[MacAddress.LENGTH];
    mac.write(octets, 0);
    return octets;
  }

  private void spanningTree(YamlSections.Section section) {
    SpanningTreeConfig.Builder tree = SpanningTreeConfig.newBuilder();
    section
        .choice("mode", List.of("stp", "rstp", "off"))
        .ifPresent(mode ->
            tree.setMode(
                switch (mode) {
                  case "stp" -> SpanningTreeMode.SPANNING_TREE_MODE_STP;
                  case "off" -> SpanningTreeMode.SPANNING_TREE_MODE_OFF;
                  default -> SpanningTreeMode.SPANNING_TREE_MODE_RSTP;
                }));
    section.number("priority", Range.BRIDGE_PRIORITY).ifPresent(tree::setPriority);
    section.number("hello-time", Range.HELLO_SECONDS).ifPresent(tree::setHelloTimeSeconds);
    section.number("max-age", Range.MAX_AGE_SECONDS).ifPresent(tree::setMaxAgeSeconds);
    section
        .number("forward-delay", Range.FORWARD_DELAY_SECONDS)
        .ifPresent(tree::setForwardDelaySeconds);
    section.number("tx-hold-count", Range.TX_HOLD_COUNT).ifPresent(tree::setTxHoldCount);
    for (YamlSections.Item item : section.entries("ports")) {
      tree.addPorts(spanningTreePort(item));
    }
    config.setSpanningTree(tree);
  }

  private static SpanningTreePortConfig.Builder spanningTreePort(YamlSections.Item item) {
    YamlSections.Section section =
        item.section(
            List.of(
                "cost",
                "priority",
                "admin-edge",
                "auto-edge",
                "point-to-point",
                "bpdu-guard",
                "root-guard"));
    SpanningTreePortConfig.Builder port = SpanningTreePortConfig.newBuilder().setPort(item.key());
    section.number("cost", Range.PATH_COST).ifPresent(port::setCost);
    section.number("priority", Range.PORT_PRIORITY).ifPresent(port::setPriority);
    section.truth("admin-edge").ifPresent(port::setAdminEdge);
    section.truth("auto-edge").ifPresent(port::setAutoEdge);
    section
        .choice("point-to-point", List.of("auto", "true", "false"))
        .ifPresent(value ->
            port.setPointToPoint(
                switch (value) {
                  case "true" -> PointToPoint.POINT_TO_POINT_TRUE;
                  case "false" -> PointToPoint.POINT_TO_POINT_FALSE;
                  default -> PointToPoint.POINT_TO_POINT_AUTO;
                }));
    section.truth("bpdu-guard").ifPresent(port::setBpduGuard);
    section.truth("root-guard").ifPresent(port::setRootGuard);
    return port;
  }

  private void redundancy(YamlSections.Section section) {
    RedundancyConfig.Builder redundancy = RedundancyConfig.newBuilder();
    section.number("tick", Range.TICK_MILLIS).ifPresent(redundancy::setTickMillis);
    section
        .number("silence-limit", Range.SILENCE_LIMIT_TICKS)
        .ifPresent(redundancy::setSilenceLimitTicks);
    section
        .number("commit-limit", Range.COMMIT_LIMIT_MILLIS)
        .ifPresent(redundancy::setCommitLimitMillis);
    section
        .number("digest-interval", Range.DIGEST_INTERVAL_SECONDS)
        .ifPresent(redundancy::setDigestIntervalSeconds);
    section
        .number("err-disable-recovery", Range.ERR_DISABLE_RECOVERY_SECONDS)
        .ifPresent(redundancy::setErrDisableRecoverySeconds);
    config.setRedundancy(redundancy);
  }
}
