package dev.understudy.lab;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A network namespace with its own interfaces; IPv6 is off in it, so that no host stack speaks on a
 * port.
 */
public final class Namespace implements AutoCloseable {
  private final String name;

  private Namespace(String name) {
    this.name = name;
  }

  static Namespace create(String name) {
    Command.run("ip", "netns", "add", name);
    Namespace namespace = new Namespace(name);
    namespace.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
    namespace.run("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
    namespace.ip("link", "set", "lo", "up");
    return namespace;
  }

  static Namespace existing(String name) {
    return new Namespace(name);
  }

  /** Names of all namespaces of this machine. */
  static List<String> all() {
    return Command.run("ip", "netns", "list")
        .lines()
        .map(line -> line.split(" ", 2)[0])
        .filter(line -> !line.isEmpty())
        .toList();
  }

  public String name() {
    return name;
  }

  /** The command as it has to be started to run in here. */
  public List<String> inside(List<String> command) {
    List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", name));
    words.addAll(command);
    return words;
  }

  /** Runs a command in here to its end; returns its output. */
  public String run(String... command) {
    return Command.run(inside(List.of(command)));
  }

  /** Runs a command in here that may fail. */
  public Command.Outcome attempt(
      Duration timeLimit, Map<String, String> environment, List<String> command) {
    return Command.attempt(timeLimit, environment, inside(command));
  }

  /** {@code ip} in here, without the cost of a process more. */
  public String ip(String... words) {
    List<String> command = new ArrayList<>(List.of("ip", "-n", name));
    command.addAll(List.of(words));
    return Command.run(command);
  }

  /** Takes an interface up or down. */
  public void set(String interfaceName, Link link) {
    ip("link", "set", interfaceName, link == Link.UP ? "up" : "down");
  }

  /** The MAC address of an interface. */
  public String mac(String interfaceName) {
    String text = ip("-o", "link", "show", "dev", interfaceName);
    int at = text.indexOf("link/ether ");
    if (at < 0) {
      throw new LabException(interfaceName + " has no MAC address: " + text);
    }
    return text.substring(at + 11, at + 28);
  }

  /** Kills what still runs in here, then removes the namespace with its interfaces. */
  @Override
  public void close() {
    Command.Outcome pids = Command.attempt("ip", "netns", "pids", name);
    pids.output()
        .lines()
        .map(Long::parseLong)
        .forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    Command.run("ip", "netns", "del", name);
  }

  @Override
  public String toString() {
    return name;
  }

  /** Whether an interface is up or down. */
  public enum Link {
    UP,
    DOWN
  }
}
