package dev.understudy.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both supervisors are gone, or spanning tree is: the forwarder goes on, and makes no loop. */
@Execution(ExecutionMode.CONCURRENT)
final class NobodyHomeTest {
  private static final Duration AWAY = Duration.ofSeconds(60);

  /** Two networks run side by side, so that a minute is waited for once. */
  private static final int FRAMES_PER_SECOND = 2_000;

  /** How spanning tree comes to be without anybody who runs it, and with somebody again. */
  enum Absence {
    BOTH_KILLED {
      @Override
      void begin(Understudy understudy) {
        Understudy.Redundancy before = understudy.redundancy();
        understudy.killLauncher();
        for (Understudy.Slot slot : Understudy.Slot.values()) {
          understudy.signal(Signals.Signal.KILL, before.pid(slot));
        }
      }

      @Override
      void end(Understudy understudy) {
        understudy.up();
      }
    },
    ENGINE_FAULTY {
      @Override
      void begin(Understudy understudy) {
        Understudy.Slot active = understudy.redundancy().active().orElseThrow();
        understudy.fault(active, "throw-in-engine", "stp:1000000");
      }

      @Override
      void end(Understudy understudy) {
        understudy.switchover();
      }
    };

    abstract void begin(Understudy understudy);

    abstract void end(Understudy understudy);
  }

  @BeforeAll
  static void parts() {
    LabNeeds.checkWithProduct();
    LabNeeds.checkForLongTest();
  }

  @ParameterizedTest
  @EnumSource(Absence.class)
  void without_spanning_tree_there_is_no_loop_and_edge_ports_go_on_and_the_ring_is_whole_afterwards(
      Absence absence) {
    try (Lab lab = Lab.open("nobody-home-" + absence)) {
      Network network = Network.ring(lab, Network.Part.AS_ROOT);
      Understudy understudy = network.startUnderstudy(lab);
      Veth.End p3 = new Veth.End(network.place(), "p3");
      Veth.End p4 = new Veth.End(network.place(), "p4");
      NumberedTraffic edges =
          NumberedTraffic.start(
              lab, network.edgeHost(3, 3), network.edgeHost(4, 4), FRAMES_PER_SECOND);
      NumberedTraffic across = NumberedTraffic.start(lab, network.left(), network.right(), 1_000);
      across.awaitFlow(1_000, Duration.ofSeconds(15));
      edges.awaitFlow(FRAMES_PER_SECOND, Duration.ofSeconds(15));
      Capture atThree = Capture.numbered(lab, p3, "p3");
      Capture atFour = Capture.numbered(lab, p4, "p4");
      List<Capture> ring =
          network.links().stream()
              .map(link -> Capture.numbered(lab, link.cable().a(), "ring-" + link.port()))
              .toList();

      long gone = TimeSpan.now();
      absence.begin(understudy);
      Await.pause(AWAY);
      TimeSpan away = TimeSpan.since(gone);
      long acrossBefore = across.left().received();
      across.awaitFlow(1_000, Duration.ofSeconds(10));
      assertThat(across.left().received()).isGreaterThan(acrossBefore);

      absence.end(understudy);
      understudy.awaitRedundant(Network.CONVERGENCE);
      network.awaitNeighbours().run();
      understudy.awaitPorts(Network.CONVERGENCE, network.portStatus());
      across.awaitFlow(1_000, Duration.ofSeconds(10));
      edges.stop();
      across.stop();
      atThree.close();
      atFour.close();
      ring.forEach(Capture::close);

      assertThat(atThree.dropped() + atFour.dropped()).isZero();
      NumbersJudge.Verdict there = NumbersJudge.judge(atThree.file(), atFour.file(), 3, away);
      NumbersJudge.Verdict back = NumbersJudge.judge(atFour.file(), atThree.file(), 4, away);
      assertThat(there.clean()).as("%s", there).isTrue();
      assertThat(back.clean()).as("%s", back).isTrue();
      // In a loop a frame passes a ring port again and again.
      for (Capture capture : ring) {
        for (int stream : List.of(1, 2)) {
          assertThat(NumbersJudge.judge(capture.file(), capture.file(), stream).duplicatedIn())
              .as("stream %d at %s", stream, capture.file())
              .isZero();
        }
      }
      assertThat(across.left().account().duplicated()).isZero();
      assertThat(across.right().account().duplicated()).isZero();
    }
  }
}
