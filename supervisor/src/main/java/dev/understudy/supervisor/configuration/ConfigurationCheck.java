package dev.understudy.supervisor.configuration;

import dev.understudy.protocols.configuration.StoredConfigurations;
import dev.understudy.schema.Config;
import dev.understudy.schema.DataPlaneKind;
import dev.understudy.schema.PointToPoint;
import dev.understudy.schema.PortConfig;
import dev.understudy.schema.RedundancyConfig;
import dev.understudy.schema.SpanningTreeConfig;
import dev.understudy.schema.SpanningTreeMode;
import dev.understudy.schema.SpanningTreePortConfig;
import dev.understudy.schema.StaticMacConfig;
import dev.understudy.schema.VlanConfig;
import dev.understudy.wire.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Judges a configuration as a whole, whoever made it: a file, or a client's message. */
public final class ConfigurationCheck {
  /** As many as there are numbers of ports (802.1D 9.2.7: twelve bits, without 0). */
  public static final int PORTS_MAX = 4095;

  public static final int VLANS_MAX = 4094;
  public static final int STATIC_MACS_MAX = 4096;
  public static final int VLAN_NAME_LENGTH_MAX = 32;

  /** VLAN 1 exists without being declared. */
  static final int DEFAULT_VLAN = 1;

  private static final Pattern SWITCH_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
  private static final Pattern PORT_NAME = Pattern.compile("[A-Za-z0-9._-]{1,15}");
  private static final Pattern DEVICE_NAME = Pattern.compile("(?!\\.{1,2}$)[!-.0-~]{1,15}");
  private static final Pattern VLAN_NAME = Pattern.compile("[ -~]{0," + VLAN_NAME_LENGTH_MAX + "}");

  private final Config config;
  private final Set<String> ports = new TreeSet<>();
  private final Set<Integer> vlans = new TreeSet<>(Set.of(DEFAULT_VLAN));
  private final List<Finding> findings = new ArrayList<>();

  /** A mistake, and where it is. */
  record Finding(KeyPath path, String found, String expected) {}

  private ConfigurationCheck(Config config) {
    this.config = config;
  }

  /** All mistakes of a configuration that came as a message; empty: it can be applied. */
  public static List<ConfigurationProblem> problems(Config config) {
    return check(config).stream()
        .map(finding ->
            new ConfigurationProblem(
                "", 0, 0, finding.path.toString(), finding.found, finding.expected))
        .toList();
  }

  static List<Finding> check(Config config) {
    ConfigurationCheck check = new ConfigurationCheck(config);
    config.getPortsList().forEach(port -> check.ports.add(port.getName()));
    config.getVlansList().forEach(vlan -> check.vlans.add(vlan.getVid()));
    check.top();
    check.vlans();
    check.ports();
    check.attachedOnce();
    check.staticMacs();
    check.spanningTree();
    check.redundancy();
    if (config.getDataPlane() == DataPlaneKind.DATA_PLANE_LINUX) {
      check.linux();
    }
    return check.findings;
  }

  private void top() {
    matches(KeyPath.of("name"), config.getName(), SWITCH_NAME, NAME_EXPECTED);
    if (config.getDataPlane() != DataPlaneKind.DATA_PLANE_SOFT
        && config.getDataPlane() != DataPlaneKind.DATA_PLANE_LINUX) {
      report(KeyPath.of("data-plane"), "an unknown data plane", "soft or linux");
    }
    within(KeyPath.of("ageing-time"), config.getAgeingSeconds(), Range.AGEING_SECONDS);
    if (config.getSerializedSize() > StoredConfigurations.CONFIG_OCTETS_MAX) {
      report(
          KeyPath.TOP,
          "a configuration of " + config.getSerializedSize() + " octets",
          "at most " + StoredConfigurations.CONFIG_OCTETS_MAX);
    }
  }

