package dev.understudy.supervisor.configuration;

/**
 * One mistake in a configuration.
 *
 * @param file as it was named; empty for a configuration that came as a message
 * @param line from 1; 0: the file as a whole
 * @param column from 1; 0: the file as a whole
 * @param path keys from the top, for example {@code ports.p3.vlans.access}; empty: the top
 * @param found what is there, for people
 * @param expected what should be there, for people
 */
public record ConfigurationProblem(
    String file, int line, int column, String path, String found, String expected) {
  /** For example {@code sw1.yaml:7:20: ports.p3.vlans.access: found 5000, expected …}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (!file.isEmpty()) {
      text.append(file).append(':');
      if (line > 0) {
        text.append(line).append(':').append(column).append(':');
      }
      text.append(' ');
    }
    if (!path.isEmpty()) {
      text.append(path).append(": ");
    }
    return text.append("found ").append(found).append(", expected ").append(expected).toString();
  }
}
