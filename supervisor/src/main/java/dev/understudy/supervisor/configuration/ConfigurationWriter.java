package dev.understudy.supervisor.configuration;

import dev.understudy.schema.Config;
import dev.understudy.schema.DataPlaneKind;
import dev.understudy.schema.PointToPoint;
import dev.understudy.schema.PortConfig;
import dev.understudy.schema.RedundancyConfig;
import dev.understudy.schema.SpanningTreeConfig;
import dev.understudy.schema.SpanningTreePortConfig;
import dev.understudy.schema.StaticMacConfig;
import dev.understudy.schema.VlanConfig;
import dev.understudy.wire.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Writes a configuration as YAML that a person would have written: one line a port, defaults left
 * out.
 */
public final class ConfigurationWriter {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9._-]*");

  /** Words that some YAML reader takes for something else than text. */
  private static final Set<String> RESERVED =
      Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");

  private final StringBuilder text = new StringBuilder();

  private ConfigurationWriter() {}

  /** Reading this again gives {@link #canonical} of the configuration, if it has no mistakes. */
  public static String write(Config config) {
    return new ConfigurationWriter().config(canonical(config));
  }

  /** The same configuration without values that equal their defaults. */
  public static Config canonical(Config config) {
    return ConfigurationDefaults.omit(config);
  }

  private String config(Config config) {
    line("name: " + scalar(config.getName()));
    if (config.hasDataPlane()) {
      line(
          "data-plane: "
              + (config.getDataPlane() == DataPlaneKind.DATA_PLANE_LINUX ? "linux" : "soft"));
    }
    if (config.hasAgeingSeconds()) {
      line("ageing-time: " + Integer.toUnsignedString(config.getAgeingSeconds()));
    }
    if (config.getPortsCount() > 0) {
      line("ports:");
      config
          .getPortsList()
          .forEach(port -> line("  " + scalar(port.getName()) + ": " + port(port)));
    }
    if (config.getVlansCount() > 0) {
      line("vlans:");
      config.getVlansList().forEach(this::vlan);
    }
    if (config.getStaticMacsCount() > 0) {
      line(ConfigurationCheck.STATIC_MACS + ":");
      config.getStaticMacsList().forEach(this::staticMac);
    }
    if (config.hasSpanningTree()) {
      spanningTree(config.getSpanningTree());
    }
    if (config.hasRedundancy()) {
      redundancy(config.getRedundancy());
    }
    return text.toString();
  }

  private static String port(PortConfig port) {
    Flow flow = new Flow();
    switch (port.getAttachmentCase()) {
      case INTERFACE -> flow.add("interface", scalar(port.getInterface()));
      case TAP -> flow.add("tap", scalar(port.getTap()));
      case UDP ->
          flow.add(
              "udp",
              new Flow()
                  .add("listen", scalar(port.getUdp().getListen()))
                  .add("peer", scalar(port.getUdp().getPeer()))
                  .toString());
      case ATTACHMENT_NOT_SET -> {}
    }
    Flow vlans = new Flow();
    if (port.getTrunkVlansCount() > 0) {
      vlans.add("trunk", port.getTrunkVlansList().toString());
    }
    vlans.add(port.hasNativeVlan(), "native", port.getNativeVlan());
    vlans.add(port.hasAccessVlan(), "access", port.getAccessVlan());
    if (!vlans.isEmpty()) {
      flow.add("vlans", vlans.toString());
    }
    flow.add(port.hasAdminUp(), "enabled", port.getAdminUp());
    return flow.toString();
  }

  private void vlan(VlanConfig vlan) {
    Flow flow = new Flow();
    if (vlan.hasName()) {
      flow.add("name", scalar(vlan.getName()));
    }
    line("  " + Integer.toUnsignedString(vlan.getVid()) + ": " + flow);
  }

  private void staticMac(StaticMacConfig entry) {
    Flow flow = new Flow();
    if (entry.getMac().size() == MacAddress.LENGTH) {
      flow.add("mac", scalar(MacAddress.read(entry.getMac().toByteArray(), 0).toString()));
    }
    flow.add(entry.hasVid(), "vlan", entry.getVid());
    flow.add("port", scalar(entry.getPort()));
    line("  - " + flow);
  }

  private void spanningTree(SpanningTreeConfig tree) {
    line("spanning-tree:");
    if (tree.hasMode()) {
      line(
          "  mode: "
              + switch (tree.getMode()) {
                case SPANNING_TREE_MODE_STP -> "stp";
                case SPANNING_TREE_MODE_OFF -> "off";
                case SPANNING_TREE_MODE_RSTP, SPANNING_TREE_MODE_UNSPECIFIED, UNRECOGNIZED ->
                    "rstp";
              });
    }
    number(tree.hasPriority(), "priority", tree.getPriority());
    number(tree.hasHelloTimeSeconds(), "hello-time", tree.getHelloTimeSeconds());
    number(tree.hasMaxAgeSeconds(), "max-age", tree.getMaxAgeSeconds());
    number(tree.hasForwardDelaySeconds(), "forward-delay", tree.getForwardDelaySeconds());
    number(tree.hasTxHoldCount(), "tx-hold-count", tree.getTxHoldCount());
    if (tree.getPortsCount() > 0) {
      line("  ports:");
      tree.getPortsList()
          .forEach(port -> line("    " + scalar(port.getPort()) + ": " + treePort(port)));
    }
  }

  private static String treePort(SpanningTreePortConfig port) {
    Flow flow = new Flow();
    flow.add(port.hasCost(), "cost", port.getCost());
    flow.add(port.hasPriority(), "priority", port.getPriority());
    flow.add(port.hasAdminEdge(), "admin-edge", port.getAdminEdge());
    flow.add(port.hasAutoEdge(), "auto-edge", port.getAutoEdge());
    if (port.hasPointToPoint()) {
      flow.add(
          "point-to-point",
          port.getPointToPoint() == PointToPoint.POINT_TO_POINT_TRUE ? "true" : "false");
    }
    flow.add(port.hasBpduGuard(), "bpdu-guard", port.getBpduGuard());
    flow.add(port.hasRootGuard(), "root-guard", port.getRootGuard());
    return flow.toString();
  }

  private void redundancy(RedundancyConfig redundancy) {
    line("redundancy:");
    number(redundancy.hasTickMillis(), "tick", redundancy.getTickMillis());
    number(redundancy.hasSilenceLimitTicks(), "silence-limit", redundancy.getSilenceLimitTicks());
    number(redundancy.hasCommitLimitMillis(), "commit-limit", redundancy.getCommitLimitMillis());
    number(
        redundancy.hasDigestIntervalSeconds(),
        "digest-interval",
        redundancy.getDigestIntervalSeconds());
    number(
        redundancy.hasErrDisableRecoverySeconds(),
        "err-disable-recovery",
        redundancy.getErrDisableRecoverySeconds());
  }

  private void number(boolean there, String key, int unsigned) {
    if (there) {
      line("  " + key + ": " + Integer.toUnsignedString(unsigned));
    }
  }

  private void line(String content) {
    text.append(content).append('\n');
  }

  /** Text as it must be written to be read as text. */
  private static String scalar(String value) {
    if (PLAIN.matcher(value).matches()
        && !RESERVED.contains(value.toLowerCase(java.util.Locale.ROOT))) {
      return value;
    }
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        quoted.append("\\u%04x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  /** A mapping on one line. */
  private static final class Flow {
    private final List<String> entries = new ArrayList<>();

    Flow add(String key, String value) {
      entries.add(key + ": " + value);
      return this;
    }

    void add(boolean there, String key, int unsigned) {
      if (there) {
        add(key, Integer.toUnsignedString(unsigned));
      }
    }

    void add(boolean there, String key, boolean value) {
      if (there) {
        add(key, String.valueOf(value));
      }
    }

    boolean isEmpty() {
      return entries.isEmpty();
    }

    @Override
    public String toString() {
      return "{" + String.join(", ", entries) + "}";
    }
  }
}