  /** What the kernel's bridge isn't used for yet. */
  private void linux() {
    for (PortConfig port : config.getPortsList()) {
      KeyPath path = KeyPath.of("ports", port.getName());
      if (port.getAttachmentCase() != PortConfig.AttachmentCase.INTERFACE) {
        report(path, "a TAP or UDP port", "an interface, with data-plane: linux");
      }
      if (port.getTrunkVlansCount() > 0 || port.getAccessVlan() != 1) {
        report(path, "a VLAN other than 1", "VLAN 1 only, with data-plane: linux");
      }
    }
    for (int number = 0; number < config.getStaticMacsCount(); number++) {
      int vid = config.getStaticMacs(number).getVid();
      if (vid != 1) {
        report(
            KeyPath.of(STATIC_MACS).element(number),
            "VLAN " + Integer.toUnsignedString(vid),
            "VLAN 1 only, with data-plane: linux");
      }
    }
  }

  private static final String NAME_EXPECTED =
      "1 to 63 letters, digits, dots, hyphens and underscores, a letter or digit first";

  private void vlans() {
    Set<Integer> seen = new TreeSet<>();
    atMost(KeyPath.of("vlans"), config.getVlansCount(), VLANS_MAX);
    for (VlanConfig vlan : config.getVlansList()) {
      KeyPath path = KeyPath.of("vlans", Integer.toUnsignedString(vlan.getVid()));
      within(path, vlan.getVid(), Range.VID);
      if (!seen.add(vlan.getVid())) {
        report(path, "the same VLAN again", "each VLAN once");
      }
      matches(
          path.then("name"),
          vlan.getName(),
          VLAN_NAME,
          "at most " + VLAN_NAME_LENGTH_MAX + " printable ASCII characters");
    }
  }

  private void ports() {
    Set<String> seen = new TreeSet<>();
    atMost(KeyPath.of("ports"), config.getPortsCount(), PORTS_MAX);
    for (PortConfig port : config.getPortsList()) {
      KeyPath path = KeyPath.of("ports", port.getName());
      matches(
          path,
          port.getName(),
          PORT_NAME,
          "a port name of 1 to 15 letters, digits, dots, hyphens and underscores");
      if (!seen.add(port.getName())) {
        report(path, "a second port of this name", "each port once");
      }
      attachment(port, path);
      if (port.getTrunkVlansCount() > 0) {
        trunk(port, path.then("vlans"));
      } else {
        declared(path.then("vlans").then("access"), port.getAccessVlan());
        if (port.getNativeVlan() != 0) {
          report(path.then("vlans"), "native without trunk", "access, or trunk with native");
        }
      }
    }
  }

  private void attachment(PortConfig port, KeyPath path) {
    switch (port.getAttachmentCase()) {
      case INTERFACE ->
          matches(path.then("interface"), port.getInterface(), DEVICE_NAME, DEVICE_EXPECTED);
      case TAP -> matches(path.then("tap"), port.getTap(), DEVICE_NAME, DEVICE_EXPECTED);
      case UDP -> {
        udp(path.then("udp").then("listen"), port.getUdp().getListen());
        udp(path.then("udp").then("peer"), port.getUdp().getPeer());
      }
      case ATTACHMENT_NOT_SET ->
          report(path, "a port that is attached to nothing", "one of interface, tap and udp");
    }
  }

  private static final String DEVICE_EXPECTED =
      "the name of a Linux interface: 1 to 15 printable characters without space and slash";

  private void udp(KeyPath path, String text) {
    if (UdpAddress.tryParse(text).isEmpty()) {
      report(path, text.isEmpty() ? "nothing" : YamlNode.Scalar.quoted(text), UdpAddress.EXPECTED);
    }
  }

  private void trunk(PortConfig port, KeyPath path) {
    Set<Integer> seen = new TreeSet<>();
    int number = 0;
    for (int vid : port.getTrunkVlansList()) {
      number++;
      KeyPath element = path.then("trunk").element(number);
      declared(element, vid);
      if (!seen.add(vid)) {
        report(element, "VLAN " + Integer.toUnsignedString(vid) + " again", "each VLAN once");
      }
    }
    if (port.getNativeVlan() != 0) {
      declared(path.then("native"), port.getNativeVlan());
      if (seen.contains(port.getNativeVlan())) {
        report(
            path.then("native"),
            "VLAN " + port.getNativeVlan() + ", which the trunk passes tagged",
            "a VLAN that is not in the trunk's list");
      }
    }
  }

