package dev.understudy.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The lab without the product: the neighbours behave as they should, and the judges see it. */
@Execution(ExecutionMode.CONCURRENT)
final class LabItselfTest {
  private static final Duration CONVERGENCE = Duration.ofSeconds(40);

  @BeforeAll
  static void parts() {
    LabNeeds.check();
  }

  @Test
  void a_ring_of_three_open_vswitch_bridges_blocks_one_port_and_heals_when_a_link_is_cut() {
    try (Lab lab = Lab.open("ovs-ring")) {
      Namespace place = lab.namespace("ovs");
      OpenVSwitch ovs = OpenVSwitch.start(lab, place, "ovs");
      OpenVSwitch.Bridge first = ovs.addBridge("br1", 4096, OpenVSwitch.Timers.SHORT);
      OpenVSwitch.Bridge second = ovs.addBridge("br2", 8192, OpenVSwitch.Timers.SHORT);
      OpenVSwitch.Bridge third = ovs.addBridge("br3", 12288, OpenVSwitch.Timers.SHORT);
      Veth oneTwo = cable(place, "a12", "a21");
      cable(place, "a23", "a32");
      Veth threeOne = cable(place, "a31", "a13");
      first.addPort("a12", 20000).addPort("a13", 20000);
      second.addPort("a21", 20000).addPort("a23", 20000);
      third.addPort("a32", 20000).addPort("a31", 20000);
      third.awaitRoles(CONVERGENCE, Map.of("a31", "Root", "a32", "Alternate"));
      second.awaitRoles(CONVERGENCE, Map.of("a21", "Root", "a23", "Designated"));
      first.awaitRoles(CONVERGENCE, Map.of("a12", "Designated", "a13", "Designated"));

      String rootMac = oneTwo.a().mac();
      Capture capture = Capture.live(lab, oneTwo.a(), "br1-br2");
      AtomicBoolean news = new AtomicBoolean();
      capture.listen((time, octets) -> {
        Capture.Glance glance = Capture.Glance.at(octets);
        if (glance.topologyChange() && !glance.source().equals(rootMac)) {
          news.set(true);
        }
      });
      long cut = TimeSpan.now();
      threeOne.set(Namespace.Link.DOWN);
      third.awaitRoles(CONVERGENCE, Map.of("a32", "Root"));
      // br3's new root port forwards, and its news travels over br2 to the root.
      Await.until("br2 tells br1 of the topology change", Duration.ofSeconds(5), news::get);
      capture.close();

      BpduJudge judge = BpduJudge.of(capture.file()).during(TimeSpan.since(cut));
      assertThat(capture.dropped()).isZero();
      assertThat(judge.notFrom(rootMac).topologyChanges()).isPositive();
    }
  }

  @Test
  void the_kernel_bridge_and_open_vswitch_agree_on_a_root_and_speak_the_older_protocol() {
    try (Lab lab = Lab.open("ovs-kernel")) {
      Namespace left = lab.namespace("ovs");
      Namespace right = lab.namespace("krn");
      OpenVSwitch ovs = OpenVSwitch.start(lab, left, "ovs");
      OpenVSwitch.Bridge root = ovs.addBridge("br1", 4096, OpenVSwitch.Timers.SHORT);
      KernelBridge kernel = KernelBridge.create(right, "br0", 32768, KernelBridge.Timers.SHORT);
      Veth upper = Veth.between(new Veth.End(left, "u0"), new Veth.End(right, "u1"));
      Veth.between(new Veth.End(left, "l0"), new Veth.End(right, "l1"));
      Capture capture = Capture.live(lab, upper.b(), "upper");
      root.addPort("u0", 2000).addPort("l0", 20000);
      kernel.addPort("u1").addPort("l1");

      kernel.awaitStates(CONVERGENCE, Map.of("u1", "forwarding", "l1", "blocking"));
      root.awaitRoles(CONVERGENCE, Map.of("u0", "Designated", "l0", "Designated"));
      capture.close();

      BpduJudge judge = BpduJudge.of(capture.file());
      List<Bpdu> ofTheRoot = judge.notFrom(upper.b().mac()).bpdus();
      assertThat(ofTheRoot.getLast().kind()).isEqualTo(Bpdu.Kind.CONFIGURATION);
      assertThat(judge.from(upper.b().mac()).bpdus())
          .allMatch(bpdu -> bpdu.kind() != Bpdu.Kind.RAPID);
    }
  }

