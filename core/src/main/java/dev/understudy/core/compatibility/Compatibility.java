package dev.understudy.core.compatibility;

import java.util.Comparator;
import java.util.List;

/**
 * What happens when a release takes over the state of another.
 *
 * @param from the release that has the state
 * @param to the release that shall take it over
 * @param findings differences, by protocol, table and field; empty when the schemas say the same
 */
public record Compatibility(String from, String to, List<Finding> findings) {

  /** From harmless to impossible. */
  public enum Level {
    COMPATIBLE,
    DEGRADED,
    INCOMPATIBLE
  }

  /** What becomes of a difference. */
  public enum Effect {
    /** The other release doesn't know it: kept as octets, lost when it writes the row. */
    DROPPED,
    /** It isn't there to be sent: the declared default holds. */
    DEFAULTED,
    /** No engine of the other release reads it: kept, marked orphaned. */
    ORPHANED,
    /** The same number or name means something else. */
    MISREAD
  }

  /**
   * One difference.
   *
   * @param protocol the engine that owns the table; {@code switch} for tables of none, {@code
   *     border} and {@code stream} for what the programs say to each other
   * @param table as people write it, or the message's name
   * @param field with the fields around it, {@code port_times.hello_time_seconds}; empty for a
   *     table
   * @param rows how many rows of the live image it concerns; 0: not in use
   * @param text what happens, as a sentence
   * @param outside what an observer outside of the switch may notice; empty for nothing
   */
  public record Finding(
      Level level,
      Effect effect,
      String protocol,
      String table,
      String field,
      long rows,
      String text,
      String outside) {

    /** Whether the live image has something that this concerns. */
    public boolean inUse() {
      return rows > 0;
    }
  }

  public Compatibility {
    findings = List.copyOf(findings);
  }

  /** The worst of all findings: INCOMPATIBLE is refused, DEGRADED needs a person's leave. */
  public Level level() {
    return findings.stream()
        .map(Finding::level)
        .max(Comparator.naturalOrder())
        .orElse(Level.COMPATIBLE);
  }

  /** For people: the verdict, then one line for each finding, the worst first. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append("%s to %s: %s%n".formatted(from, to, word(level())));
    findings.stream()
        .sorted(Comparator.comparing(Finding::level).reversed())
        .forEach(finding -> {
          text.append("  %-12s  %s%n".formatted(word(finding.level()), finding.text()));
          if (!finding.outside().isEmpty()) {
            text.append("  %-12s  outside: %s%n".formatted("", finding.outside()));
          }
        });
    return text.toString();
  }

  private static String word(Level level) {
    return level.name().toLowerCase(java.util.Locale.ROOT);
  }
}
