package dev.understudy.simulation;

import com.google.protobuf.ByteString;
import dev.understudy.border.Border;
import dev.understudy.core.Check;
import dev.understudy.core.EngineHost;
import dev.understudy.core.Image;
import dev.understudy.core.RowKey;
import dev.understudy.replication.Role;
import dev.understudy.schema.BorderBracket;
import dev.understudy.schema.Output;
import dev.understudy.schema.Slot;
import dev.understudy.schema.ToSupervisor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The invariants of the design, checked after every event of a switch. */
final class Invariants {
  /** Images are remembered for so many brackets back. */
  private static final int REMEMBERED = 512;

  /** Images are compared at every so many brackets: looking at each row of them takes its time. */
  private static final int COMPARED_EVERY = 8;

  private record Place(long term, long number) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      int byNumber = Long.compare(number, other.number);
      return byNumber != 0 ? byNumber : Long.compare(term, other.term);
    }
  }

  private final SimulatedSwitch owner;
  private final TreeMap<Place, Long> images = new TreeMap<>();
  private final TreeMap<Slot, Image.Position> looked = new TreeMap<>();

  /** Frames that brackets have still to send, by the brackets' numbers. */
  private final TreeMap<Long, List<Output>> frames = new TreeMap<>();

  /** Newest inputs: numbers, and when each was stamped, both at the number's place in a ring. */
  private final long[] numbers = new long[REMEMBERED];

  private final long[] stamps = new long[REMEMBERED];
  private long lastNumber;
  private long lastStamp;
  private long lastTerm;
  private long lastApplied;
  private long lastConsumed;

  Invariants(SimulatedSwitch owner) {
    this.owner = owner;
  }

  void newForwarder() {
    lastApplied = 0;
    lastConsumed = 0;
    frames.clear();
    Arrays.fill(numbers, 0);
    lastNumber = 0;
    lastStamp = 0;
  }

  /**
   * A message of the forwarder: numbered inputs are stamped in order, and given again as they were.
   */
  void told(ToSupervisor message) {
    if (!message.hasInput() || message.getInput().getNumber() == 0) {
      return;
    }
    long number = message.getInput().getNumber();
    long stamp = message.getInput().getStampNanos();
    int place = (int) (number % REMEMBERED);
    boolean inOrder =
        number > lastNumber
            ? stamp >= lastStamp
            : stamp <= lastStamp && (numbers[place] != number || stamps[place] == stamp);
    Check.that(inOrder, "9: inputs are stamped in the order of their numbers", number, stamp);
    if (number > lastNumber) {
      numbers[place] = number;
      stamps[place] = stamp;
      lastNumber = number;
      lastStamp = stamp;
    }
  }

  void check() {
    if (!owner.forwarderAlive()) {
      return;
    }
    Border border = owner.border();
    Check.that(border.term() >= lastTerm, "1: terms only grow", border.term(), lastTerm);
    lastTerm = border.term();
    Check.that(
        border.applied() >= lastApplied, "2: brackets are applied in order", border.applied());
    lastApplied = border.applied();
    Check.that(border.consumed() >= lastConsumed, "4: consumed only grows", border.consumed());
    lastConsumed = border.consumed();
    if (border.inSync() != Slot.SLOT_UNSPECIFIED) {
      reallyHeld(border);
      Check.that(
          border.applied() <= border.held(border.inSync()),
          "3: nothing is carried out before the listed standby holds it",
          border.applied(),
          border.held(border.inSync()));
      Check.that(border.inSync() != border.holder(), "the active is not its own standby");
    }
    int active = 0;
    for (SimulatedSupervisor supervisor : owner.supervisors().values()) {
      if (supervisor.life() == SimulatedSupervisor.Life.RUNNING) {
        if (supervisor.core().role() == Role.ACTIVE
            && supervisor.settings().slot() == border.holder()) {
          active++;
        }
        lineage(supervisor);
      }
    }
    Check.that(active <= 1, "1: one writer", active);
  }

  /** Not what the forwarder was told that the standby holds, but what it holds. */
  private void reallyHeld(Border border) {
    SimulatedSupervisor standby = owner.supervisors().get(border.inSync());
    if (standby != null && standby.forwarderConnection() != null) {
      Check.that(
          border.applied() <= standby.core().image().position().number(),
          "3: the listed standby really holds what is carried out",
          border.applied(),
          standby.core().image().position());
    }
  }

  /** A bracket of the holder comes in at the forwarder. */
  void bracket(BorderBracket bracket) {
    if (bracket.getTerm() == owner.border().term()) {
      frames.put(
          bracket.getNumber(),
          bracket.getOutputsList().stream().filter(Output::hasSendFrame).toList());
    }
  }

  /** A frame goes out: it must be the next one of the next bracket. */
  void frameOut(Output output) {
    long number = owner.border().applied() + 1;
    frames.headMap(number).clear();
    List<Output> left = frames.getOrDefault(number, List.of());
    Check.that(
        !left.isEmpty() && left.getFirst().equals(output),
        "1, 2: frames go out once, in the order of the next bracket of the term in force",
        owner.name(),
        number);
    frames.put(number, left.subList(1, left.size()));
  }

  /** Time has come, where nothing is ever late: no timer should have been looked at before. */
  void onTime(long nowNanos) {
    owner
        .active()
        .filter(active -> active.life() == SimulatedSupervisor.Life.RUNNING)
        .flatMap(active -> active.core().host())
        .flatMap(EngineHost::nextDeadline)
        .ifPresent(deadline ->
            Check.that(
                deadline.nanos() >= nowNanos,
                "9: timers are looked at when they are due",
                owner.name(),
                deadline,
                nowNanos));
  }

  /** Equal positions mean equal images. */
  private void lineage(SimulatedSupervisor supervisor) {
    Image image = supervisor.core().image();
    Image.Position position = image.position();
    Slot slot = supervisor.settings().slot();
    if (position.number() % COMPARED_EVERY != 0
        || position.equals(Image.Position.NONE)
        || position.equals(looked.put(slot, position))) {
      return;
    }
    long hash = hash(image);
    Place place = new Place(position.term(), position.number());
    Long before = images.put(place, hash);
    Check.that(
        before == null || before == hash,
        "5: equal positions mean equal images",
        owner.name(),
        slot,
        position);
    while (images.size() > REMEMBERED) {
      images.pollFirstEntry();
    }
  }

  /** Of all rows; octets remember their own hash, so that only new ones are gone through. */
  private static long hash(Image image) {
    long hash = image.size();
    for (Map.Entry<RowKey, ByteString> row : image.after(RowKey.first(0)).entrySet()) {
      hash = Trace.mix(hash ^ row.getKey().hashCode()) ^ row.getValue().hashCode();
    }
    return hash;
  }
}
