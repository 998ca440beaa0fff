package dev.understudy.protocols.stp;

import static dev.understudy.protocols.EngineBench.config;
import static dev.understudy.protocols.EngineBench.down;
import static dev.understudy.protocols.EngineBench.kinds;
import static dev.understudy.protocols.EngineBench.up;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.understudy.core.Input;
import dev.understudy.core.Result;
import dev.understudy.protocols.EngineBench;
import dev.understudy.protocols.ports.PortsView;
import dev.understudy.schema.Config;
import dev.understudy.schema.Output;
import dev.understudy.schema.Output.KindCase;
import dev.understudy.schema.PortState;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.SpanningTreeConfig;
import dev.understudy.schema.SpanningTreePortConfig;
import dev.understudy.schema.StpPortRow;
import dev.understudy.wire.MacAddress;
import dev.understudy.wire.bpdu.Bpdu;
import dev.understudy.wire.bpdu.BpduCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The spanning tree together with the engines that tell it about configuration and ports. */
class StpAmongEnginesTest {
  private final EngineBench bench = new EngineBench(StpEngine.TYPE);

  private StpView.Port port(String name) {
    return Objects.requireNonNull(StpView.of(bench.image()).ports().get(name));
  }

  private void pass(int seconds) {
    for (int i = 0; i < seconds * 2; i++) {
      bench.passSeconds(0.5);
      bench.tick();
    }
  }

  private Result receive(int port, Bpdu bpdu) {
    return bench.on(
        new Input.Frame(
            port,
            ByteString.copyFrom(
                BpduCodec.encodeFrame(bpdu, new MacAddress(0x2_0000_0001L)).toByteArray()),
            "stp"));
  }

  private static List<PortState> states(Result result, int port) {
    return result.outputs().stream()
        .filter(Output::hasSetPortState)
        .map(Output::getSetPortState)
        .filter(write -> write.getBridgePort() == port)
        .map(SetPortState::getState)
        .toList();
  }

  private static Config guarded() {
    return config("p1", "p2")
        .setSpanningTree(
            SpanningTreeConfig.newBuilder()
                .setPriority(4096)
                .addPorts(
                    SpanningTreePortConfig.newBuilder()
                        .setPort("p2")
                        .setAdminEdge(true)
                        .setBpduGuard(true)))
        .build();
  }

  @Test
  void a_first_start_makes_a_bridge_of_the_stored_identity_and_ports_open_when_links_come_up() {
    Result start = bench.start(guarded());
    assertThat(kinds(start)).contains(KindCase.SET_PUNT_RULES, KindCase.SET_FAIL_SAFE);
    assertThat(StpView.of(bench.image()).bridgeId()).isEqualTo("4096.02:00:00:00:10:00");
    assertThat(port("p1").role()).isEqualTo("disabled");
    bench.link(1, up(0));
    assertThat(states(bench.link(2, up(0)), 2)).containsExactly(PortState.PORT_STATE_FORWARDING);
    pass(4);
    assertThat(port("p1").state()).isEqualTo("forwarding");
    assertThat(port("p1").edge()).isTrue();
    assertThat(port("p1").txBpdus()).isGreaterThan(1);
  }

  @Test
  void bpdu_guard_closes_the_port_in_the_same_step_and_the_recovery_opens_it() {
    bench.start(guarded());
    bench.link(2, up(0));
    Result guard = receive(2, Bpdus.proposal(0x1, 1));
    assertThat(states(guard, 2)).containsExactly(PortState.PORT_STATE_DISCARDING);
    assertThat(errDisabled("p2")).isEqualTo("bpdu-guard");
    assertThat(receive(2, Bpdus.proposal(0x1, 1)).outputs()).isEmpty();
    pass(301);
    assertThat(errDisabled("p2")).isEmpty();
    assertThat(port("p2").state()).isEqualTo("forwarding");
  }

  private String errDisabled(String name) {
    return PortsView.interfaces(bench.image()).stream()
        .filter(seen -> seen.name().equals(name))
        .findFirst()
        .orElseThrow()
        .errDisabled();
  }

  @Test
  void a_link_that_flapped_unseen_closes_and_opens_its_edge_port_in_one_step() {
    bench.start(guarded());
    bench.link(2, up(0));
    assertThat(states(bench.link(2, up(1)), 2))
        .containsExactly(PortState.PORT_STATE_DISCARDING, PortState.PORT_STATE_FORWARDING);
    assertThat(states(bench.link(2, down(2)), 2)).containsExactly(PortState.PORT_STATE_DISCARDING);
  }

  @Test
  void a_port_that_leaves_the_configuration_leaves_no_row() {
    bench.start(guarded());
    bench.link(1, up(0));
    bench.link(2, up(0));
    pass(4);
    bench.apply(config("p1").build());
    assertThat(bench.image().rows(StpPortRow.getDefaultInstance()))
        .extracting(StpPortRow::getName)
        .containsExactly("p1");
    assertThat(StpView.of(bench.image()).bridgeId()).startsWith("32768.");
    assertThat(port("p1").state()).isEqualTo("forwarding");
  }

  @Test
  void a_new_forwarder_gets_ports_before_their_states_and_nothing_closes_when_links_report() {
    bench.start(guarded());
    bench.link(1, up(3));
    bench.link(2, up(3));
    pass(4);
    bench.restore();
    Result start = bench.start(Input.Start.NEW_FORWARDER, List.of());
    List<KindCase> kinds = kinds(start);
    assertThat(kinds.lastIndexOf(KindCase.SET_PORT))
        .isLessThan(kinds.indexOf(KindCase.SET_PORT_STATE));
    assertThat(states(start, 1)).containsExactly(PortState.PORT_STATE_FORWARDING);
    assertThat(states(bench.link(1, up(0)), 1)).isEmpty();
    assertThat(states(bench.link(2, up(0)), 2)).isEmpty();
    assertThat(port("p1").state()).isEqualTo("forwarding");
  }

  @Test
  void an_unsynced_start_with_equal_states_closes_nothing_and_a_hitless_one_says_nothing() {
    bench.start(guarded());
    bench.link(1, up(0));
    bench.link(2, up(0));
    pass(4);
    List<SetPortState> readBack = new ArrayList<>();
    for (int port = 1; port <= 2; port++) {
      readBack.add(
          SetPortState.newBuilder()
              .setBridgePort(port)
              .setTree(0)
              .setState(PortState.PORT_STATE_FORWARDING)
              .build());
    }
    bench.restore();
    assertThat(bench.start(Input.Start.HITLESS, readBack).outputs()).isEmpty();
    Result unsynced = bench.start(Input.Start.UNSYNCED, readBack);
    assertThat(states(unsynced, 1)).isEmpty();
    assertThat(states(unsynced, 2)).isEmpty();
  }
}
