package dev.understudy.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Worlds that are kept as text. */
final class Worlds {
  private Worlds() {}

  static World resource(String name) {
    try (InputStream in = Worlds.class.getResourceAsStream("/worlds/" + name + ".world")) {
      return WorldParser.parse(
          new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
