package dev.understudy.lab;

import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A tcpdump at one end of a link, with the kernel's own stamps in nanoseconds, into a pcap file.
 *
 * <p>{@link #live} lets listeners see the frames as they come, a millisecond late at most, so that
 * a fault can be timed by what is on the wire; the file is the same.
 */
public final class Capture implements AutoCloseable {
  /**
   * Bridge protocol data units, in the group that 802.1D bridges and in the one that Cisco's speak
   * on.
   */
  public static final String BPDUS = "ether dst 01:80:c2:00:00:00 or ether dst 01:00:0c:cc:cc:cd";

  /** The frames of {@link NumberedTraffic}. */
  public static final String NUMBERED = "ether proto 0x88b5";

  private static final Duration START_LIMIT = Duration.ofSeconds(10);
  private static final int BUFFER_KIB = 32 * 1024;
  private static final int SNAP_LENGTH_NUMBERED = 38;
  private static final int SNAP_LENGTH = 256;
  private static final Duration READ_LIMIT = Duration.ofSeconds(10);
  private static final Pattern COUNTS =
      Pattern.compile("(\\d+) packets? captured, (\\d+) packets? received by filter");
  private static final Pattern DROPPED =
      Pattern.compile("^(\\d+) packets? dropped by kernel", Pattern.MULTILINE);
  private static final Pattern CAPTURED =
      Pattern.compile("^(\\d+) packets? captured", Pattern.MULTILINE);

  private final Path file;
  private final Daemon tcpdump;
  private final List<Pcap.Sink> listeners = new CopyOnWriteArrayList<>();
  private final Optional<Thread> follower;
  private volatile boolean closed;

  private Capture(Path file, Daemon tcpdump, Mode mode) {
    this.file = file;
    this.tcpdump = tcpdump;
    this.follower =
        mode == Mode.LIVE
            ? Optional.of(Thread.ofPlatform().daemon().name("capture").unstarted(this::follow))
            : Optional.empty();
  }

  private enum Mode {
    FILE,
    LIVE
  }

  /** Captures numbered frames that pass an interface in either direction. */
  public static Capture numbered(Lab lab, Veth.End at, String name) {
    return start(lab, at, name, Mode.FILE, "-s", Integer.toString(SNAP_LENGTH_NUMBERED), NUMBERED);
  }

  /** Captures BPDUs that pass an interface in either direction, and shows them to listeners. */
  public static Capture live(Lab lab, Veth.End at, String name) {
    return live(lab, at, name, BPDUS);
  }

  /** As {@link #live(Lab, Veth.End, String)}, of frames that a pcap filter lets through. */
  public static Capture live(Lab lab, Veth.End at, String name, String filter) {
    return start(
        lab, at, name, Mode.LIVE, "--immediate-mode", "-s", Integer.toString(SNAP_LENGTH), filter);
  }

  private static Capture start(Lab lab, Veth.End at, String name, Mode mode, String... words) {
    Path file = lab.file(name + ".pcap");
    Path log = lab.file(name + ".tcpdump.log");
    List<String> command = new ArrayList<>(List.of("tcpdump", "-i", at.interfaceName()));
    command.addAll(List.of("-n", "-p", "-U", "-Z", "root", "--time-stamp-precision=nano"));
    command.addAll(List.of("-B", Integer.toString(BUFFER_KIB)));
    command.addAll(List.of("-w", mode == Mode.LIVE ? "-" : file.toString()));
    command.addAll(List.of(words));
    List<String> inside = at.namespace().inside(command);
    Daemon tcpdump =
        switch (mode) {
          case LIVE -> Daemon.startPiped("tcpdump " + name, log, Map.of(), inside);
          case FILE -> Daemon.start("tcpdump " + name, log, Map.of(), inside);
        };
    Capture capture = lab.add(new Capture(file, tcpdump, mode));
    capture.follower.ifPresent(Thread::start);
    tcpdump.awaitLog("listening on", START_LIMIT);
    return capture;
  }

  /**
   * Asks tcpdump for its counts until it has read as many frames as the kernel has put into its
   * ring: the kernel hands over a part of the ring up to a second late, and a tcpdump that is ended
   * before never reads it.
   */
  private void awaitAllRead() {
    if (!tcpdump.isAlive()) {
      return;
    }
    int[] answers = {COUNTS.matcher(tcpdump.log()).results().toList().size()};
    Await.until(
        "tcpdump has read all frames",
        READ_LIMIT,
        () -> {
          Command.run("kill", "-USR1", Long.toString(tcpdump.pid()));
          Await.until(
              "tcpdump tells its counts",
              READ_LIMIT,
              () -> COUNTS.matcher(tcpdump.log()).results().toList().size() > answers[0]);
          List<MatchResult> all = COUNTS.matcher(tcpdump.log()).results().toList();
          answers[0] = all.size();
          return all.getLast().group(1).equals(all.getLast().group(2));
        },
        tcpdump::log);
  }

  private void follow() {
    try (OutputStream copy = new BufferedOutputStream(Files.newOutputStream(file));
        InputStream stream = new Tee(tcpdump.output(), copy)) {
      Pcap.read(stream, (time, octets) -> listeners.forEach(l -> l.frame(time, octets)));
    } catch (IOException e) {
      if (!closed) {
        throw new LabException("reading " + file, e);
      }
    }
  }

  /** Shows the following frames to a listener, on the capture's own thread. */
  public void listen(Pcap.Sink listener) {
    listeners.add(listener);
  }

  public void forget(Pcap.Sink listener) {
    listeners.remove(listener);
  }

  public Path file() {
    return file;
  }

  /** Ends the capture; all frames that have passed until now are in the file. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    awaitAllRead();
    closed = true;
    tcpdump.close();
    if (follower.isPresent()) {
      try {
        follower.get().join(Duration.ofSeconds(5));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Frames that tcpdump lost itself; known after the end. More than none makes the capture
   * worthless as a proof.
   */
  public long dropped() {
    return count(DROPPED);
  }

  /** Frames in the file; known after the end. */
  public long captured() {
    return count(CAPTURED);
  }

  private long count(Pattern pattern) {
    Matcher matcher = pattern.matcher(tcpdump.log());
    if (!matcher.find()) {
      throw new LabException(file + ": tcpdump did not say its counts: " + tcpdump.log());
    }
    return Long.parseLong(matcher.group(1));
  }

  /** What is read is written to the copy too. */
  private static final class Tee extends FilterInputStream {
    private final OutputStream copy;

    Tee(InputStream in, OutputStream copy) {
      super(in);
      this.copy = copy;
    }

    @Override
    public int read() throws IOException {
      int octet = super.read();
      if (octet >= 0) {
        copy.write(octet);
      }
      return octet;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count = super.read(into, offset, length);
      if (count > 0) {
        copy.write(into, offset, count);
      }
      return count;
    }
  }

  /**
   * The first octets of a BPDU as a trigger needs them; what a capture proves is read by {@link
   * BpduJudge}.
   */
  public record Glance(String source, int type, int flags) {
    private static final int OFFSET_SOURCE = 6;
    private static final int OFFSET_LLC = 14;
    private static final int OFFSET_TYPE = 20;
    private static final int OFFSET_FLAGS = 21;
    private static final int TYPE_TCN = 0x80;

    /** Looks at a frame; anything but a BPDU has type -1. */
    public static Glance at(ByteBuffer octets) {
      if (octets.limit() <= OFFSET_FLAGS || octets.getShort(OFFSET_LLC) != 0x4242) {
        return new Glance("", -1, 0);
      }
      StringBuilder source = new StringBuilder();
      for (int i = 0; i < 6; i++) {
        source.append(i == 0 ? "" : ":").append("%02x".formatted(octets.get(OFFSET_SOURCE + i)));
      }
      return new Glance(
          source.toString(), octets.get(OFFSET_TYPE) & 0xff, octets.get(OFFSET_FLAGS) & 0xff);
    }

    public boolean isBpdu() {
      return type >= 0;
    }

    public boolean topologyChange() {
      return type == TYPE_TCN || (isBpdu() && (flags & 0x01) != 0);
    }

    public boolean proposal() {
      return type == 2 && (flags & 0x02) != 0;
    }

    public boolean agreement() {
      return type == 2 && (flags & 0x40) != 0;
    }
  }
}