  @Test
  void ten_thousand_frames_a_second_both_ways_pass_a_plain_bridge_and_planted_losses_are_found() {
    try (Lab lab = Lab.open("traffic")) {
      Namespace place = lab.namespace("sw");
      Veth one = Veth.between(new Veth.End(lab.namespace("h1"), "h1"), new Veth.End(place, "p1"));
      Veth two = Veth.between(new Veth.End(lab.namespace("h2"), "h2"), new Veth.End(place, "p2"));
      KernelBridge.createPlain(place, "br0").addPort("p1").addPort("p2");
      Capture atOne = Capture.numbered(lab, one.b(), "p1");
      Capture atTwo = Capture.numbered(lab, two.b(), "p2");
      NumberedTraffic traffic =
          NumberedTraffic.start(
              lab,
              new NumberedTraffic.Edge(one.a(), 1),
              new NumberedTraffic.Edge(two.a(), 2),
              NumberedTraffic.FRAMES_PER_SECOND);
      traffic.awaitFlow(10_000, Duration.ofSeconds(10));
      long clean = TimeSpan.now();
      // From now on the bridge loses one frame in a thousand, its number known to nobody.
      place.run(
          "nft",
          "add table bridge t; add chain bridge t c { type filter hook forward priority 0; };"
              + " add rule bridge t c ether type 0x88b5 numgen inc mod 1000 == 7 drop");
      traffic.awaitFlow(10_000, Duration.ofSeconds(10));
      traffic.stop();
      atOne.close();
      atTwo.close();

      assertThat(traffic.left().account().generatorFailed()).isFalse();
      assertThat(traffic.right().account().generatorFailed()).isFalse();
      assertThat(atOne.dropped() + atTwo.dropped()).isZero();
      TimeSpan before = new TimeSpan(Long.MIN_VALUE, clean);
      TimeSpan after = TimeSpan.since(clean);
      NumbersJudge.Verdict cleanRight = NumbersJudge.judge(atOne.file(), atTwo.file(), 1, before);
      NumbersJudge.Verdict cleanLeft = NumbersJudge.judge(atTwo.file(), atOne.file(), 2, before);
      assertThat(cleanRight.clean()).as("%s", cleanRight).isTrue();
      assertThat(cleanLeft.clean()).as("%s", cleanLeft).isTrue();
      assertThat(cleanRight.in()).isGreaterThan(9_000);
      long lost =
          NumbersJudge.judge(atOne.file(), atTwo.file(), 1, after).lost()
              + NumbersJudge.judge(atTwo.file(), atOne.file(), 2, after).lost();
      // The hosts' own accounts agree with the captures, frame by frame.
      assertThat(lost)
          .isBetween(15L, 200L)
          .isEqualTo(traffic.left().account().lost() + traffic.right().account().lost());
    }
  }

  @Test
  void a_neighbour_made_with_scapy_says_what_it_is_told() {
    try (Lab lab = Lab.open("scapy")) {
      Namespace left = lab.namespace("n");
      Namespace right = lab.namespace("ovs");
      Veth cable = Veth.between(new Veth.End(left, "n0"), new Veth.End(right, "o0"));
      OpenVSwitch.Bridge bridge =
          OpenVSwitch.start(lab, right, "ovs").addBridge("br1", 8192, OpenVSwitch.Timers.SHORT);
      bridge.addPort("o0", 20000);
      Capture capture = Capture.live(lab, cable.a(), "n0");
      ScapyNeighbour neighbour = ScapyNeighbour.start(lab, cable.a(), 0, 1);
      bridge.awaitRoles(CONVERGENCE, Map.of("o0", "Root"));

      long proposed = neighbour.propose();
      Await.pause(Duration.ofMillis(200));
      capture.close();

      BpduJudge answers =
          BpduJudge.of(capture.file())
              .notFrom(cable.a().mac())
              .during(new TimeSpan(proposed, proposed + 100_000_000));
      assertThat(answers.agreements()).isPositive();
    }
  }

  @Test
  void what_a_killed_run_leaves_behind_is_taken_down_by_the_next() throws Exception {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    String left = "us-lab-" + gone.pid() + "-1-sw";
    Command.run("ip", "netns", "add", left);
    Daemon sleeper;
    try (Lab files = Lab.open("files")) {
      // Opening that lab has removed the namespace; make it again, with a process in it.
      assertThat(Namespace.all()).doesNotContain(left);
      Command.run("ip", "netns", "add", left);
      sleeper =
          Daemon.start(
              "sleeper",
              files.file("sleeper.log"),
              Map.of(),
              Namespace.existing(left).inside(List.of("sleep", "1000")));
      Await.until(
          "the sleeper is in the namespace",
          Duration.ofSeconds(5),
          () -> Command.run("ip", "netns", "pids", left).contains("" + sleeper.pid()));
      Lab.open("next").close();
      assertThat(Namespace.all()).doesNotContain(left);
      sleeper.awaitEnd();
      assertThat(sleeper.isAlive()).isFalse();
      assertThat(Files.exists(files.directory())).isTrue();
    }
  }

  private static Veth cable(Namespace place, String left, String right) {
    return Veth.between(new Veth.End(place, left), new Veth.End(place, right));
  }
}
