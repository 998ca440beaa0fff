package dev.understudy.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Open vSwitch in a namespace: its database server, its switch daemon with the user-space data
 * plane, and any number of bridges that speak RSTP.
 */
public final class OpenVSwitch implements AutoCloseable {
  private static final Path SCHEMA = Path.of("/usr/share/openvswitch/vswitch.ovsschema");
  private static final Duration START_LIMIT = Duration.ofSeconds(20);

  private final Lab lab;
  private final Namespace namespace;
  private final String name;
  private final Daemon databaseServer;
  private Daemon switchDaemon;

  private OpenVSwitch(Lab lab, Namespace namespace, String name) {
    this.lab = lab;
    this.namespace = namespace;
    this.name = name;
    databaseServer = startDatabaseServer();
    lab.add(databaseServer);
    switchDaemon = startSwitchDaemon();
  }

  /** Starts both daemons; closed with the lab. */
  public static OpenVSwitch start(Lab lab, Namespace namespace, String name) {
    return lab.add(new OpenVSwitch(lab, namespace, name));
  }

  private Daemon startDatabaseServer() {
    Path file = lab.file(name + ".db");
    Path socket = lab.file(name + ".db.sock");
    Command.run("ovsdb-tool", "create", file.toString(), SCHEMA.toString());
    Daemon daemon =
        Daemon.start(
            "ovsdb-server of " + name,
            lab.file(name + ".ovsdb-server.log"),
            environment(),
            namespace.inside(
                List.of(
                    "ovsdb-server",
                    file.toString(),
                    "--remote=punix:" + socket,
                    "--unixctl=" + lab.file(name + ".db.ctl"))));
    Await.until(
        "ovsdb-server listens",
        START_LIMIT,
        () -> socket.toFile().exists() && daemon.isAlive(),
        daemon::log);
    Command.run("ovs-vsctl", "--db=" + database(), "--no-wait", "init");
    return daemon;
  }

  private Daemon startSwitchDaemon() {
    Daemon daemon =
        Daemon.start(
            "ovs-vswitchd of " + name,
            lab.file(name + ".ovs-vswitchd.log"),
            environment(),
            namespace.inside(
                List.of(
                    "ovs-vswitchd",
                    database(),
                    "--unixctl=" + control(),
                    "-vsyslog:off",
                    "-vconsole:info",
                    "-vofproto_dpif:console:dbg")));
    Await.until(
        "ovs-vswitchd answers",
        START_LIMIT,
        () -> Command.attempt("ovs-appctl", "-t", control(), "version").succeeded(),
        daemon::log);
    return daemon;
  }

  private Map<String, String> environment() {
    return Map.of(
        "OVS_RUNDIR", lab.directory().toString(), "OVS_LOGDIR", lab.directory().toString());
  }

  private String database() {
    return "unix:" + lab.file(name + ".db.sock");
  }

  private String control() {
    return lab.file(name + ".ctl").toString();
  }

  /** Spanning tree as a bridge of Open vSwitch is told it; its own hello time is always 2 s. */
  public record Timers(int maxAgeSeconds, int forwardDelaySeconds) {
    /** As short as the standard allows. */
    public static final Timers SHORT = new Timers(6, 4);
  }

  /** Makes a bridge. */
  public Bridge addBridge(String bridge, int priority, Timers timers) {
    vsctl(
        "add-br " + bridge,
        "set bridge "
            + bridge
            + " datapath_type=netdev other_config:rstp-priority="
            + priority
            + " other_config:rstp-max-age="
            + timers.maxAgeSeconds()
            + " other_config:rstp-forward-delay="
            + timers.forwardDelaySeconds(),
        "set bridge " + bridge + " rstp_enable=true");
    return new Bridge(bridge);
  }

  /** Runs {@code ovs-vsctl} with several of its commands as one transaction. */
  private void vsctl(String... commands) {
    List<String> words =
        new ArrayList<>(List.of("ovs-vsctl", "--db=" + database(), "--timeout=15"));
    for (String command : commands) {
      words.add("--");
      words.addAll(Arrays.asList(command.split(" ")));
    }
    Command.run(words);
  }

  private String appctl(String... words) {
    List<String> command = new ArrayList<>(List.of("ovs-appctl", "-t", control(), "--timeout=15"));
    command.addAll(List.of(words));
    return Command.run(command);
  }

