package dev.understudy.forwarder;

import com.google.protobuf.ByteString;
import dev.understudy.border.BorderStore;
import dev.understudy.edge.CannotStart;
import dev.understudy.edge.Counters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The forwarder's two files.
 *
 * <p>{@code term} has two records, written in turn and in place, so that a write that is cut short
 * leaves the other one, and a full disk is no obstacle. {@code configuration} is written under
 * another name and then renamed. Both are summed (CRC-32C).
 */
final class DiskBorderStore implements BorderStore, AutoCloseable {
  /** A damaged record may have said more than the one that is left: terms go on beyond both. */
  static final long DAMAGE_MARGIN = 10_000;

  static final String DAMAGED_FILES = "forwarder.damaged-files";
  static final String FAILED_WRITES = "forwarder.failed-writes";

  private static final Logger LOG = LoggerFactory.getLogger(DiskBorderStore.class);
  private static final int RECORD_OCTETS = 4096;
  private static final int RECORDS = 2;
  private static final int TERM_MAGIC = 0x554e4454;
  private static final int CONFIGURATION_MAGIC = 0x554e4443;
  private static final int CONFIGURATION_OCTETS_MAX = 64 << 20;
  private static final long RETRY_MILLIS = 1000;

  private final Path directory;
  private final Counters counters;
  private final Thread writer;
  private final Object lock = new Object();
  private @Nullable Configuration wanted;
  private boolean closing;
  private long sequence;
  private boolean ceilingSaved;

  private record Configuration(ByteString switchUuid, long version, ByteString octets) {
    static final Configuration NONE = new Configuration(ByteString.EMPTY, 0, ByteString.EMPTY);
  }

  private record Ceiling(long sequence, long term, long incarnation) {}

  /**
   * @param directory there already
   */
  DiskBorderStore(Path directory, Counters counters) {
    this.directory = directory;
    this.counters = counters;
    this.writer = Thread.ofPlatform().name("configuration-writer").daemon().unstarted(this::write);
    writer.start();
  }

  @Override
  public Stored load() {
    Ceiling ceiling = loadCeiling();
    sequence = ceiling.sequence;
    Configuration configuration = loadConfiguration();
    return new Stored(
        ceiling.term,
        ceiling.incarnation,
        configuration.switchUuid,
        configuration.version,
        configuration.octets);
  }

  // ---- the term's ceiling

  private Path termFile() {
    return directory.resolve("term");
  }

  private Ceiling loadCeiling() {
    byte[] octets;
    try {
      if (!Files.exists(termFile())) {
        return new Ceiling(0, 0, 0);
      }
      octets = Files.readAllBytes(termFile());
    } catch (IOException e) {
      throw new CannotStart(termFile() + " can't be read: " + e, e);
    }
    Optional<Ceiling> best = Optional.empty();
    boolean damaged = octets.length != RECORDS * RECORD_OCTETS;
    for (int i = 0; i < RECORDS && (i + 1) * RECORD_OCTETS <= octets.length; i++) {
      ByteBuffer record = ByteBuffer.wrap(octets, i * RECORD_OCTETS, RECORD_OCTETS).slice();
      Optional<Ceiling> read = readCeiling(record);
      damaged |= read.isEmpty() && !isEmpty(record);
      if (read.isPresent() && (best.isEmpty() || read.get().sequence > best.get().sequence)) {
        best = read;
      }
    }
    if (!damaged) {
      return best.orElse(new Ceiling(0, 0, 0));
    }
    // No term may be granted a second time. The wall clock is above every count of terms.
    Ceiling found =
        best.orElse(new Ceiling(0, System.currentTimeMillis(), System.currentTimeMillis()));
    Ceiling safe =
        new Ceiling(found.sequence, found.term + DAMAGE_MARGIN, found.incarnation + DAMAGE_MARGIN);
    keepAside(termFile());
    LOG.error("{} is damaged; terms go on at {}", termFile(), safe.term);
    return safe;
  }

  private static boolean isEmpty(ByteBuffer record) {
    for (int i = 0; i < record.limit(); i++) {
      if (record.get(i) != 0) {
        return false;
      }
    }
    return true;
  }

  private static Optional<Ceiling> readCeiling(ByteBuffer record) {
    if (record.getInt(0) != TERM_MAGIC
        || record.getInt(28) != sum(record.array(), record.arrayOffset(), 28)) {
      return Optional.empty();
    }
    return Optional.of(new Ceiling(record.getLong(4), record.getLong(12), record.getLong(20)));
  }

