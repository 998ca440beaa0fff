package dev.understudy.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Strikes while a standby that was restarted gets its snapshot. */
@Isolated
final class SnapshotTest {
  private static final int ADDRESSES = 10_000;
  private static final int TRIES_MAX = 5;
  private static final Duration SNAPSHOT_LIMIT = Duration.ofSeconds(30);
  private static final Duration HOT_LIMIT = Duration.ofSeconds(40);
  private static final Duration STOPPED_FOR = Duration.ofSeconds(3);

  /** Who is struck, and how. */
  private enum Struck {
    STANDBY_KILLED(Signals.Signal.KILL),
    STANDBY_STOPPED(Signals.Signal.STOP),
    /** A second failure on top of the first: nobody holds the state. */
    ACTIVE_KILLED(Signals.Signal.KILL),
    ACTIVE_STOPPED(Signals.Signal.STOP);

    private final Signals.Signal signal;

    Struck(Signals.Signal signal) {
      this.signal = signal;
    }

    boolean active() {
      return this == ACTIVE_KILLED || this == ACTIVE_STOPPED;
    }
  }

  @BeforeAll
  static void parts() {
    LabNeeds.checkWithProduct();
    LabNeeds.checkForLongTest();
  }

  @Test
  void a_strike_during_a_snapshot_is_hitless_or_has_a_cause_and_never_makes_a_loop() {
    try (Lab lab = Lab.open("snapshot")) {
      Network network = Network.ring(lab, Network.Part.AS_DESIGNATED);
      Understudy understudy = network.startUnderstudy(lab);
      Addresses.send(lab, network.edgeHost(4, 4).at(), ADDRESSES);
      Await.until(
          "addresses are learned",
          SNAPSHOT_LIMIT,
          () -> understudy.show("mac-address-table").path("entries").size() >= ADDRESSES);
      Round.Plan calm = new Round.Plan(Round.Event.NONE, Duration.ZERO);
      Round.Report twin = Round.run(lab, network, calm, Round.NOTHING_ASKED, Round.NOTHING);
      assertThat(twin.faultsOfBaseline(network.helloTime())).isEmpty();
      List<String> failures = new ArrayList<>();
      for (Struck struck : Struck.values()) {
        strikeInSnapshot(lab, network, understudy, twin, struck)
            .forEach(fault -> failures.add(struck + ": " + fault));
      }
      assertThat(failures).isEmpty();
    }
  }

  /** Plays the round again where the snapshot was over before the strike. */
  private static List<String> strikeInSnapshot(
      Lab lab, Network network, Understudy understudy, Round.Report twin, Struck struck) {
    for (int i = 0; i < TRIES_MAX; i++) {
      Understudy.Redundancy before = understudy.awaitRedundant(HOT_LIMIT);
      Understudy.Slot active = before.active().orElseThrow();
      LogTail ofActive = understudy.eventsOf(active);
      LogTail ofStandby = understudy.eventsOf(active.other());
      boolean[] inTime = new boolean[1];
      Round.Report report =
          Round.run(
              lab,
              network,
              new Round.Plan(Round.Event.SNAPSHOT, Duration.ofMillis(2L * i)),
              event -> {
                understudy.signal(Signals.Signal.KILL, before.pid(active.other()));
                ofActive.await("the standby gets a snapshot", SNAPSHOT_LIMIT);
              },
              () -> {
                long pid =
                    struck.active() ? before.activePid() : understudy.startedPid(active.other());
                understudy.signal(struck.signal, pid);
                inTime[0] = !ofStandby.text().contains("SYNCHRONISED");
                if (struck.signal == Signals.Signal.STOP) {
                  Await.pause(STOPPED_FOR);
                  understudy.signal(Signals.Signal.CONT, pid);
                }
              });
      Understudy.Redundancy after = understudy.awaitRedundant(HOT_LIMIT);
      understudy.awaitPorts(Network.CONVERGENCE, network.portStatus());
      if (!inTime[0]) {
        continue;
      }
      List<String> faults =
          struck.active()
              ? faultsOfDouble(before, after, report)
              : new ArrayList<>(report.hits(twin, network.helloTime()));
      if (!struck.active() && after.term() != before.term()) {
        faults.add("a takeover although the active was not struck: " + after);
      }
      System.out.printf(
          "%s in a snapshot: %s%n",
          struck,
          !faults.isEmpty()
              ? faults
              : struck.active() ? after.history().getLast() : "nobody noticed");
      if (!faults.isEmpty()) {
        lab.keepFiles();
      }
      return faults;
    }
    return List.of("the snapshot was always over before the strike");
  }

  /** What must hold although nobody held the whole state. */
  private static List<String> faultsOfDouble(
      Understudy.Redundancy before, Understudy.Redundancy after, Round.Report report) {
    List<String> faults = new ArrayList<>();
    if (report.leftToRight().duplicatedIn() + report.rightToLeft().duplicatedIn() > 0) {
      faults.add("a loop: " + report.leftToRight() + ", " + report.rightToLeft());
    }
    if (!report.neighboursAsBefore()) {
      faults.add("roles or states of the neighbours are not as before");
    }
    if (after.term() == before.term()) {
      faults.add("no new term: " + after);
    } else if (after.history().getLast().hitless().equals("no")
        == after.history().getLast().causes().isEmpty()) {
      faults.add("a hit without a cause, or a cause without a hit: " + after.history().getLast());
    }
    return faults;
  }
}