  private void declared(KeyPath path, int vid) {
    if (within(path, vid, Range.VID) && !vlans.contains(vid)) {
      report(path, String.valueOf(vid), "a VLAN that is declared under vlans");
    }
  }

  /** Two ports on one device or one socket would take each other's frames. */
  private void attachedOnce() {
    Map<String, String> devices = new TreeMap<>();
    Map<String, UdpAddress> sockets = new TreeMap<>();
    for (PortConfig port : config.getPortsList()) {
      KeyPath path = KeyPath.of("ports", port.getName());
      if (port.hasInterface() || port.hasTap()) {
        String device = port.hasTap() ? port.getTap() : port.getInterface();
        String other = devices.putIfAbsent(device, port.getName());
        if (other != null) {
          report(
              path.then(port.hasTap() ? "tap" : "interface"),
              YamlNode.Scalar.quoted(device) + ", which port " + other + " has already",
              "a device of its own");
        }
      }
      Optional<UdpAddress> listen =
          port.hasUdp() ? UdpAddress.tryParse(port.getUdp().getListen()) : Optional.empty();
      listen.ifPresent(address -> {
        for (var other : sockets.entrySet()) {
          if (other.getValue().collides(address)) {
            report(
                path.then("udp").then("listen"),
                YamlNode.Scalar.quoted(port.getUdp().getListen())
                    + ", on which port "
                    + other.getKey()
                    + " listens already",
                "an address of its own");
            break;
          }
        }
        sockets.putIfAbsent(port.getName(), address);
      });
    }
  }

  private void staticMacs() {
    Map<String, PortConfig> byName = new TreeMap<>();
    config.getPortsList().forEach(port -> byName.put(port.getName(), port));
    Set<String> keys = new TreeSet<>();
    atMost(KeyPath.of(STATIC_MACS), config.getStaticMacsCount(), STATIC_MACS_MAX);
    int number = 0;
    for (StaticMacConfig entry : config.getStaticMacsList()) {
      number++;
      KeyPath path = KeyPath.of(STATIC_MACS).element(number);
      if (entry.getMac().size() != MacAddress.LENGTH) {
        report(
            path.then("mac"),
            entry.getMac().isEmpty() ? "nothing" : entry.getMac().size() + " octets",
            MAC_EXPECTED);
        continue;
      }
      MacAddress mac = MacAddress.read(entry.getMac().toByteArray(), 0);
      if (mac.isGroup() || mac.equals(MacAddress.ZERO)) {
        report(
            path.then("mac"),
            mac + (mac.isGroup() ? ", a group address" : ""),
            "the address of one station");
      }
      if (!keys.add(mac + " " + entry.getVid())) {
        report(path, mac + " in VLAN " + entry.getVid() + " again", "each address once a VLAN");
      }
      declared(path.then("vlan"), entry.getVid());
      PortConfig port = byName.get(entry.getPort());
      if (port == null) {
        report(
            path.then("port"),
            entry.getPort().isEmpty() ? "nothing" : YamlNode.Scalar.quoted(entry.getPort()),
            PORT_EXPECTED);
      } else if (!carries(port, entry.getVid())) {
        report(
            path.then("port"),
            entry.getPort() + ", which is not in VLAN " + entry.getVid(),
            "a port of that VLAN");
      }
    }
  }

  static final String STATIC_MACS = "static-mac-addresses";
  static final String MAC_EXPECTED = "six octets in hexadecimal, for example 02:00:00:00:00:01";
  static final String PORT_EXPECTED = "a port that is declared under ports";

  private static boolean carries(PortConfig port, int vid) {
    return port.getTrunkVlansCount() > 0
        ? port.getTrunkVlansList().contains(vid) || port.getNativeVlan() == vid
        : port.getAccessVlan() == vid;
  }