  @Override
  public void saveTermCeiling(long termCeiling, long incarnation) {
    sequence++;
    ByteBuffer record = ByteBuffer.allocate(RECORD_OCTETS);
    record.putInt(TERM_MAGIC).putLong(sequence).putLong(termCeiling).putLong(incarnation);
    record.putInt(sum(record.array(), 0, 28));
    record.rewind();
    try (FileChannel file =
        FileChannel.open(termFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      boolean first = file.size() < (long) RECORDS * RECORD_OCTETS;
      if (first) { // all the room that will ever be needed
        writeFully(file, ByteBuffer.allocate(RECORDS * RECORD_OCTETS), 0);
      }
      writeFully(file, record, (sequence % RECORDS) * RECORD_OCTETS);
      file.force(first);
      if (first) {
        forceDirectory();
      }
      ceilingSaved = true;
    } catch (IOException e) {
      counters.count(FAILED_WRITES);
      if (!ceilingSaved) {
        throw new CannotStart(
            termFile()
                + " can't be written: "
                + e
                + "; the forwarder must remember which terms it has granted",
            e);
      }
      // Going on without is the smaller evil, as long as it is said.
      LOG.error(
          "{} can't be written; terms above {} aren't remembered", termFile(), termCeiling, e);
    }
  }

  // ---- the configuration

  private Path configurationFile() {
    return directory.resolve("configuration");
  }

  private Configuration loadConfiguration() {
    Path file = configurationFile();
    try {
      if (!Files.exists(file)) {
        return Configuration.NONE;
      }
      if (Files.size(file) <= CONFIGURATION_OCTETS_MAX) {
        Optional<Configuration> read = readConfiguration(Files.readAllBytes(file));
        if (read.isPresent()) {
          return read.get();
        }
      }
      LOG.error("{} is damaged and kept aside; the supervisors' copies are used", file);
      keepAside(file);
    } catch (IOException e) {
      counters.count(DAMAGED_FILES);
      LOG.error("{} can't be read; the supervisors' copies are used", file, e);
    }
    return Configuration.NONE;
  }

  private static Optional<Configuration> readConfiguration(byte[] octets) {
    ByteBuffer in = ByteBuffer.wrap(octets);
    if (octets.length < 24
        || in.getInt() != CONFIGURATION_MAGIC
        || in.getInt(octets.length - 4) != sum(octets, 0, octets.length - 4)) {
      return Optional.empty();
    }
    long version = in.getLong();
    int uuidLength = in.getInt();
    int length = in.getInt();
    if (uuidLength < 0 || length < 0 || (long) uuidLength + length + 24 != octets.length) {
      return Optional.empty();
    }
    return Optional.of(
        new Configuration(
            ByteString.copyFrom(octets, 20, uuidLength),
            version,
            ByteString.copyFrom(octets, 20 + uuidLength, length)));
  }

  private static byte[] octets(Configuration configuration) {
    int length = 24 + configuration.switchUuid.size() + configuration.octets.size();
    ByteBuffer out = ByteBuffer.allocate(length);
    out.putInt(CONFIGURATION_MAGIC)
        .putLong(configuration.version)
        .putInt(configuration.switchUuid.size())
        .putInt(configuration.octets.size());
    configuration.switchUuid.copyTo(out);
    configuration.octets.copyTo(out);
    out.putInt(sum(out.array(), 0, length - 4));
    return out.array();
  }

  @Override
  public void saveConfiguration(ByteString switchUuid, long version, ByteString configuration) {
    synchronized (lock) {
      wanted = new Configuration(switchUuid, version, configuration);
      lock.notifyAll();
    }
  }

  /** The writer's thread: the newest is written, and again until the disk takes it. */
  private void write() {
    try {
      for (Configuration next = take(); next != null; next = take()) {
        try {
          writeConfiguration(next);
        } catch (IOException e) {
          counters.count(FAILED_WRITES);
          LOG.error("{} can't be written, and is tried again", configurationFile(), e);
          Thread.sleep(RETRY_MILLIS);
          putBack(next);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable Configuration take() throws InterruptedException {
    synchronized (lock) {
      while (wanted == null && !closing) {
        lock.wait();
      }
      Configuration taken = wanted;
      wanted = null;
      return taken;
    }
  }

  private void putBack(Configuration failed) {
    synchronized (lock) {
      if (wanted == null && !closing) {
        wanted = failed;
      }
    }
  }

  private void writeConfiguration(Configuration configuration) throws IOException {
    Path fresh = directory.resolve("configuration.new");
    try (FileChannel file =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      writeFully(file, ByteBuffer.wrap(octets(configuration)), 0);
      file.force(true);
    }
    Files.move(fresh, configurationFile(), StandardCopyOption.ATOMIC_MOVE);
    forceDirectory();
  }

  // ---- both

  private static void writeFully(FileChannel file, ByteBuffer octets, long position)
      throws IOException {
    long at = position;
    while (octets.hasRemaining()) {
      at += file.write(octets, at);
    }
  }

  private void forceDirectory() throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private void keepAside(Path file) {
    counters.count(DAMAGED_FILES);
    try {
      Files.move(
          file,
          file.resolveSibling(file.getFileName() + ".damaged"),
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.warn("{} can't be kept aside", file, e);
    }
  }

  private static int sum(byte[] octets, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(octets, offset, length);
    return (int) crc.getValue();
  }

  /** Waits until what was asked for is on the disk, for a second at most. */
  @Override
  public void close() {
    synchronized (lock) {
      closing = true;
      lock.notifyAll();
    }
    try {
      writer.join(RETRY_MILLIS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
