package dev.understudy.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Numbered frames both ways between two edge hosts at a steady rate, by the program {@code
 * numbered} (C, in this module's resources), one process a host.
 */
public final class NumberedTraffic implements AutoCloseable {
  /** What the issues ask for. */
  public static final int FRAMES_PER_SECOND = 10_000;

  private static final Duration START_LIMIT = Duration.ofSeconds(5);
  private static final Duration END_LIMIT = Duration.ofSeconds(10);
  private static final Pattern LINE =
      Pattern.compile("at (?<at>\\d+) sent (?<sent>\\d+) received (?<received>\\d+)");
  private static final Pattern END =
      Pattern.compile(
          "end sent (?<sent>\\d+) received (?<received>\\d+) lost (?<lost>\\d+) duplicated"
              + " (?<duplicated>\\d+) reordered (?<reordered>\\d+) refused (?<refused>\\d+)"
              + " dropped (?<dropped>\\d+) behind (?<behind>\\d+)");

  private final Host left;
  private final Host right;

  private NumberedTraffic(Host left, Host right) {
    this.left = left;
    this.right = right;
  }

  /** Who sends: an interface, and the number of the stream that it sends. */
  public record Edge(Veth.End at, int stream) {}

  /** A moment of a host: how many frames it has sent and received until then. */
  public record Progress(long timeNanos, long sent, long received) {}

  /** A host's own account, over all the network between the two. */
  public record Account(
      long sent,
      long received,
      long lost,
      long duplicated,
      long reordered,
      long refused,
      long dropped,
      long behind) {
    /**
     * Whether the generator itself failed, which says nothing about the switch and voids the round.
     */
    public boolean generatorFailed() {
      return dropped > 0 || behind > 0;
    }
  }

  /** Starts both hosts. */
  public static NumberedTraffic start(Lab lab, Edge left, Edge right, int framesPerSecond) {
    Path program = program(lab);
    return lab.add(
        new NumberedTraffic(
            new Host(lab, program, left, right, framesPerSecond),
            new Host(lab, program, right, left, framesPerSecond)));
  }

  /** Compiles the program once a lab. */
  private static Path program(Lab lab) {
    Path program = lab.file("numbered");
    if (!Files.exists(program)) {
      Path source = lab.file("numbered.c");
      try (InputStream resource = NumberedTraffic.class.getResourceAsStream("numbered.c")) {
        if (resource == null) {
          throw new LabException("numbered.c is not on the class path");
        }
        Files.copy(resource, source);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      Command.run("gcc", "-O2", "-Wall", "-o", program.toString(), source.toString());
    }
    return program;
  }

  /** The host that was named first: it sends the first stream and receives the second. */
  public Host left() {
    return left;
  }

  public Host right() {
    return right;
  }

  /** Waits until both hosts have received another {@code frames} frames. */
  public void awaitFlow(long frames, Duration limit) {
    long leftBefore = left.received();
    long rightBefore = right.received();
    Await.until(
        "frames arrive both ways",
        limit,
        () -> left.received() >= leftBefore + frames && right.received() >= rightBefore + frames,
        () -> "left %s, right %s".formatted(left.progress, right.progress));
  }

  /** Ends the traffic: sending first on both sides, then what is still under way arrives. */
  public void stop() {
    left.endInput();
    right.endInput();
    left.awaitEnd();
    right.awaitEnd();
  }

  @Override
  public void close() {
    stop();
  }

  /** One of the two hosts. */
  public static final class Host {
    private final Daemon process;
    private final List<Progress> progress = new CopyOnWriteArrayList<>();
    private final List<Account> account = new CopyOnWriteArrayList<>();
    private final Thread reader;

    private Host(Lab lab, Path program, Edge own, Edge peer, int framesPerSecond) {
      List<String> command = new ArrayList<>();
      command.add(program.toString());
      command.add(own.at().interfaceName());
      command.add(own.at().mac());
      command.add(peer.at().mac());
      command.add(Integer.toString(own.stream()));
      command.add(Integer.toString(peer.stream()));
      command.add(Integer.toString(framesPerSecond));
      process =
          Daemon.startPiped(
              "numbered " + own.at(),
              lab.file("numbered-" + own.stream() + ".log"),
              Map.of(),
              own.at().namespace().inside(command));
      BufferedReader lines = process.outputLines();
      try {
        String first = lines.readLine();
        if (!"ready".equals(first)) {
          throw new LabException(process + " does not start: " + first + process.log());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      reader = Thread.ofPlatform().daemon().name(process.toString()).unstarted(() -> read(lines));
      reader.start();
      Await.until(process + " sends", START_LIMIT, () -> !progress.isEmpty(), process::log);
    }

    private void read(BufferedReader lines) {
      lines
          .lines()
          .forEach(line -> {
            Matcher now = LINE.matcher(line);
            Matcher end = END.matcher(line);
            if (now.matches()) {
              progress.add(
                  new Progress(number(now, "at"), number(now, "sent"), number(now, "received")));
            } else if (end.matches()) {
              account.add(
                  new Account(
                      number(end, "sent"),
                      number(end, "received"),
                      number(end, "lost"),
                      number(end, "duplicated"),
                      number(end, "reordered"),
                      number(end, "refused"),
                      number(end, "dropped"),
                      number(end, "behind")));
            }
          });
    }

    private static long number(Matcher matcher, String group) {
      return Long.parseLong(matcher.group(group));
    }

    /** Frames received until the last report, at most 100 ms ago. */
    public long received() {
      return progress.getLast().received();
    }

    /** All reports, ten a second. */
    public List<Progress> progress() {
      return List.copyOf(progress);
    }

    /** The final account; known after {@link NumberedTraffic#stop}. */
    public Account account() {
      if (account.isEmpty()) {
        throw new LabException(process + " gave no account: " + process.log());
      }
      return account.getFirst();
    }

    private void endInput() {
      try {
        process.input().close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void awaitEnd() {
      try {
        reader.join(END_LIMIT);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      process.awaitEnd();
    }
  }
}
