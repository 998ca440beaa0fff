package dev.understudy.protocols;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.understudy.core.EngineHost;
import dev.understudy.core.EngineType;
import dev.understudy.core.Image;
import dev.understudy.core.Input;
import dev.understudy.core.ResumeCheck;
import dev.understudy.core.RowChange;
import dev.understudy.core.RowKey;
import dev.understudy.core.Tables;
import dev.understudy.protocols.configuration.ConfigurationEngine;
import dev.understudy.protocols.fdb.FdbEngine;
import dev.understudy.protocols.ports.PortsEngine;
import dev.understudy.protocols.stp.StpEngine;
import dev.understudy.schema.LearnedChange;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.LearnedRow;
import dev.understudy.schema.PortRow;
import dev.understudy.schema.PortState;
import dev.understudy.schema.PortStateRow;
import dev.understudy.schema.StpTreePortRow;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What keeps the real engines from going on from an image, row by row. */
final class ResumeCheckTest {
  private static final List<EngineType> ENGINES =
      List.of(ConfigurationEngine.TYPE, PortsEngine.TYPE, StpEngine.TYPE, FdbEngine.TYPE);

  private final EngineBench bench = new EngineBench(StpEngine.TYPE);

  @BeforeEach
  void a_switch_at_work() {
    bench.start(EngineBench.config("p1", "p2", "p3").build());
    for (int port = 1; port <= 3; port++) {
      bench.on(new Input.Link(port, new Input.LinkState(true, true, 0, 1000, true, 1500, "")));
    }
    bench.on(
        new Input.Learned(
            LearnedInput.newBuilder()
                .setIncarnation(1)
                .setSequence(1)
                .addChanges(
                    LearnedChange.newBuilder()
                        .setFid(1)
                        .setMac(ByteString.copyFrom(new byte[] {2, 0, 0, 0, 0, 9}))
                        .setBridgePort(2))
                .build()));
    for (int i = 0; i < 40; i++) {
      bench.passSeconds(0.5);
      bench.tick();
    }
  }

  private static List<String> check(Image image) {
    return ResumeCheck.of(new EngineHost(ENGINES, image), image, ResumeCheck.Writer.SAME_SCHEMA);
  }

  private Map<RowKey, ByteString> rows() {
    return new TreeMap<>(bench.image().after(RowKey.first(0)));
  }

  private Image with(RowChange change) {
    Image image = bench.image().copy();
    image.apply(change);
    return image;
  }

  @Test
  void engines_can_go_on_from_what_they_wrote() {
    assertThat(bench.image().size()).isGreaterThan(25);
    assertThat(check(bench.image())).isEmpty();
  }

  @Test
  void each_row_that_is_cut_off_by_an_octet_is_found_with_its_table_and_key() {
    rows()
        .forEach((key, value) -> {
          Image image = with(new RowChange(key, value.substring(0, value.size() - 1)));
          assertThat(check(image))
              .first()
              .asString()
              .startsWith(Tables.text(key) + ": can't be read");
        });
  }

  @Test
  void a_key_is_told_with_its_fields() {
    PortStateRow row =
        PortStateRow.newBuilder().setKey(PortStateRow.Key.newBuilder().setBridgePort(3)).build();
    assertThat(Tables.text(Tables.key(row))).isEqualTo("table port-state, bridge_port 3, tree 0");
    LearnedRow learned =
        LearnedRow.newBuilder()
            .setKey(
                LearnedRow.Key.newBuilder()
                    .setFid(1)
                    .setMac(ByteString.copyFrom(new byte[] {2, 0, 0, 0, 0, 9})))
            .build();
    assertThat(Tables.text(Tables.key(learned)))
        .isEqualTo("table learned, fid 1, mac 02:00:00:00:00:09");
    assertThat(Tables.text(new RowKey(99, ByteString.copyFrom(new byte[] {8, 1}))))
        .isEqualTo("table table-99, key 0801");
  }

  @Test
  void a_row_under_another_rows_key_is_found() {
    List<RowKey> ports = List.copyOf(bench.image().range(RowKey.first(24), null).keySet());
    ByteString other = bench.image().octets(ports.get(1)).orElseThrow();
    assertThat(check(with(new RowChange(ports.get(0), other))))
        .first()
        .asString()
        .isEqualTo("table port, port 1: the row says that it is another one");
  }

  @Test
  void a_value_that_an_engine_makes_something_else_of_is_found_with_both() {
    PortStateRow row =
        PortStateRow.newBuilder()
            .setKey(PortStateRow.Key.newBuilder().setBridgePort(2).setTree(0))
            .setStateValue(77)
            .build();
    assertThat(check(with(RowChange.put(row))))
        .containsExactly(
            "table port-state, bridge_port 2, tree 0: engine stp makes state "
                + "PORT_STATE_DISCARDING, and not UNKNOWN_ENUM_VALUE_PortState_77");
  }

  @Test
  void a_row_that_no_engine_takes_up_is_found() {
    LearnedRow row =
        LearnedRow.newBuilder()
            .setKey(LearnedRow.Key.newBuilder().setFid(1).setMac(ByteString.copyFrom(new byte[5])))
            .setBridgePort(1)
            .build();
    assertThat(check(with(RowChange.put(row))))
        .containsExactly(
            "table learned, fid 1, mac 00:00:00:00:00: engine fdb does not take it up");
  }

  @Test
  void a_row_that_an_engine_has_and_nobody_wrote_is_found() {
    StpTreePortRow row =
        StpTreePortRow.newBuilder()
            .setKey(StpTreePortRow.Key.newBuilder().setBridgePort(2).setTree(0))
            .build();
    assertThat(check(with(RowChange.delete(row))))
        .containsExactly(
            "table stp-tree-port, bridge_port 2, tree 0: engine stp has it, and no row does");
  }

  @Test
  void what_another_release_did_not_write_or_knows_more_of_is_no_obstacle() {
    Image image = bench.image().copy();
    image.apply(
        RowChange.delete(
            StpTreePortRow.newBuilder()
                .setKey(StpTreePortRow.Key.newBuilder().setBridgePort(1).setTree(0))
                .build()));
    image.apply(
        RowChange.put(
            PortStateRow.newBuilder()
                .setKey(PortStateRow.Key.newBuilder().setBridgePort(2).setTree(0))
                .setStateValue(77)
                .build()));
    assertThat(check(image)).hasSize(2);
    assertThat(
            ResumeCheck.of(new EngineHost(ENGINES, image), image, ResumeCheck.Writer.OTHER_SCHEMA))
        .isEmpty();
  }

  @Test
  void states_and_ports_of_the_switch_are_real() {
    assertThat(bench.image().rows(PortStateRow.getDefaultInstance()))
        .extracting(PortStateRow::getState)
        .containsOnly(PortState.PORT_STATE_FORWARDING);
    assertThat(bench.image().rows(PortRow.getDefaultInstance())).hasSize(3);
  }
}
