package dev.understudy.lab;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The Linux kernel's own bridge with its 802.1D spanning tree (no rapid transitions). */
public final class KernelBridge {
  private static final Pattern PORT_STATE =
      Pattern.compile("^\\d+: ([^@:]+)[@:].* state (\\w+) ", Pattern.MULTILINE);

  private final Namespace namespace;
  private final String name;

  private KernelBridge(Namespace namespace, String name) {
    this.namespace = namespace;
    this.name = name;
  }

  /** Timers in seconds, as the kernel takes them (it wants a forward delay of at least 2 s). */
  public record Timers(int helloSeconds, int maxAgeSeconds, int forwardDelaySeconds) {
    /** As short as the standard allows. */
    public static final Timers SHORT = new Timers(1, 6, 4);
  }

  /** Makes a bridge with spanning tree on. */
  public static KernelBridge create(Namespace namespace, String name, int priority, Timers timers) {
    create(
        namespace,
        name,
        "stp_state",
        "1",
        "priority",
        Integer.toString(priority),
        "hello_time",
        Integer.toString(timers.helloSeconds() * 100),
        "max_age",
        Integer.toString(timers.maxAgeSeconds() * 100),
        "forward_delay",
        Integer.toString(timers.forwardDelaySeconds() * 100));
    return new KernelBridge(namespace, name);
  }

  /** Makes a bridge without spanning tree: a switch that only forwards. */
  public static KernelBridge createPlain(Namespace namespace, String name) {
    create(namespace, name, "stp_state", "0", "forward_delay", "0", "mcast_snooping", "0");
    return new KernelBridge(namespace, name);
  }

  private static void create(Namespace namespace, String name, String... options) {
    String[] words = {"link", "add", name, "type", "bridge"};
    String[] all = java.util.Arrays.copyOf(words, words.length + options.length);
    System.arraycopy(options, 0, all, words.length, options.length);
    namespace.ip(all);
    namespace.set(name, Namespace.Link.UP);
  }

  /** Puts an interface of the namespace into the bridge. */
  public KernelBridge addPort(String interfaceName) {
    namespace.ip("link", "set", interfaceName, "master", name);
    return this;
  }

  /** The cost of a port's path, where the kernel's guess is not wanted. */
  public KernelBridge cost(String interfaceName, int cost) {
    namespace.run("bridge", "link", "set", "dev", interfaceName, "cost", Integer.toString(cost));
    return this;
  }

  /** Port to "forwarding", "blocking", "listening", "learning" or "disabled". */
  public Map<String, String> portStates() {
    Matcher matcher = PORT_STATE.matcher(namespace.run("bridge", "link", "show"));
    return matcher
        .results()
        .collect(Collectors.toMap(port -> port.group(1), port -> port.group(2)));
  }

  /** Waits until the ports have these states. */
  public void awaitStates(Duration limit, Map<String, String> states) {
    Await.until(
        name + " has states " + states,
        limit,
        () -> portStates().entrySet().containsAll(states.entrySet()),
        () -> portStates().toString());
  }
}
