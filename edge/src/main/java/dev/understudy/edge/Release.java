package dev.understudy.edge;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/** The release of the program that runs. */
public final class Release {
  /** Where a jar says which release it belongs to; the first one on the class path counts. */
  public static final String RESOURCE = "dev/understudy/edge/release.properties";

  private static final Properties PROPERTIES = read();

  private Release() {}

  /** For example {@code 0.1.0}. */
  public static String current() {
    return PROPERTIES.getProperty("release");
  }

  /** The oldest forwarder that this release's supervisors work with. */
  public static String minimumForwarder() {
    return PROPERTIES.getProperty("minimum-forwarder");
  }

  /** The oldest launcher that can start this release. */
  public static String minimumLauncher() {
    return PROPERTIES.getProperty("minimum-launcher");
  }

  /** What the same program says of itself under another release. */
  public static byte[] properties(String release) {
    return "release=%s%nminimum-forwarder=%s%nminimum-launcher=%s%n"
        .formatted(release, minimumForwarder(), minimumLauncher())
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private static Properties read() {
    Properties properties = new Properties();
    try (InputStream in = Release.class.getResourceAsStream("release.properties")) {
      if (in == null) {
        throw new IllegalStateException("release.properties is missing in the edge's jar");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