  public Namespace namespace() {
    return namespace;
  }

  /** Every change of a port's spanning-tree state so far, in the daemon's own words. */
  public List<String> stateChanges() {
    return switchDaemon.log().lines().filter(line -> line.contains("RSTP state changed")).toList();
  }

  /** Kills the switch daemon: its ports forward nothing and say nothing any more. */
  public void killAndLeave() {
    switchDaemon.kill();
  }

  /** Kills the switch daemon and starts it again, as its own monitor would do. */
  public void killAndRestart() {
    switchDaemon.kill();
    switchDaemon = startSwitchDaemon();
  }

  public long pid() {
    return switchDaemon.pid();
  }

  @Override
  public void close() {
    switchDaemon.close();
    databaseServer.close();
  }

  /** Role and state of a port as Open vSwitch tells them. */
  public record PortStatus(String role, String state, long cost) {}

  /** What {@code rstp/show} says. */
  public record RstpStatus(
      String rootId, String bridgeId, boolean isRoot, Map<String, PortStatus> ports) {
    private static final Pattern ID =
        Pattern.compile("stp-priority\\s+(\\d+)\\s+stp-system-id\\s+(\\S+)");
    private static final Pattern PORT =
        Pattern.compile("^\\s+(\\S+)\\s+(\\S+)\\s+(\\S+)\\s+(\\d+)\\s+\\d+\\.\\d+\\s*$");

    /** Parses the text; throws if it is not what is expected. */
    static RstpStatus parse(String text) {
      Matcher ids = ID.matcher(text);
      if (!ids.find()) {
        throw new LabException("rstp/show without root: " + text);
      }
      String root = ids.group(1) + "." + ids.group(2);
      boolean isRoot = text.contains("This bridge is the root");
      if (!ids.find()) {
        throw new LabException("rstp/show without bridge: " + text);
      }
      String bridge = ids.group(1) + "." + ids.group(2);
      Map<String, PortStatus> ports = new LinkedHashMap<>();
      boolean inTable = false;
      for (String line : text.lines().toList()) {
        if (line.trim().startsWith("----")) {
          inTable = true;
          continue;
        }
        Matcher port = PORT.matcher(line);
        if (inTable && port.matches()) {
          ports.put(
              port.group(1),
              new PortStatus(port.group(2), port.group(3), Long.parseLong(port.group(4))));
        }
      }
      return new RstpStatus(root, bridge, isRoot, ports);
    }
  }

  /** One bridge of this Open vSwitch. */
  public final class Bridge {
    private final String name;

    private Bridge(String name) {
      this.name = name;
    }

    public String name() {
      return name;
    }

    /** Puts an interface of the namespace into the bridge as a port that speaks RSTP. */
    public Bridge addPort(String interfaceName, int cost) {
      vsctl(
          "add-port " + name + " " + interfaceName,
          "set port "
              + interfaceName
              + " other_config:rstp-path-cost="
              + cost
              + " other_config:rstp-port-auto-edge=true");
      return this;
    }

    /** Puts an interface of the namespace into the bridge, with a host behind it. */
    public Bridge addEdgePort(String interfaceName) {
      vsctl(
          "add-port " + name + " " + interfaceName,
          "set port " + interfaceName + " other_config:rstp-port-admin-edge=true");
      return this;
    }

    /** Roles and states now. */
    public RstpStatus rstp() {
      return RstpStatus.parse(appctl("rstp/show", name));
    }

    /**
     * Waits until the ports have these roles ("Root", "Designated", "Alternate") and their final
     * states.
     */
    public void awaitRoles(Duration limit, Map<String, String> roles) {
      Await.until(
          name + " has roles " + roles,
          limit,
          () -> {
            Map<String, PortStatus> ports = rstp().ports();
            return roles.entrySet().stream()
                .allMatch(wanted -> {
                  PortStatus port = ports.get(wanted.getKey());
                  return port != null
                      && port.role().equals(wanted.getValue())
                      && port.state()
                          .equals(
                              wanted.getValue().equals("Alternate") ? "Discarding" : "Forwarding");
                });
          },
          () -> rstp().toString());
    }
  }
}
