package dev.understudy.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the lab needs of the machine: root, and other people's programs. */
public final class Parts {
  /** Program to the Debian package that has it. */
  private static final Map<String, String> PROGRAMS =
      Map.of(
          "ip", "iproute2",
          "ovs-vswitchd", "openvswitch-switch",
          "ovsdb-server", "openvswitch-switch",
          "ovsdb-tool", "openvswitch-switch",
          "tcpdump", "tcpdump",
          "tshark", "tshark",
          "gcc", "gcc",
          "nft", "nftables");

  private Parts() {}

  /** A sentence that names what is missing, or nothing. */
  public static Optional<String> missing() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return Optional.of("the lab makes network namespaces: run it as root");
    }
    List<String> packages =
        PROGRAMS.entrySet().stream()
            .filter(part -> find(part.getKey()).isEmpty())
            .map(part -> part.getKey() + " (package " + part.getValue() + ")")
            .sorted()
            .toList();
    if (!packages.isEmpty()) {
      return Optional.of("missing: " + String.join(", ", packages));
    }
    if (pythonWithScapy().isEmpty()) {
      return Optional.of("missing: no python3 that can import scapy (package python3-scapy)");
    }
    Command.Outcome probe = Command.attempt("unshare", "-n", "ip", "link", "show", "lo");
    return probe.succeeded()
        ? Optional.empty()
        : Optional.of("network namespaces can't be made here: " + probe.error().strip());
  }

  /** Where a program is. */
  public static Optional<Path> find(String program) {
    List<String> folders = new ArrayList<>();
    String path = System.getenv("PATH");
    if (path != null) {
      folders.addAll(List.of(path.split(":")));
    }
    folders.addAll(List.of("/usr/sbin", "/sbin", "/usr/local/sbin"));
    return folders.stream()
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * A Python that has scapy; the first on the path may be one without the distribution's packages.
   */
  public static Optional<Path> pythonWithScapy() {
    List<Path> candidates = new ArrayList<>();
    candidates.add(Path.of("/usr/bin/python3"));
    find("python3").ifPresent(candidates::add);
    return candidates.stream()
        .filter(Files::isExecutable)
        .filter(python -> Command.attempt(python.toString(), "-c", "import scapy").succeeded())
        .findFirst();
  }
}
