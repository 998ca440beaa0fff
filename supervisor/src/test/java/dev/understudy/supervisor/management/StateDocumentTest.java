package dev.understudy.supervisor.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.understudy.core.Image;
import dev.understudy.core.RowChange;
import dev.understudy.core.RowKey;
import dev.understudy.core.Tables;
import dev.understudy.schema.PortIdentityRow;
import dev.understudy.schema.PortState;
import dev.understudy.schema.PortStateRow;
import dev.understudy.schema.ReadBack;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.TimerRow;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class StateDocumentTest {
  private static final PortStateRow STATE =
      PortStateRow.newBuilder()
          .setKey(PortStateRow.Key.newBuilder().setBridgePort(3).setTree(0))
          .setState(PortState.PORT_STATE_FORWARDING)
          .build();

  private static Image image(Message... rows) {
    Image image = new Image();
    for (Message row : rows) {
      image.apply(RowChange.put(row));
    }
    return image;
  }

  @Test
  void rows_are_shown_by_protobufs_json_mapping() {
    Image image =
        image(
            TimerRow.newBuilder()
                .setKey(TimerRow.Key.newBuilder().setEngine("stp").setPort(1).setName("hello"))
                .setDeadlineNanos(-1)
                .build(),
            PortIdentityRow.newBuilder()
                .setKey(PortIdentityRow.Key.newBuilder().setName("p1"))
                .setNumber(-1)
                .setMac(ByteString.copyFrom(new byte[] {2, 0, 0, 0, 0, 1}))
                .build(),
            STATE);
    JsonNode tables = StateDocument.of("A", image, "").path("tables");
    assertThat(tables.propertyNames()).containsExactly("port-identity", "timer", "port-state");
    assertThat(tables.path("timer").path("rows").toString())
        .isEqualTo(
            """
            [{"key":{"engine":"stp","name":"hello","port":1},"deadlineNanos":"18446744073709551615"}]\
            """);
    assertThat(tables.path("port-identity").path("rows").toString())
        .isEqualTo(
            """
            [{"key":{"name":"p1"},"number":4294967295,"mac":"AgAAAAAB"}]\
            """);
    assertThat(tables.path("port-state").path("rows").path(0).path("state").asString())
        .isEqualTo("PORT_STATE_FORWARDING");
  }

  @Test
  void a_table_that_this_release_does_not_know_is_listed_with_its_number_and_row_count() {
    Image image = image(STATE);
    image.apply(new RowChange(new RowKey(4711, ByteString.copyFromUtf8("k")), ByteString.EMPTY));
    JsonNode table = StateDocument.of("A", image, "").path("tables").path("table-4711");
    assertThat(table.path("number").asInt()).isEqualTo(4711);
    assertThat(table.path("rowCount").asInt()).isEqualTo(1);
    assertThat(table.has("rows")).isFalse();
    assertThat(StateDocument.of("A", image, "table-4711").path("tables")).hasSize(1);
  }

  @Test
  void a_row_that_cannot_be_decoded_is_shown_as_it_is() {
    Image image = new Image();
    int table = Tables.number(STATE);
    image.apply(
        new RowChange(
            new RowKey(table, ByteString.EMPTY), ByteString.copyFrom(new byte[] {(byte) 0xff})));
    JsonNode row =
        StateDocument.of("A", image, "port-state").path("tables").path("port-state").path("rows");
    assertThat(row.path(0).path("undecodable").asString()).isEqualTo("ff");
  }

  @Test
  void what_the_forwarder_reports_has_the_same_rows_and_digest_as_the_image() {
    ReadBack back =
        ReadBack.newBuilder()
            .setTerm(7)
            .setApplied(4711)
            .addPortStates(
                SetPortState.newBuilder()
                    .setBridgePort(3)
                    .setTree(0)
                    .setState(PortState.PORT_STATE_FORWARDING))
            .build();
    JsonNode forwarder = StateDocument.of(back, "port-state");
    assertThat(forwarder.path("bracket").asLong()).isEqualTo(4711);
    assertThat(forwarder.path("tables"))
        .isEqualTo(StateDocument.of("A", image(STATE), "port-state").path("tables"));
  }

  @Test
  void a_table_that_does_not_exist_is_named() {
    for (String name : List.of("nonsense", "table-9")) {
      assertThatThrownBy(() -> StateDocument.of("A", image(STATE), name))
          .hasMessageContaining(name);
    }
  }
}
