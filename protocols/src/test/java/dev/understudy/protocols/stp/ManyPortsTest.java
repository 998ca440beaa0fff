package dev.understudy.protocols.stp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.understudy.core.Engine;
import dev.understudy.core.Image;
import dev.understudy.core.Input;
import dev.understudy.core.Moment;
import dev.understudy.core.RowChange;
import dev.understudy.core.Step;
import dev.understudy.core.SwitchTime;
import dev.understudy.core.Tables;
import dev.understudy.schema.Output.KindCase;
import dev.understudy.wire.MacAddress;
import dev.understudy.wire.bpdu.Bpdu;
import dev.understudy.wire.bpdu.BpduCodec;
import dev.understudy.wire.bpdu.BpduFlags;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A switch with a thousand ports: what happens at one of them costs nothing at the others. */
class ManyPortsTest {
  private static final int PORTS = 1_000;

  private final Image image = new Image();
  private final Engine engine = StpEngine.TYPE.restore(image);
  private long nowNanos = SwitchTime.NANOS_PER_SECOND;

  private Step on(Input input) {
    Step step = engine.on(input, new Moment(new SwitchTime(nowNanos), 0));
    step.rows().forEach(image::apply);
    return step;
  }

  private void start() {
    on(new Input.TermStarted(1, Input.Start.UNSYNCED, List.of(), List.of(), Optional.empty()));
    for (int port = 1; port <= PORTS; port++) {
      on(
          new Input.BridgePortChanged(
              port, "p" + port, true, 0, 1_000, true, mac(0x0200_0000_0000L + port)));
    }
  }

  private static ByteString mac(long bits) {
    return ByteString.copyFrom(new MacAddress(bits).octets().toByteArray());
  }

  private void run(long nanos) {
    long until = nowNanos + nanos;
    while (nowNanos < until) {
      nowNanos =
          Math.min(
              until,
              engine.nextDeadline().map(SwitchTime::nanos).filter(d -> d > nowNanos).orElse(until));
      on(new Input.Tick(0));
    }
  }

  private Step receive(int port, Bpdu bpdu) {
    return on(
        new Input.Frame(
            port,
            ByteString.copyFrom(
                BpduCodec.encodeFrame(bpdu, new MacAddress(0x2_0000_0001L)).toByteArray()),
            "stp"));
  }

  @Test
  void a_repeated_bpdu_touches_the_rows_of_its_own_port_and_nothing_else() {
    start();
    run(10 * SwitchTime.NANOS_PER_SECOND);
    receive(7, Bpdus.designated(0x1, 1, BpduFlags.NONE));
    run(100_000_000L);
    Step step = receive(7, Bpdus.designated(0x1, 1, BpduFlags.NONE));
    TreeMap<String, Integer> tables = new TreeMap<>();
    for (RowChange row : step.rows()) {
      tables.merge(Tables.name(row.key().table()), 1, Integer::sum);
    }
    assertThat(tables).containsEntry("stp-port", 1).containsEntry("stp-tree-port", 1);
    assertThat(step.rows()).hasSizeLessThan(8);
    assertThat(step.outputs()).isEmpty();
  }

  @Test
  void a_tick_at_which_nothing_is_due_is_no_step() {
    start();
    run(10 * SwitchTime.NANOS_PER_SECOND);
    nowNanos += 1;
    assertThat(on(new Input.Tick(5))).isSameAs(Step.NOTHING);
  }

  @Test
  void all_ports_say_hello_and_open_and_a_new_root_is_told_on_all_of_them() {
    start();
    run(10 * SwitchTime.NANOS_PER_SECOND);
    StpView view = StpView.of(image);
    assertThat(view.ports()).hasSize(PORTS);
    assertThat(view.ports().values())
        .allMatch(port -> port.role().equals("designated") && port.state().equals("forwarding"));
    Step step = receive(1000, Bpdus.proposal(0x1, 1));
    assertThat(
            step.outputs().stream().filter(output -> output.getKindCase() == KindCase.SEND_FRAME))
        .hasSize(PORTS);
    assertThat(StpView.of(image).rootPort()).isEqualTo("p1000");
    assertThat(engine.export().stream().map(row -> RowChange.put(row)).allMatch(image::has))
        .isTrue();
  }
}
