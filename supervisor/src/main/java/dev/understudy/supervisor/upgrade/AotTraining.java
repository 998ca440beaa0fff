package dev.understudy.supervisor.upgrade;

import dev.understudy.edge.image.ImageFolder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the AOT cache of an image (JEP 514) for this module's virtual machine, in a process that
 * stays behind all others: a whole switch lives in it for a few seconds. Without a cache everything
 * works, only slower.
 */
final class AotTraining {
  private static final long SECONDS_MAX = 90;
  private static final Logger LOG = LoggerFactory.getLogger(AotTraining.class);

  private AotTraining() {}

  static void run(ImageFolder image) throws InterruptedException {
    Path cache = image.aotCache();
    if (Files.exists(cache)) {
      return;
    }
    Path next = cache.resolveSibling("understudy.aot.next");
    List<String> command =
        List.of(
            "nice",
            "-n",
            "19",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseZGC",
            "-XX:+UseCompactObjectHeaders",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:AOTCacheOutput=" + next,
            "-cp",
            image.classPath().stream()
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator)),
            "dev.understudy.launcher.Main",
            "--training");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        if (process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)
            && process.exitValue() == 0
            && Files.exists(next)) {
          Files.move(next, cache, StandardCopyOption.ATOMIC_MOVE);
        } else {
          LOG.warn("no AOT cache for image {}, so that it starts slowly", image.id());
        }
      } finally {
        process.destroyForcibly();
        Files.deleteIfExists(next);
      }
    } catch (IOException e) {
      LOG.warn("no AOT cache for image {}, so that it starts slowly", image.id(), e);
    }
  }
}