  private void spanningTree() {
    SpanningTreeConfig tree = config.getSpanningTree();
    KeyPath path = KeyPath.of("spanning-tree");
    if (tree.getMode() == SpanningTreeMode.SPANNING_TREE_MODE_UNSPECIFIED
        || tree.getMode() == SpanningTreeMode.UNRECOGNIZED) {
      report(path.then("mode"), "no known mode", "stp, rstp or off");
    }
    within(path.then("priority"), tree.getPriority(), Range.BRIDGE_PRIORITY);
    within(path.then("tx-hold-count"), tree.getTxHoldCount(), Range.TX_HOLD_COUNT);
    boolean inRange =
        within(path.then("hello-time"), tree.getHelloTimeSeconds(), Range.HELLO_SECONDS);
    inRange &= within(path.then("max-age"), tree.getMaxAgeSeconds(), Range.MAX_AGE_SECONDS);
    inRange &=
        within(
            path.then("forward-delay"), tree.getForwardDelaySeconds(), Range.FORWARD_DELAY_SECONDS);
    if (inRange) {
      timerRelations(tree, path.then("max-age"));
    }
    Set<String> seen = new TreeSet<>();
    for (SpanningTreePortConfig port : tree.getPortsList()) {
      KeyPath portPath = path.then("ports").then(port.getPort());
      if (!ports.contains(port.getPort())) {
        report(portPath, YamlNode.Scalar.quoted(port.getPort()), PORT_EXPECTED);
      }
      if (!seen.add(port.getPort())) {
        report(portPath, "the same port again", "each port once");
      }
      if (port.getCost() != 0) {
        within(portPath.then("cost"), port.getCost(), Range.PATH_COST);
      }
      within(portPath.then("priority"), port.getPriority(), Range.PORT_PRIORITY);
      if (port.getPointToPoint() == PointToPoint.POINT_TO_POINT_UNSPECIFIED
          || port.getPointToPoint() == PointToPoint.UNRECOGNIZED) {
        report(portPath.then("point-to-point"), "no known value", "auto, true or false");
      }
    }
  }

  /** 802.1D-2004 17.14: these keep a message from living longer than a tree. */
  private void timerRelations(SpanningTreeConfig tree, KeyPath path) {
    int most = 2 * (tree.getForwardDelaySeconds() - 1);
    int least = 2 * (tree.getHelloTimeSeconds() + 1);
    String maxAge = "max-age " + tree.getMaxAgeSeconds();
    if (tree.getMaxAgeSeconds() > most) {
      report(
          path,
          maxAge + " with forward-delay " + tree.getForwardDelaySeconds(),
          "max-age of at most " + most + " = 2 × (forward-delay - 1)");
    }
    if (tree.getMaxAgeSeconds() < least) {
      report(
          path,
          maxAge + " with hello-time " + tree.getHelloTimeSeconds(),
          "max-age of at least " + least + " = 2 × (hello-time + 1)");
    }
  }

  private void redundancy() {
    RedundancyConfig redundancy = config.getRedundancy();
    KeyPath path = KeyPath.of("redundancy");
    within(path.then("tick"), redundancy.getTickMillis(), Range.TICK_MILLIS);
    within(
        path.then("silence-limit"), redundancy.getSilenceLimitTicks(), Range.SILENCE_LIMIT_TICKS);
    within(path.then("commit-limit"), redundancy.getCommitLimitMillis(), Range.COMMIT_LIMIT_MILLIS);
    within(
        path.then("digest-interval"),
        redundancy.getDigestIntervalSeconds(),
        Range.DIGEST_INTERVAL_SECONDS);
    within(
        path.then("err-disable-recovery"),
        redundancy.getErrDisableRecoverySeconds(),
        Range.ERR_DISABLE_RECOVERY_SECONDS);
  }

  // ---- helpers

  private void report(KeyPath path, String found, String expected) {
    findings.add(new Finding(path, found, expected));
  }

  private boolean within(KeyPath path, int unsigned, Range range) {
    boolean inside = range.contains(Integer.toUnsignedLong(unsigned));
    if (!inside) {
      report(path, Integer.toUnsignedString(unsigned), range.toString());
    }
    return inside;
  }

  private void atMost(KeyPath path, int count, int max) {
    if (count > max) {
      report(path, count + " entries", "at most " + max);
    }
  }

  private void matches(KeyPath path, String text, Pattern pattern, String expected) {
    if (!pattern.matcher(text).matches()) {
      report(path, text.isEmpty() ? "nothing" : YamlNode.Scalar.quoted(text), expected);
    }
  }
}
