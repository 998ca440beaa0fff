package dev.understudy.edge.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.List;
import java.util.stream.Stream;

/**
 * Whose images are taken.
 *
 * @param keys one of which must have signed
 * @param unsigned whether one without a signature is taken as well; a wrong one never is
 */
public record Trust(List<PublicKey> keys, Unsigned unsigned) {
  /** What happens to an image without a signature. */
  public enum Unsigned {
    REFUSED,
    ACCEPTED
  }

  public Trust {
    keys = List.copyOf(keys);
  }

  /** The public keys in a folder, by name; none if there is no folder. */
  public static Trust of(Path folder, Unsigned unsigned) {
    if (!Files.isDirectory(folder)) {
      return new Trust(List.of(), unsigned);
    }
    try (Stream<Path> files = Files.list(folder)) {
      return new Trust(
          files
              .filter(file -> file.getFileName().toString().endsWith(".pub"))
              .sorted()
              .map(SigningKeys::readPublic)
              .toList(),
          unsigned);
    } catch (IOException e) {
      throw new ImageException("the trusted keys in " + folder + " can't be read: " + e, e);
    }
  }
}
