package dev.understudy.edge;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The release of the program that runs. */
public final class Release {
  private static final String RELEASE = read();

  private Release() {}

  /** For example {@code 0.1.0}. */
  public static String current() {
    return RELEASE;
  }

  private static String read() {
    Properties properties = new Properties();
    try (InputStream in = Release.class.getResourceAsStream("release.properties")) {
      if (in == null) {
        throw new IllegalStateException("release.properties is missing in the edge's jar");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("release");
  }
}
