package dev.understudy.supervisor;

import com.google.protobuf.ByteString;
import dev.understudy.core.EngineHost;
import dev.understudy.core.RowChange;
import dev.understudy.core.RowKey;
import dev.understudy.core.Tables;
import dev.understudy.replication.Role;
import dev.understudy.replication.SupervisorCore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/**
 * Does bad things on purpose, so that somebody outside can see what comes of them. The loop's
 * thread.
 */
public final class Faults {
  /** Longest stall or cut. */
  static final long MILLIS_MAX = 600_000;

  private static final int MEMORY_OCTETS = 1 << 20;

  /** A field that no row has: the octets differ, and the row can still be read. */
  private static final ByteString STRANGE_FIELD =
      ByteString.copyFrom(new byte[] {(byte) 0xfa, (byte) 0xff, 0x7f, 1, 0x2a});

  private final boolean allowed;
  private final Sending sending;
  private final Progress progress;
  private LongConsumer forwarderDialer = millis -> {};
  private LongConsumer peerDialer = millis -> {};

  /** What was done, or why not. */
  public record Outcome(boolean done, String text) {}

  /**
   * What can be harmed.
   *
   * @param cutForwarder for so many milliseconds
   * @param cutPeer for so many milliseconds
   */
  record Target(SupervisorCore core, LongConsumer cutForwarder, LongConsumer cutPeer) {}

  Faults(Supervisor.FaultInjection injection, Sending sending, Progress progress) {
    this.allowed = injection == Supervisor.FaultInjection.ON;
    this.sending = sending;
    this.progress = progress;
  }

  void forwarderDialer(LongConsumer hold) {
    forwarderDialer = hold;
  }

  void peerDialer(LongConsumer hold) {
    peerDialer = hold;
  }

  Outcome inject(Target target, String fault, String argument) {
    if (!allowed) {
      return new Outcome(
          false, "fault injection is off; it is switched on by --fault-injection at start");
    }
    return switch (fault) {
      case "corrupt-row" -> corruptRow(target.core, argument);
      case "stall-loop" -> millis(argument, millis -> spin(millis));
      case "throw-in-engine" -> throwInEngine(target.core, argument);
      case "slow-engine" -> slowEngine(argument);
      case "out-of-memory" -> outOfMemory();
      case "cut-peer" ->
          millis(
              argument,
              millis -> {
                peerDialer.accept(millis);
                target.cutPeer.accept(millis);
              });
      case "cut-forwarder" ->
          millis(
              argument,
              millis -> {
                forwarderDialer.accept(millis);
                target.cutForwarder.accept(millis);
              });
      case "die-half-sent" -> dieHalfSent(argument);
      default ->
          new Outcome(
              false,
              "there is no fault \""
                  + fault
                  + "\"; there are corrupt-row, stall-loop, throw-in-engine,"
                  + " slow-engine, out-of-memory, cut-peer, cut-forwarder, die-half-sent");
    };
  }

  private Outcome dieHalfSent(String argument) {
    switch (argument) {
      case "forwarder" -> sending.dieHalfSent(Sending.Reaches.FORWARDER);
      case "standby" -> sending.dieHalfSent(Sending.Reaches.STANDBY);
      default -> {
        return new Outcome(
            false,
            "the argument must be forwarder or standby, where the last bracket arrives, and is \""
                + argument
                + "\"");
      }
    }
    return new Outcome(true, "the next bracket with a frame reaches the " + argument + " only");
  }

  private static Outcome millis(String argument, LongConsumer act) {
    long millis;
    try {
      millis = Long.parseLong(argument);
    } catch (NumberFormatException e) {
      millis = -1;
    }
    if (millis < 0 || millis > MILLIS_MAX) {
      return new Outcome(
          false,
          "the argument must be milliseconds, 0 to "
              + MILLIS_MAX
              + ", and is \""
              + argument
              + "\"");
    }
    act.accept(millis);
    return new Outcome(true, "for " + millis + " ms");
  }

  /** Keeps this thread for so long, as something that computes does. */
  static void spin(long millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (end - System.nanoTime() > 0) {
      Thread.onSpinWait();
    }
  }

  /**
   * {@code TABLE}: the table's first row gets an octet that nobody wrote, and can be read. {@code
   * TABLE:unreadable}: its last octet is gone.
   */
  private static Outcome corruptRow(SupervisorCore core, String argument) {
    String[] parts = argument.split(":", 2);
    String table = parts[0];
    Optional<Integer> number = Tables.byName(table);
    if (number.isEmpty()) {
      return new Outcome(false, "there is no table \"" + table + "\"");
    }
    if (parts.length == 2 && !parts[1].equals("unreadable")) {
      return new Outcome(
          false, "the argument must be TABLE or TABLE:unreadable, and is \"" + argument + "\"");
    }
    var rows = core.image().range(RowKey.first(number.get()), null);
    if (rows.isEmpty()) {
      return new Outcome(false, "the table " + table + " has no rows");
    }
    var first = rows.firstEntry();
    ByteString value = first.getValue();
    core.image()
        .apply(
            new RowChange(
                first.getKey(),
                parts.length == 2
                    ? value.substring(0, value.size() - 1)
                    : value.concat(STRANGE_FIELD)));
    return new Outcome(true, "corrupted " + Tables.text(first.getKey()));
  }

  private static Outcome throwInEngine(SupervisorCore core, String argument) {
    Optional<EngineHost> host = core.host();
    if (core.role() != Role.ACTIVE || host.isEmpty()) { // one that was fenced keeps its engines
      return new Outcome(
          false, "this supervisor drives nothing: it is not active, and is " + core.role());
    }
    String[] parts = argument.split(":", 2);
    AtomicInteger left = new AtomicInteger(parts.length == 1 ? 1 : parse(parts[1]));
    String engine = parts[0];
    host.get()
        .setFault((name, input) -> {
          if (name.equals(engine) && left.getAndDecrement() > 0) {
            throw new IllegalStateException("thrown on purpose");
          }
        });
    return new Outcome(true, "engine " + engine + " will throw " + left + " times");
  }

  private Outcome slowEngine(String argument) {
    String[] parts = argument.split(":", 2);
    if (Engines.all().stream().noneMatch(type -> type.name().equals(parts[0]))) {
      return new Outcome(
          false, "the argument must be ENGINE:MILLISECONDS, and is \"" + argument + "\"");
    }
    return millis(parts.length == 1 ? "" : parts[1], millis -> progress.slow(parts[0], millis));
  }

  /** Doesn't return where memory has an end. */
  private static Outcome outOfMemory() {
    List<byte[]> kept = new ArrayList<>();
    long octets = 0;
    while (octets < Long.MAX_VALUE - MEMORY_OCTETS) {
      kept.add(new byte[MEMORY_OCTETS]);
      octets += kept.getLast().length;
    }
    return new Outcome(false, octets + " octets were not all of the memory");
  }

  private static int parse(String count) {
    try {
      return Integer.parseInt(count);
    } catch (NumberFormatException e) {
      return 1;
    }
  }
}
