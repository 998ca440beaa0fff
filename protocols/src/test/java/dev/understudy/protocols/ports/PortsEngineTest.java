package dev.understudy.protocols.ports;

import static dev.understudy.protocols.EngineBench.config;
import static dev.understudy.protocols.EngineBench.down;
import static dev.understudy.protocols.EngineBench.kinds;
import static dev.understudy.protocols.EngineBench.udpPort;
import static dev.understudy.protocols.EngineBench.up;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.core.Input;
import dev.understudy.core.Result;
import dev.understudy.core.Step;
import dev.understudy.protocols.EngineBench;
import dev.understudy.schema.Config;
import dev.understudy.schema.Output;
import dev.understudy.schema.Output.KindCase;
import dev.understudy.schema.PortConfig;
import dev.understudy.schema.PortRow;
import dev.understudy.schema.PortState;
import dev.understudy.schema.RedundancyConfig;
import dev.understudy.schema.SetPort;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.SetVlans;
import dev.understudy.schema.VlanConfig;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class PortsEngineTest {
  private static final Config TWO_PORTS = config("p1", "p2").build();

  private static final List<Input.Start> STARTS = List.of(Input.Start.values());

  private final EngineBench bench = new EngineBench();

  private PortsView.Interface port(String name) {
    return PortsView.interfaces(bench.image()).stream()
        .filter(port -> port.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private List<Input.BridgePortChanged> changed() {
    return bench.signals(Input.BridgePortChanged.class);
  }

  private static SetPort setPort(Result result) {
    return result.outputs().stream()
        .filter(Output::hasSetPort)
        .map(Output::getSetPort)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void a_start_makes_vlans_first_and_then_ports_and_announces_each() {
    Result result = bench.start(TWO_PORTS);

    assertThat(kinds(result))
        .containsExactly(
            KindCase.STORE_CONFIGURATION,
            KindCase.SET_VLANS,
            KindCase.SET_AGEING,
            KindCase.SET_TIMING,
            KindCase.SET_PORT,
            KindCase.SET_PORT);
    assertThat(result.outputs().get(1).getSetVlans().getVlansList())
        .containsExactly(SetVlans.Vlan.newBuilder().setVid(1).setFid(1).setTree(0).build());
    assertThat(result.outputs().get(2).getSetAgeing().getSeconds()).isEqualTo(300);
    assertThat(result.outputs().get(3).getSetTiming().getTickNanos()).isEqualTo(20_000_000);
    SetPort first = result.outputs().get(4).getSetPort();
    assertThat(first.getPort()).isEqualTo(1);
    assertThat(first.getBridgePort()).isEqualTo(1);
    assertThat(first.getUdpListen()).isEqualTo("127.0.0.1:9000");
    assertThat(first.getAdminUp()).isTrue();
    assertThat(first.getAccessVlan()).isEqualTo(1);
    assertThat(first.getMac().size()).isEqualTo(6);
    assertThat(changed()).extracting(Input.BridgePortChanged::name).containsExactly("p1", "p2");
    assertThat(changed()).noneMatch(Input.BridgePortChanged::operational);
    assertThat(changed().getFirst().mac()).isEqualTo(first.getMac());
  }

  @Test
  void a_hitless_start_says_nothing() {
    bench.start(TWO_PORTS);
    bench.link(1, up(0));
    bench.restore();
    Result result = bench.start(Input.Start.HITLESS, List.of());
    assertThat(result.rows()).isEmpty();
    assertThat(result.outputs()).isEmpty();
    assertThat(bench.signals()).hasSize(1);
  }

  @Test
  void a_new_forwarder_is_given_everything_and_a_port_that_was_up_stays_so() {
    bench.start(TWO_PORTS);
    bench.link(1, up(7));
    long downs = port("p1").downCount();

    Result result = bench.start(Input.Start.NEW_FORWARDER, List.of());
    assertThat(kinds(result))
        .containsExactly(
            KindCase.STORE_CONFIGURATION,
            KindCase.SET_VLANS,
            KindCase.SET_AGEING,
            KindCase.SET_TIMING,
            KindCase.SET_PORT,
            KindCase.SET_PORT);
    assertThat(changed()).isEmpty();
    assertThat(port("p1").operational()).isTrue();

    bench.link(1, up(0));
    assertThat(changed()).isEmpty();
    assertThat(port("p1").downCount()).isEqualTo(downs);

    bench.link(1, up(1));
    assertThat(changed())
        .singleElement()
        .satisfies(signal -> {
          assertThat(signal.operational()).isTrue();
          assertThat(signal.downCount()).isEqualTo(downs + 1);
        });
  }

  @Test
  void an_unsynced_start_removes_ports_that_nobody_configured() {
    List<SetPortState> readBack =
        List.of(
            SetPortState.newBuilder()
                .setBridgePort(2)
                .setState(PortState.PORT_STATE_FORWARDING)
                .build(),
            SetPortState.newBuilder()
                .setBridgePort(9)
                .setState(PortState.PORT_STATE_FORWARDING)
                .build());
    Result first =
        bench.on(
            new Input.TermStarted(
                1,
                Input.Start.UNSYNCED,
                List.of(),
                readBack,
                Optional.of(EngineBench.stored(TWO_PORTS))));
    assertThat(first.outputs())
        .filteredOn(Output::hasRemovePort)
        .singleElement()
        .satisfies(output -> assertThat(output.getRemovePort().getPort()).isEqualTo(9));
    Result second = bench.start(Input.Start.UNSYNCED, readBack);
    assertThat(second.outputs()).filteredOn(Output::hasRemovePort).hasSize(1);
  }

  @Test
  void link_changes_become_rows_and_signals() {
    bench.start(TWO_PORTS);
    bench.link(1, up(0));
    assertThat(changed()).singleElement().matches(Input.BridgePortChanged::operational);
    assertThat(port("p1"))
        .satisfies(port -> {
          assertThat(port.linkUp()).isTrue();
          assertThat(port.operational()).isTrue();
          assertThat(port.speedMbps()).isEqualTo(1000);
          assertThat(port.linkChanges()).isEqualTo(1);
          assertThat(port.lastChange()).isNotEmpty();
          assertThat(port.attachment()).isEqualTo("udp 127.0.0.1:9000 to 127.0.0.1:9100");
        });

    bench.link(1, down(1));
    assertThat(changed()).singleElement().matches(signal -> !signal.operational());
    assertThat(port("p1").linkChanges()).isEqualTo(2);

    bench.link(1, up(1));
    assertThat(port("p1").linkChanges()).isEqualTo(3);
    assertThat(port("p1").downCount()).isEqualTo(1);
  }

  @Test
  void the_same_link_again_is_no_change() {
    bench.start(TWO_PORTS);
    bench.link(1, up(0));
    assertThat(bench.link(1, up(0)).rows()).isEmpty();
    assertThat(bench.signals()).isEmpty();
  }

  @Test
  void a_down_that_was_missed_is_told_by_the_count() {
    bench.start(TWO_PORTS);
    bench.link(1, up(0));
    bench.link(1, up(2));
    assertThat(changed())
        .singleElement()
        .satisfies(signal -> {
          assertThat(signal.operational()).isTrue();
          assertThat(signal.downCount()).isEqualTo(2);
        });
    assertThat(port("p1").linkChanges()).isEqualTo(5);
  }

  @Test
  void an_absent_port_is_not_operational_and_says_why() {
    bench.start(TWO_PORTS);
    bench.link(1, up(0));
    bench.link(1, new Input.LinkState(false, false, 1, 0, false, 0, "no interface p1"));
    assertThat(port("p1").error()).isEqualTo("no interface p1");
    assertThat(port("p1").present()).isFalse();
    assertThat(changed()).singleElement().matches(signal -> !signal.operational());
  }

  @Test
  void inputs_about_unknown_ports_are_ignored() {
    bench.start(TWO_PORTS);
    for (Input input :
        List.of(
            new Input.Link(77, up(0)),
            new Input.OutputFailed(1, 0, 77, "no such port"),
            new Input.ErrDisable(77, "bpdu-guard"))) {
      assertThat(bench.on(input).rows()).isEmpty();
    }
  }

  @Test
  void a_failed_output_is_counted_and_changes_nothing_else() {
    bench.start(TWO_PORTS);
    bench.link(1, up(0));
    bench.on(new Input.OutputFailed(3, 1, 1, "buffer full"));
    assertThat(bench.signals()).isEmpty();
    assertThat(port("p1").outputFailures()).isEqualTo(1);
    assertThat(port("p1").lastOutputFailure()).isEqualTo("buffer full");
    assertThat(port("p1").operational()).isTrue();
  }

  @Test
  void an_err_disabled_port_is_out_of_service_until_its_timer_expires() {
    bench.start(TWO_PORTS);
    bench.link(1, up(0));
    Result result = bench.on(new Input.ErrDisable(1, "bpdu-guard"));
    assertThat(result.outputs()).isEmpty();
    assertThat(changed()).singleElement().matches(signal -> !signal.operational());
    assertThat(port("p1").errDisabled()).isEqualTo("bpdu-guard");
    assertThat(result.wakeAt()).contains(bench.now().plusSeconds(300));
    assertThat(bench.on(new Input.ErrDisable(1, "again")).rows()).isEmpty();

    bench.passSeconds(300);
    bench.tick();
    assertThat(changed()).singleElement().matches(Input.BridgePortChanged::operational);
    assertThat(port("p1").errDisabled()).isEmpty();
  }

  @Test
  void an_err_disabled_port_can_be_cleared_by_hand_once() {
    Config forEver =
        TWO_PORTS.toBuilder()
            .setRedundancy(RedundancyConfig.newBuilder().setErrDisableRecoverySeconds(0))
            .build();
    bench.start(forEver);
    bench.link(1, up(0));
    assertThat(bench.on(new Input.ErrDisable(1, "bpdu-guard")).wakeAt()).isEmpty();

    assertThat(clear("p1")).matches(Step.Answer::ok);
    assertThat(changed()).singleElement().matches(Input.BridgePortChanged::operational);
    assertThat(clear("p1").text()).isEqualTo("port p1 is not err-disabled");
    assertThat(clear("p7").text()).isEqualTo("there is no port p7");
  }

  private Step.Answer clear(String port) {
    return bench.on(new Input.ClearErrDisable(bench.requestId(), port)).answer().orElseThrow();
  }

  @Test
  void disabling_by_hand_ends_err_disable_and_its_timer() {
    bench.start(TWO_PORTS);
    bench.link(1, up(0));
    bench.on(new Input.ErrDisable(1, "bpdu-guard"));
    Config.Builder disabled = TWO_PORTS.toBuilder();
    disabled.getPortsBuilder(0).setAdminUp(false);
    Result result = bench.apply(disabled.build());
    assertThat(setPort(result).getAdminUp()).isFalse();
    assertThat(result.wakeAt()).isEmpty();
    assertThat(port("p1").errDisabled()).isEmpty();
    assertThat(port("p1").operational()).isFalse();

    bench.apply(TWO_PORTS);
    assertThat(changed()).singleElement().matches(Input.BridgePortChanged::operational);
  }

  @Test
  void only_what_changed_is_told() {
    bench.start(TWO_PORTS);
    bench.link(1, up(0));
    Config.Builder more = TWO_PORTS.toBuilder();
    more.addVlans(VlanConfig.newBuilder().setVid(10).setName("users"));
    more.getPortsBuilder(1).setAccessVlan(10);
    Result result = bench.apply(more.build());
    assertThat(kinds(result))
        .containsExactly(KindCase.STORE_CONFIGURATION, KindCase.SET_VLANS, KindCase.SET_PORT);
    assertThat(setPort(result).getPort()).isEqualTo(2);
    assertThat(changed()).isEmpty();

    Config.Builder renamed = more.clone();
    renamed.getVlansBuilder(0).setName("guests");
    assertThat(kinds(bench.apply(renamed.build()))).containsExactly(KindCase.STORE_CONFIGURATION);
    assertThat(PortsView.vlans(bench.image()))
        .containsExactly(
            new PortsView.Vlan(1, "default", List.of(), List.of("p1")),
            new PortsView.Vlan(10, "guests", List.of(), List.of("p2")));
    assertThat(kinds(bench.apply(renamed.setAgeingSeconds(100).build())))
        .containsExactly(KindCase.STORE_CONFIGURATION, KindCase.SET_AGEING);
    assertThat(
            kinds(
                bench.apply(
                    renamed
                        .setRedundancy(RedundancyConfig.newBuilder().setTickMillis(10))
                        .build())))
        .containsExactly(KindCase.STORE_CONFIGURATION, KindCase.SET_TIMING);
  }

  @Test
  void a_trunk_passes_tagged_vlans_and_its_native_one_untagged() {
    Config config =
        config()
            .addVlans(VlanConfig.newBuilder().setVid(10))
            .addVlans(VlanConfig.newBuilder().setVid(20))
            .addPorts(udpPort("p1", 9000).addTrunkVlans(10).addTrunkVlans(20).setNativeVlan(1))
            .addPorts(udpPort("p2", 9001).addTrunkVlans(20))
            .build();
    SetPort set = setPort(bench.start(config));
    assertThat(set.hasAccessVlan()).isFalse();
    assertThat(set.getTrunkVlansList()).containsExactly(10, 20);
    assertThat(set.getNativeVlan()).isEqualTo(1);
    assertThat(PortsView.vlans(bench.image()))
        .containsExactly(
            new PortsView.Vlan(1, "default", List.of(), List.of("p1")),
            new PortsView.Vlan(10, "", List.of("p1"), List.of()),
            new PortsView.Vlan(20, "", List.of("p1", "p2"), List.of()));
  }

  @Test
  void a_removed_port_is_gone_and_its_timers_too() {
    bench.start(TWO_PORTS);
    bench.link(1, up(0));
    bench.on(new Input.ErrDisable(1, "bpdu-guard"));
    Result result = bench.apply(config().addPorts(TWO_PORTS.getPorts(1)).build());
    assertThat(kinds(result)).containsExactly(KindCase.STORE_CONFIGURATION, KindCase.REMOVE_PORT);
    assertThat(bench.signals(Input.BridgePortRemoved.class))
        .containsExactly(new Input.BridgePortRemoved(1));
    assertThat(result.wakeAt()).isEmpty();
    assertThat(PortsView.interfaces(bench.image())).hasSize(1);
  }

  @Test
  void a_port_that_is_attached_elsewhere_is_removed_and_made_again_with_its_number() {
    bench.start(TWO_PORTS);
    bench.link(1, up(3));
    long downs = port("p1").downCount();
    Result result =
        bench.apply(
            TWO_PORTS.toBuilder()
                .setPorts(0, PortConfig.newBuilder().setName("p1").setTap("tap0"))
                .build());
    assertThat(kinds(result))
        .containsExactly(KindCase.STORE_CONFIGURATION, KindCase.REMOVE_PORT, KindCase.SET_PORT);
    assertThat(setPort(result).getPort()).isEqualTo(1);
    assertThat(setPort(result).getTap()).isEqualTo("tap0");
    assertThat(bench.signals(Input.BridgePortRemoved.class)).hasSize(1);
    assertThat(changed()).singleElement().matches(signal -> !signal.operational());
    assertThat(port("p1").present()).isFalse();
    assertThat(port("p1").downCount()).isEqualTo(downs + 1);
    bench.link(1, up(0));
    assertThat(port("p1").downCount()).isEqualTo(downs + 1);
  }

  @Test
  void random_lives_of_ports_keep_every_row_marked_and_every_count_growing() {
    for (long seed = 1; seed <= 20; seed++) {
      Random random = new Random(seed);
      EngineBench world = new EngineBench();
      world.start(randomConfig(random));
      long[] downs = new long[64];
      for (int i = 0; i < 150; i++) {
        world.passSeconds(random.nextInt(100));
        int port = 1 + random.nextInt(5);
        switch (random.nextInt(8)) {
          case 0 -> world.apply(randomConfig(random), random.nextInt(3));
          case 1 -> world.on(new Input.ErrDisable(port, "reason"));
          case 2 -> world.on(new Input.ClearErrDisable(world.requestId(), "p" + port));
          case 3 -> world.start(STARTS.get(random.nextInt(STARTS.size())), List.of());
          case 4 -> world.tick();
          case 5 -> world.restore();
          default ->
              world.link(
                  port, random.nextBoolean() ? up(random.nextInt(4)) : down(random.nextInt(4)));
        }
        long[] now = new long[64];
        for (PortRow row : world.image().rows(PortRow.getDefaultInstance())) {
          int number = row.getKey().getPort();
          now[number] = row.getDownCount();
          assertThat(row.getDownCount())
              .as("seed %d step %d", seed, i)
              .isGreaterThanOrEqualTo(downs[number]);
          boolean up = row.getLinkUp();
          assertThat(row.getLinkChanges() % 2 == 1)
              .as("seed %d step %d: odd while up", seed, i)
              .isEqualTo(up);
        }
        downs = now;
      }
    }
  }

  private static Config randomConfig(Random random) {
    Config.Builder config = Config.newBuilder().setName("sw");
    config.addVlans(VlanConfig.newBuilder().setVid(10));
    for (int i = 1; i <= 5; i++) {
      if (random.nextInt(4) > 0) {
        config.addPorts(
            udpPort("p" + i, 9000 + random.nextInt(2))
                .setAdminUp(random.nextInt(4) > 0)
                .setAccessVlan(random.nextBoolean() ? 1 : 10));
      }
    }
    return config.build();
  }
}
