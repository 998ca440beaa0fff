package dev.understudy.benchmarks;

/** The switch under test, as files. */
final class Configurations {
  private Configurations() {}

  /** Ports with a neighbour at each. */
  static String ring(Neighbour neighbour) {
    return ring(neighbour, "");
  }

  /**
   * The same with edge ports.
   *
   * @param edges further lines under {@code ports}
   * @param edgeNames their names, for {@code {admin-edge: true}}
   */
  static String ring(Neighbour neighbour, String edges, String... edgeNames) {
    return top(edgeNames) + "ports:\n" + neighbour.yaml() + edges;
  }

  /** Edge ports only. */
  static String edges(String edges, String... edgeNames) {
    return top(edgeNames) + "ports:\n" + edges;
  }

  /** Addresses don't age away while something is measured. */
  private static String top(String... edgeNames) {
    StringBuilder text =
        new StringBuilder("name: benchmark\nageing-time: 86400\nspanning-tree:\n")
            .append("  tx-hold-count: ")
            .append(Neighbour.TX_HOLD_COUNT)
            .append("\n");
    if (edgeNames.length > 0) {
      text.append("  ports:\n");
      for (String name : edgeNames) {
        text.append("    ").append(name).append(": {admin-edge: true}\n");
      }
    }
    return text.toString();
  }
}
