package dev.understudy.launcher.process;

import dev.understudy.edge.image.BootPointer;
import dev.understudy.edge.image.ImageFolder;
import dev.understudy.edge.image.ImageStore;
import dev.understudy.edge.image.RunningImage;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a process runs: an image, or what came with the launcher.
 *
 * @param image its name, {@link BootPointer#BUILT_IN} for the launcher's own
 */
public record Program(String image, String classPath, Optional<Path> aotCache) {
  /**
   * A launcher that runs an image was another program before: what came with that one is still what
   * slots without an image run.
   */
  public static final String BUILT_IN_CLASS_PATH = "UNDERSTUDY_BUILT_IN_CLASS_PATH";

  /** What came with the launcher. */
  public static Program builtIn() {
    String classPath =
        Optional.ofNullable(System.getenv(BUILT_IN_CLASS_PATH))
            .filter(value -> !value.isEmpty())
            .orElseGet(() -> System.getProperty("java.class.path"));
    String first = classPath.split(File.pathSeparator, 2)[0];
    return new Program(
        BootPointer.BUILT_IN, classPath, there(Path.of(first).resolveSibling("understudy.aot")));
  }

  public static Program of(ImageFolder image) {
    return new Program(
        image.id(),
        image.classPath().stream()
            .map(Path::toString)
            .collect(Collectors.joining(File.pathSeparator)),
        there(image.aotCache()));
  }

  /** What the pointer says; it was looked at by {@link ImageStore#nextStart}. */
  static Program of(ImageStore store, BootPointer pointer) {
    return pointer.isBuiltIn()
        ? builtIn()
        : store.image(pointer.image()).map(Program::of).orElseGet(Program::builtIn);
  }

  /** Whether this process runs it. */
  public boolean isThisProcess() {
    return image.equals(RunningImage.id());
  }

  private static Optional<Path> there(Path cache) {
    return Files.exists(cache) ? Optional.of(cache) : Optional.empty();
  }
}
