package dev.understudy.supervisor;

import com.google.protobuf.ByteString;
import dev.understudy.core.EngineType;
import dev.understudy.core.Outputs;
import dev.understudy.replication.Settings;
import dev.understudy.replication.SilentEnvironment;
import dev.understudy.replication.SupervisorCore;
import dev.understudy.schema.Applied;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.ClaimKind;
import dev.understudy.schema.Config;
import dev.understudy.schema.ForwarderInput;
import dev.understudy.schema.FrameInput;
import dev.understudy.schema.Granted;
import dev.understudy.schema.LinkInput;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StandbyListed;
import dev.understudy.schema.TickInput;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import dev.understudy.schema.WatchTick;
import dev.understudy.schema.Welcome;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a pair of cores that nobody else hears through start, synchronisation and takeover, before
 * this process takes part: code that is run for the first time is slow, and a supervisor that needs
 * longer for its first bracket than the silence limit loses the term that it was just given.
 */
final class WarmUp {
  private static final long TICK_NANOS = 20_000_000L;
  private static final int TICKS = 60;
  private static final int PORTS = 4;

  /** Messages routed; more is a mistake here, and no reason not to start. */
  private static final int MESSAGES_MAX = 100_000;

  private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

  private final Core a;
  private final Core b;
  private long now = 1_000_000_000L;
  private long input;
  private long tick;
  private int routed;

  private WarmUp(List<EngineType> engines, Config config) {
    a = new Core(Slot.SLOT_A, engines, config);
    b = new Core(Slot.SLOT_B, engines, config);
  }

  /** Never fails: what goes wrong here will show where it matters. */
  static void run(List<EngineType> engines, Config config) {
    long begin = System.nanoTime();
    try {
      new WarmUp(engines, config).run();
    } catch (RuntimeException e) {
      LOG.warn("warming up stopped early", e);
    }
    LOG.info("warmed up in {} ms", (System.nanoTime() - begin) / 1_000_000);
  }

  /** One core and what it sends. */
  private static final class Core extends SilentEnvironment {
    final SupervisorCore core;
    final ArrayDeque<ToForwarder> toForwarder = new ArrayDeque<>();
    final ArrayDeque<CanonicalMessage> toPeer = new ArrayDeque<>();

    Core(Slot slot, List<EngineType> engines, Config config) {
      core =
          new SupervisorCore(
              new Settings(
                  slot,
                  slot.getNumber(),
                  "",
                  "",
                  1,
                  engines,
                  new Homes(Optional.empty(), config, copy -> {})),
              this);
    }

    @Override
    public void toForwarder(ToForwarder message) {
      toForwarder.add(message);
    }

    @Override
    public void toPeer(CanonicalMessage message) {
      toPeer.add(message);
    }

    @Override
    public boolean peerReady() {
      return true;
    }
  }

  private void run() {
    welcome(a, Slot.SLOT_UNSPECIFIED);
    granted(a, 1, ClaimKind.COLD, 0);
    welcome(b, Slot.SLOT_A);
    a.core.peerConnected();
    b.core.peerConnected();
    route();
    for (int port = 1; port <= PORTS; port++) {
      give(
          ForwarderInput.newBuilder()
              .setLink(LinkInput.newBuilder().setPort(port).setPresent(true).setUp(true)));
    }
    for (int i = 0; i < TICKS; i++) {
      tick();
    }
    give(
        ForwarderInput.newBuilder()
            .setFrame(
                FrameInput.newBuilder()
                    .setPort(1)
                    .setFrame(ByteString.copyFrom(new byte[64]))
                    .setTrafficClass("stp")));
    ToSupervisor listed =
        ToSupervisor.newBuilder()
            .setStandbyListed(StandbyListed.newBuilder().setSlot(Slot.SLOT_B))
            .build();
    a.core.forwarderMessage(listed);
    b.core.forwarderMessage(listed);
    tick();
    b.core.peerDisconnected("warming up");
    granted(b, 2, ClaimKind.IF_LOST, b.core.image().position().number());
    b.toForwarder.clear();
    // What people's first questions take of the loop's time.
    for (Core each : List.of(a, b)) {
      each.core.status();
      each.core.image().copy();
    }
  }

  private void welcome(Core core, Slot holder) {
    core.core.forwarderConnected();
    core.core.forwarderMessage(
        ToSupervisor.newBuilder()
            .setWelcome(
                Welcome.newBuilder()
                    .setIncarnation(1)
                    .setTerm(holder == Slot.SLOT_UNSPECIFIED ? 0 : 1)
                    .setHolder(holder)
                    .setHolderAlive(holder != Slot.SLOT_UNSPECIFIED)
                    .setTickNanos(TICK_NANOS)
                    .setSilenceLimitTicks(5)
                    .addAllOutputsKnown(Outputs.known())
                    .setNowNanos(now))
            .build());
  }

  private void granted(Core core, long term, ClaimKind kind, long applied) {
    core.core.forwarderMessage(
        ToSupervisor.newBuilder()
            .setGranted(
                Granted.newBuilder()
                    .setTerm(term)
                    .setKind(kind)
                    .setApplied(applied)
                    .setConsumed(input)
                    .setIncarnation(1)
                    .setNowNanos(now)
                    .setWallMillis(1)
                    .setInSync(term > 1)
                    .setNewForwarder(term == 1))
            .build());
  }

  private void tick() {
    now += TICK_NANOS;
    tick++;
    give(ForwarderInput.newBuilder().setTick(TickInput.newBuilder().setTick(tick)));
    b.core.forwarderMessage(
        ToSupervisor.newBuilder()
            .setWatchTick(
                WatchTick.newBuilder()
                    .setTick(tick)
                    .setStampNanos(now)
                    .setWallMillis(tick)
                    .setTerm(1)
                    .setApplied(a.core.applied())
                    .setHolder(Slot.SLOT_A)
                    .setHolderAlive(true))
            .build());
    route();
    while (a.core.background()) {
      route();
    }
  }

  private void give(ForwarderInput.Builder next) {
    input++;
    a.core.forwarderMessage(
        ToSupervisor.newBuilder()
            .setInput(next.setNumber(input).setStampNanos(now).setWallMillis(tick + 1))
            .build());
    route();
  }

  /** Carries messages until none is under way; the forwarder carries out whatever comes. */
  private void route() {
    while (!a.toPeer.isEmpty()
        || !b.toPeer.isEmpty()
        || !a.toForwarder.isEmpty()
        || !b.toForwarder.isEmpty()) {
      if (++routed > MESSAGES_MAX) {
        throw new IllegalStateException("the pair does not come to rest");
      }
      if (!a.toPeer.isEmpty()) {
        b.core.peerMessage(a.toPeer.remove());
      }
      if (!b.toPeer.isEmpty()) {
        a.core.peerMessage(b.toPeer.remove());
      }
      b.toForwarder.clear();
      if (!a.toForwarder.isEmpty()) {
        ToForwarder message = a.toForwarder.remove();
        if (message.hasBracket()) {
          applied(message.getBracket().getTerm(), message.getBracket().getNumber());
        }
      }
    }
  }

  private void applied(long term, long number) {
    ToSupervisor message =
        ToSupervisor.newBuilder()
            .setApplied(Applied.newBuilder().setTerm(term).setNumber(number).setStampNanos(now))
            .build();
    a.core.forwarderMessage(message);
    b.core.forwarderMessage(message);
  }
}
