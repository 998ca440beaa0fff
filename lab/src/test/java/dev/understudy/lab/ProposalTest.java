package dev.understudy.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** A new active does at once what its neighbours ask of it. */
@Isolated
final class ProposalTest {
  private static final Duration AGREEMENT_LIMIT = Duration.ofMillis(100);
  private static final Duration HOT_LIMIT = Duration.ofSeconds(40);

  @BeforeAll
  static void parts() {
    LabNeeds.checkWithProduct();
  }

  @Test
  void
      after_each_takeover_a_proposal_is_agreed_within_100_ms_and_no_designated_port_leaves_forwarding() {
    try (Lab lab = Lab.open("proposal")) {
      Network network = Network.besideScapy(lab);
      Network.Link toScapy = network.link("p1");
      Network.Link toOvs = network.link("p2");
      ScapyNeighbour neighbour = ScapyNeighbour.start(lab, toScapy.neighbourEnd(), 0, 1);
      Understudy understudy = network.startUnderstudy(lab);
      String scapyMac = toScapy.neighbourEnd().mac();
      String ovsMac = toOvs.neighbourEnd().mac();
      for (int i = 0; i < LabNeeds.ROUNDS; i++) {
        Understudy.Redundancy before = understudy.awaitRedundant(HOT_LIMIT);
        Capture atScapy = Capture.live(lab, toScapy.neighbourEnd(), "scapy-" + i);
        Capture atOvs = Capture.live(lab, toOvs.neighbourEnd(), "ovs-" + i);
        if (i % 3 == 2) {
          understudy.switchover();
        } else {
          understudy.signal(
              i % 3 == 0 ? Signals.Signal.KILL : Signals.Signal.STOP, before.activePid());
        }
        Understudy.Redundancy[] now = new Understudy.Redundancy[1];
        Await.until(
            "the other is active",
            HOT_LIMIT,
            () -> {
              now[0] = understudy.redundancy();
              return now[0].term() > before.term() && now[0].active().isPresent();
            });
        long proposed = neighbour.propose();
        Await.pause(Duration.ofSeconds(3));
        if (i % 3 == 1) {
          understudy.signal(Signals.Signal.CONT, before.activePid());
        }
        atScapy.close();
        atOvs.close();

        BpduJudge answers =
            BpduJudge.of(atScapy.file())
                .notFrom(scapyMac)
                .during(new TimeSpan(proposed, proposed + AGREEMENT_LIMIT.toNanos()));
        assertThat(answers.agreements()).as("takeover %d: agreements", i).isPositive();
        assertThat(BpduJudge.of(atOvs.file()).notFrom(ovsMac).bpdus())
            .as("takeover %d: what the designated port says", i)
            .isNotEmpty()
            .allMatch(bpdu -> bpdu.flags().forwarding());
      }
    }
  }
}
