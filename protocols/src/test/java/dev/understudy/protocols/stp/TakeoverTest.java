package dev.understudy.protocols.stp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.understudy.core.Image;
import dev.understudy.core.Input;
import dev.understudy.core.Result;
import dev.understudy.core.Step;
import dev.understudy.protocols.stp.TextNetwork.TestPort;
import dev.understudy.schema.IdentityRow;
import dev.understudy.schema.Output;
import dev.understudy.schema.Output.KindCase;
import dev.understudy.schema.PortState;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.StoredConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How a term begins, and what links and the forwarder's own acts do to ports. */
class TakeoverTest {
  private static final String RING =
      """
      bridge 1 0x111 = a c h:edge
      bridge 2 0x222 = a b
      bridge 3 0x333 = b c
      run 20s
      """;

  @Test
  void a_hitless_start_does_nothing_at_all() {
    TextNetwork network = TextNetwork.of(RING);
    TestBridge three = network.bridge("3");
    three.host.rebuild();
    Result result =
        three.on(
            new Input.TermStarted(
                2, Input.Start.HITLESS, List.of(), readBack(three), Optional.empty()));
    assertThat(result.outputs()).isEmpty();
    assertThat(result.rows()).isEmpty();
    three.on(new Input.Tick(1));
    assertThat(three.last.outputs()).as("and no tick at the image's own time either").isEmpty();
  }

  @Test
  void an_unsynced_start_closes_ports_on_which_image_and_forwarder_differ_and_no_others() {
    TextNetwork network = TextNetwork.of(RING);
    TestBridge two = network.bridge("2");
    List<SetPortState> readBack = readBack(two);
    readBack.set(1, write(2, PortState.PORT_STATE_DISCARDING));
    readBack.add(write(77, PortState.PORT_STATE_FORWARDING));
    readBack.add(write(78, PortState.PORT_STATE_DISCARDING));
    TestPort unknown = new TestPort(two, 77, "unknown", "u");
    unknown.up = false;
    two.add(unknown);
    Result result =
        two.on(
            new Input.TermStarted(2, Input.Start.UNSYNCED, List.of(), readBack, Optional.empty()));
    assertThat(states(result, 1)).as("where they agree it stays").isEmpty();
    assertThat(states(result, 2)).startsWith(PortState.PORT_STATE_DISCARDING);
    assertThat(states(result, 77)).containsExactly(PortState.PORT_STATE_DISCARDING);
    assertThat(states(result, 78)).isEmpty();
    assertThat(result.outputs().getFirst().getKindCase()).isEqualTo(KindCase.SET_PUNT_RULES);
    assertThat(result.outputs().get(1).getKindCase()).isEqualTo(KindCase.SET_FAIL_SAFE);
    network.then(
        """
        run 1s
        check 2 = root:a designated:b
        check 3 = alternate:b root:c
        """);
    network.checkTree();
  }

  @Test
  void the_more_closed_state_wins_also_when_it_is_the_images() {
    TextNetwork network = TextNetwork.of(RING).then("check 3 = alternate:b root:c");
    TestBridge three = network.bridge("3");
    List<SetPortState> readBack = readBack(three);
    readBack.set(0, write(1, PortState.PORT_STATE_FORWARDING));
    Result result =
        three.on(
            new Input.TermStarted(2, Input.Start.UNSYNCED, List.of(), readBack, Optional.empty()));
    assertThat(states(result, 1)).containsExactly(PortState.PORT_STATE_DISCARDING);
    assertThat(states(result, 2)).isEmpty();
    network.then("run 5s\ncheck 3 = alternate:b root:c");
  }

  @Test
  void a_new_forwarder_is_told_everything_and_no_protocol_starts_over() {
    TextNetwork network = TextNetwork.of(RING);
    TestBridge two = network.bridge("2");
    List<String> rows = two.rows();
    Result result =
        two.on(
            new Input.TermStarted(
                2, Input.Start.NEW_FORWARDER, List.of(), List.of(), Optional.empty()));
    assertThat(result.outputs())
        .extracting(Output::getKindCase)
        .containsExactly(
            KindCase.SET_PUNT_RULES,
            KindCase.SET_FAIL_SAFE,
            KindCase.SET_PORT_STATE,
            KindCase.SET_PORT_STATE);
    assertThat(states(result, 1)).containsExactly(PortState.PORT_STATE_FORWARDING);
    assertThat(states(result, 2)).containsExactly(PortState.PORT_STATE_FORWARDING);
    assertThat(two.failSafe.getPortStatesCount()).isEqualTo(2);
    assertThat(two.rows()).isEqualTo(rows);
  }

