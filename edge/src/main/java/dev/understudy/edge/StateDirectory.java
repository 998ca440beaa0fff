package dev.understudy.edge;

import dev.understudy.schema.Slot;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;

/**
 * The directory of one switch on one machine: sockets, and below it one directory per process for
 * what outlives it. Only its owner can enter.
 */
public final class StateDirectory {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private final Path root;

  private StateDirectory(Path root) {
    this.root = root;
  }

  /** Only names things; nothing is made. */
  public static StateDirectory at(Path root) {
    return new StateDirectory(root.toAbsolutePath().normalize());
  }

  /** The same, made when it isn't there. */
  public static StateDirectory open(Path root) {
    StateDirectory directory = at(root);
    directory.make(directory.root);
    return directory;
  }

  public Path root() {
    return root;
  }

  /** The forwarder's files. */
  public Path forwarder() {
    return root.resolve("forwarder");
  }

  /** The launcher's files. */
  public Path launcher() {
    return root.resolve("launcher");
  }

  /** A supervisor's files. */
  public Path supervisor(Slot slot) {
    return root.resolve("supervisor-" + lower(slot));
  }

  /** Where supervisors reach the forwarder. */
  public Endpoint borderEndpoint() {
    return socket("border.sock");
  }

  /** Where slot B reaches slot A. */
  public Endpoint replicationEndpoint() {
    return socket("replication.sock");
  }

  /** Where people's requests reach a supervisor. */
  public Endpoint managementEndpoint(Slot slot) {
    return socket("management-" + lower(slot) + ".sock");
  }

  /** Where the forwarder hears of a supervisor's end. */
  public Endpoint.Unix forwarderLifeWatch() {
    return socket("life-forwarder.sock");
  }

  /** Where a supervisor hears of the other one's end. */
  public Endpoint.Unix supervisorLifeWatch(Slot slot) {
    return socket("life-" + lower(slot) + ".sock");
  }

  /** Where the forwarder gives copies of frames. */
  public Endpoint.Unix monitorEndpoint() {
    return socket("monitor.sock");
  }

  private static String lower(Slot slot) {
    return SlotName.letter(slot).toLowerCase(Locale.ROOT);
  }

  /**
   * In this directory; when that path is too long for the kernel, in a short one that its name
   * gives.
   */
  private Endpoint.Unix socket(String name) {
    Path here = root.resolve(name);
    if (Endpoint.Unix.fits(here)) {
      return new Endpoint.Unix(here);
    }
    return new Endpoint.Unix(
        Path.of("/tmp", "understudy-" + ownUid() + "-" + hash(root)).resolve(name));
  }

  private static String hash(Path path) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(path.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Makes a directory that only its owner can enter; one of somebody else's is refused. */
  public Path make(Path directory) {
    return makePrivate(directory);
  }

  static Path makePrivate(Path directory) {
    try {
      if (!Files.isDirectory(directory)) {
        Path parent = directory.getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        try {
          Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } catch (java.nio.file.FileAlreadyExistsException e) {
          if (!Files.isDirectory(directory)) {
            throw new CannotStart(directory + " is there and is no directory", e);
          }
        }
      }
      int owner = (int) Files.getAttribute(directory, "unix:uid");
      if (owner != ownUid() && ownUid() != 0) {
        throw new CannotStart(
            directory + " belongs to user " + owner + " and this process runs as " + ownUid());
      }
      if (!Files.getPosixFilePermissions(directory).equals(OWNER_ONLY)) {
        Files.setPosixFilePermissions(directory, OWNER_ONLY);
      }
      return directory;
    } catch (IOException e) {
      throw new CannotStart("the directory " + directory + " can't be used: " + e, e);
    }
  }

  /** The user this process runs as. */
  public static int ownUid() {
    try {
      return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid", LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw new CannotStart("/proc can't be read: " + e, e);
    }
  }

  /** The one place that a process of a kind has in a state directory. */
  public static final class Place implements AutoCloseable {
    private final FileChannel channel;

    private Place(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException _) {
        // The kernel gives the place back when the process ends.
      }
    }
  }

  /**
   * Takes the one place that a process of this kind has in this directory. It is given back by
   * closing it, or by the end of the process, however that comes.
   *
   * @param what for people and for the file's name, for example {@code forwarder}
   */
  public Place claimPlace(String what) {
    Path file = root.resolve(what + ".lock");
    try {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (!lock(channel)) {
        channel.close();
        String other = Files.readString(file).strip();
        throw new CannotStart(
            "another "
                + what
                + (other.isEmpty() ? "" : ", process " + other + ",")
                + " uses the state directory "
                + root
                + " already");
      }
      channel.truncate(0);
      channel.write(StandardCharsets.UTF_8.encode(ProcessHandle.current().pid() + "\n"));
      return new Place(channel);
    } catch (IOException e) {
      throw new CannotStart("the state directory " + root + " can't be used: " + e, e);
    }
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) { // held in this process
      return false;
    }
  }
}
