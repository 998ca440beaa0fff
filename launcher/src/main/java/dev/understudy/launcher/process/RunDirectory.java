package dev.understudy.launcher.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the process starter keeps in the directory of one switch: process files and logs. Sockets
 * and what must outlive a boot are there too, see the module edge.
 *
 * <p>Unless a directory is named, {@link #standard} puts sockets and process files where they
 * vanish with the session (XDG_RUNTIME_DIR, else a private directory below the system's temporary
 * one) and what must stay under XDG_STATE_HOME, joined by symbolic links.
 */
public record RunDirectory(Path path) {
  /** Names of files and directories that must outlive a boot. */
  private static final List<String> PERSISTENT =
      List.of("supervisor-a", "supervisor-b", "forwarder", "launcher");

  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  public RunDirectory {
    path = path.toAbsolutePath().normalize();
  }

  public ProcessFile processFile(Part part) {
    return new ProcessFile(run().resolve(part.fileName() + ".pid"));
  }

  public ProcessFile launcherFile() {
    return new ProcessFile(run().resolve("launcher.pid"));
  }

  /** Held by the living launcher. */
  public Path lock() {
    return run().resolve("launcher.lock");
  }

  /** What a part keeps over its lives. */
  public Path state(Part part) {
    return path.resolve(
        part.isSupervisor()
            ? "supervisor-" + part.fileName().toLowerCase(Locale.ROOT)
            : part.fileName());
  }

  /** What the launcher keeps. */
  public Path launcherState() {
    return path.resolve("launcher");
  }

  /** While this file is there, the part is not started again. */
  public Path shutDown(Part part) {
    return state(part).resolve("shut-down");
  }

  public LogFile log(Part part) {
    return new LogFile(path.resolve("log").resolve(part.fileName() + ".log"));
  }

  public LogFile launcherLog() {
    return new LogFile(path.resolve("log").resolve("launcher.log"));
  }

  private Path run() {
    return path.resolve("run");
  }

  /** Makes what is missing, for nobody else to read. */
  public void create() {
    try {
      Files.createDirectories(path, PosixFilePermissions.asFileAttribute(PRIVATE));
      for (Path part : List.of(run(), path.resolve("log"))) {
        Files.createDirectories(part, PosixFilePermissions.asFileAttribute(PRIVATE));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't make the state directory " + path, e);
    }
  }

  /** The parts that live, adopted or not. */
  public List<Part> living() {
    return Stream.of(Part.values()).filter(part -> processFile(part).living().isPresent()).toList();
  }

  // ---- the default place

  /** The environment that decides where things are. */
  public record Places(Path runtime, Path persistent) {
    public static Places of(Map<String, String> environment) {
      String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
      Path persistent =
          nonEmpty(environment, "XDG_STATE_HOME")
              .map(Path::of)
              .orElseGet(() -> Path.of(home, ".local", "state"))
              .resolve("understudy");
      Path runtime =
          nonEmpty(environment, "XDG_RUNTIME_DIR")
              .map(Path::of)
              .filter(Files::isWritable)
              .map(directory -> directory.resolve("understudy"))
              .orElseGet(
                  () -> Path.of(System.getProperty("java.io.tmpdir"), "understudy-" + userId()));
      return new Places(runtime, persistent);
    }

    private static Optional<String> nonEmpty(Map<String, String> environment, String name) {
      return Optional.ofNullable(environment.get(name)).filter(value -> value.startsWith("/"));
    }
  }

  /** The default directory of a switch of that name, made if need be. */
  public static RunDirectory standard(Places places, String switchName) {
    if (!switchName.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}")) {
      throw new RunDirectoryException(
          "the switch's name \""
              + switchName
              + "\" can't name a directory; choose one with --state");
    }
    try {
      makePrivate(places.runtime());
      RunDirectory directory = new RunDirectory(places.runtime().resolve(switchName));
      makePrivate(directory.path());
      for (String name : PERSISTENT) {
        Path target = places.persistent().resolve(switchName).resolve(name);
        Files.createDirectories(target, PosixFilePermissions.asFileAttribute(PRIVATE));
        Path link = directory.path().resolve(name);
        if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
          Files.createSymbolicLink(link, target);
        }
      }
      return directory;
    } catch (IOException e) {
      throw new RunDirectoryException(
          "can't make the default state directory (" + e + "); choose one with --state");
    }
  }

  /** Names of the switches that have a directory in the default place. */
  public static List<String> known(Places places) {
    List<String> names = new ArrayList<>();
    try (Stream<Path> entries = Files.list(places.runtime())) {
      entries
          .filter(entry -> Files.isDirectory(entry.resolve("run")))
          .forEach(entry -> names.add(entry.getFileName().toString()));
    } catch (IOException e) {
      // No default place yet: no switches.
    }
    names.sort(null);
    return List.copyOf(names);
  }

  /** A directory below a place that everybody may write to could be somebody else's trap. */
  private static void makePrivate(Path directory) throws IOException {
    if (directory.getParent() != null) {
      Files.createDirectories(directory.getParent());
    }
    try {
      Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(PRIVATE));
    } catch (FileAlreadyExistsException e) {
      Object owner = Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
      boolean real = Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS);
      if (!real || !owner.equals(userId())) {
        throw new RunDirectoryException(
            directory + " belongs to somebody else; choose a state directory with --state");
      }
      if (!PRIVATE.equals(Files.getPosixFilePermissions(directory))) {
        Files.setPosixFilePermissions(directory, PRIVATE);
      }
    }
  }

  private static Object userId() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    } catch (IOException e) {
      throw new UncheckedIOException("can't find out who this is", e);
    }
  }
}