  @Test
  void ports_that_the_fail_safe_has_closed_open_by_the_standards_rules() {
    TextNetwork network = TextNetwork.of(RING);
    network.then("stop 1\nrun 12s");
    TestBridge one = network.bridge("1");
    long back = network.now();
    network.then("start 1");
    one.failSafeCarriedOut();
    assertThat(network.port("1.a").state).isEqualTo(PortState.PORT_STATE_DISCARDING);
    assertThat(network.port("1.c").state).isEqualTo(PortState.PORT_STATE_DISCARDING);
    assertThat(network.port("1.h").state).isEqualTo(PortState.PORT_STATE_FORWARDING);
    assertThat(states(one.last, 3)).as("an edge port is not touched").isEmpty();
    network.then(
        """
        run 1s
        check 1 = designated:a designated:c designated:h
        check 2 = root:a designated:b
        check 3 = alternate:b root:c
        """);
    assertThat(network.port("1.a").stateSinceNanos).isGreaterThan(back);
    network.checkTree();
  }

  @Test
  void the_fail_safe_of_another_engine_is_not_ours() {
    TextNetwork network = TextNetwork.of(RING);
    Result result =
        network
            .bridge("1")
            .on(
                new Input.FailSafeCarriedOut(
                    "lldp", List.of(write(1, PortState.PORT_STATE_DISCARDING))));
    assertThat(result.outputs()).isEmpty();
  }

  @Test
  void a_link_that_was_down_between_two_inputs_is_down_and_up_in_that_order() {
    TextNetwork network = TextNetwork.of(RING);
    network.then("flap 1.h");
    assertThat(states(network.bridge("1").last, 3))
        .containsExactly(PortState.PORT_STATE_DISCARDING, PortState.PORT_STATE_FORWARDING);
    network.then("flap 2.a");
    assertThat(states(network.bridge("2").last, 1)).startsWith(PortState.PORT_STATE_DISCARDING);
    network.then(
        "run 1s\ncheck 2 = root:a designated:b\ncheck 1 = designated:a designated:c designated:h");
    network.checkTree();
  }

  @Test
  void a_port_that_stays_as_it_is_is_left_alone() {
    TextNetwork network = TextNetwork.of(RING);
    TestBridge one = network.bridge("1");
    Result result = one.on(one.changed(network.port("1.a")));
    assertThat(result.outputs()).isEmpty();
    assertThat(result.rows()).isEmpty();
  }

  @Test
  void the_bridge_address_comes_with_the_stored_configuration_at_the_very_first_start() {
    dev.understudy.core.Engine engine = StpEngine.TYPE.restore(new Image());
    StoredConfiguration stored =
        StoredConfiguration.newBuilder()
            .setIdentity(
                IdentityRow.newBuilder()
                    .setBridgeMac(ByteString.copyFrom(new byte[] {2, 0, 0, 0, 0, 9})))
            .build();
    Step step =
        engine.on(
            new Input.TermStarted(
                1, Input.Start.UNSYNCED, List.of(), List.of(), Optional.of(stored)),
            dev.understudy.core.Moment.ZERO);
    Image image = new Image();
    step.rows().forEach(image::apply);
    assertThat(StpView.of(image).bridgeId()).isEqualTo("32768.02:00:00:00:00:09");
    assertThat(StpView.of(image).rootId()).isEqualTo("32768.02:00:00:00:00:09");
  }

  private static List<SetPortState> readBack(TestBridge bridge) {
    List<SetPortState> states = new ArrayList<>();
    bridge.byNumber.values().forEach(port -> states.add(write(port.number, port.state)));
    return states;
  }

  private static SetPortState write(int port, PortState state) {
    return SetPortState.newBuilder().setBridgePort(port).setTree(0).setState(state).build();
  }

  private static List<PortState> states(Result result, int port) {
    return result.outputs().stream()
        .filter(output -> output.hasSetPortState())
        .map(Output::getSetPortState)
        .filter(write -> write.getBridgePort() == port)
        .map(SetPortState::getState)
        .toList();
  }
}
