package dev.understudy.protocols.stp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.protocols.stp.TextNetwork.TestPort;
import dev.understudy.wire.bpdu.Bpdu;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Topology changes: who notices, who flushes, what is counted. */
class TopologyChangeTest {
  private static final String CHAIN =
      """
      bridge 1 0x111 = a h1:edge
      bridge 2 0x222 = a b h2:edge
      bridge 3 0x333 = b c h3:edge
      bridge 4 0x444 = c h4:edge
      run 30s
      """;

  @Test
  void a_quiet_network_changes_nothing_and_counts_nothing() {
    TextNetwork network = TextNetwork.of(CHAIN);
    Map<String, Long> before = counts(network);
    Map<String, Integer> flushes = flushes(network);
    network.then("run 120s");
    assertThat(counts(network)).isEqualTo(before);
    assertThat(flushes(network)).isEqualTo(flushes);
  }

  @Test
  void an_edge_port_that_comes_and_goes_is_no_change() {
    TextNetwork network = TextNetwork.of(CHAIN);
    Map<String, Long> before = counts(network);
    network.then("cut h2\nrun 5s\njoin h2\nrun 20s");
    assertThat(counts(network)).isEqualTo(before);
  }

  @Test
  void a_link_that_comes_back_is_one_change_at_every_bridge_that_propagates_it() {
    TextNetwork network = TextNetwork.of(CHAIN).then("cut c\nrun 20s");
    Map<String, Long> before = counts(network);
    Map<String, Integer> flushes = flushes(network);
    network.then("join c\nrun 20s");
    Map<String, Long> after = counts(network);
    assertThat(more(after, before, "3"))
        .as("and again from the other end, within the same change")
        .isEqualTo(1);
    assertThat(more(after, before, "4")).isEqualTo(1);
    assertThat(more(after, before, "2")).as("propagated from b to a").isEqualTo(1);
    assertThat(more(after, before, "1")).as("has no other port to tell").isZero();
    assertThat(network.port("2.a").flushes - flushes.getOrDefault("2.a", 0))
        .as("once for each BPDU that tells it")
        .isBetween(1, 3);
    assertThat(network.port("2.h2").flushes).as("an edge port").isEqualTo(flushes.get("2.h2"));
    StpView view = network.bridge("2").view();
    assertThat(view.lastTopologyChangePort()).isEqualTo("b");
    assertThat(view.lastTopologyChangeWallMillis()).isGreaterThan(1_700_000_000_000L);
  }

  @Test
  void a_change_is_told_for_a_hello_time_and_a_second() {
    TextNetwork network = TextNetwork.of(CHAIN).then("cut c\nrun 20s");
    long joined = network.now();
    network.then("join c\nrun 10s");
    List<Bpdu> told =
        network.port("3.b").sentSince(joined).stream()
            .filter(bpdu -> bpdu instanceof Bpdu.Rst rst && rst.flags().topologyChange())
            .toList();
    assertThat(told).as("at once, and with the hello in between").hasSizeBetween(1, 3);
    network.then("run 5s");
    assertThat(network.port("3.b").sentSince(joined + 4_000_000_000L))
        .noneMatch(bpdu -> bpdu instanceof Bpdu.Rst rst && rst.flags().topologyChange());
  }

  @Test
  void a_flush_comes_after_the_port_states_and_before_the_frames_of_its_step() {
    TextNetwork network =
        TextNetwork.of("bridge 1 0x111 = a c\nbridge 2 0x222 = a b\nbridge 3 0x333 = b c\nrun 30s");
    network.then("cut c");
    TestBridge three = network.bridge("3");
    List<dev.understudy.schema.Output> outputs = three.last.outputs();
    int lastState = -1;
    int firstFrame = outputs.size();
    int flush = -1;
    for (int i = 0; i < outputs.size(); i++) {
      switch (outputs.get(i).getKindCase()) {
        case SET_PORT_STATE -> lastState = i;
        case SEND_FRAME -> firstFrame = Math.min(firstFrame, i);
        case FLUSH_LEARNED -> flush = i;
        default -> {}
      }
    }
    assertThat(lastState).isNotNegative().isLessThan(firstFrame);
    assertThat(flush).isNotNegative().isLessThan(firstFrame);
    assertThat(firstFrame).isLessThan(outputs.size());
  }

  private static long more(Map<String, Long> after, Map<String, Long> before, String bridge) {
    return after.getOrDefault(bridge, 0L) - before.getOrDefault(bridge, 0L);
  }

  private static Map<String, Long> counts(TextNetwork network) {
    TreeMap<String, Long> counts = new TreeMap<>();
    network.bridges.forEach((name, bridge) -> counts.put(name, bridge.view().topologyChanges()));
    return counts;
  }

  private static Map<String, Integer> flushes(TextNetwork network) {
    TreeMap<String, Integer> flushes = new TreeMap<>();
    for (List<TestPort> lan : network.lans.values()) {
      lan.forEach(port -> flushes.put(port.toString(), port.flushes));
    }
    return flushes;
  }
}
