package dev.understudy.supervisor.management;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.understudy.core.Image;
import dev.understudy.core.RowChange;
import dev.understudy.core.RowKey;
import dev.understudy.core.Tables;
import dev.understudy.schema.LearnedChange;
import dev.understudy.schema.LearnedRow;
import dev.understudy.schema.PortStateRow;
import dev.understudy.schema.ReadBack;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.SetStaticMac;
import dev.understudy.schema.SetVlans;
import dev.understudy.schema.StaticMacRow;
import dev.understudy.schema.VlanRow;
import java.util.HexFormat;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Rows of tables, for whoever wants to compare what is held where. */
final class StateDocument {
  private StateDocument() {}

  static JsonNode of(String at, Image image, String table) {
    ObjectNode document =
        Json.object()
            .put("at", at)
            .put("term", image.position().term())
            .put("bracket", image.position().number());
    ObjectNode tables = document.putObject("tables");
    List<Integer> numbers = table.isEmpty() ? image.tables() : List.of(number(image, table));
    numbers.forEach(number -> tables.set(Tables.name(number), table(image, number)));
    return document;
  }

  private static int number(Image image, String table) {
    return Tables.byName(table)
        .or(() ->
            image.tables().stream().filter(number -> Tables.name(number).equals(table)).findFirst())
        .orElseThrow(() ->
            new IllegalStateException(
                "there is no table \""
                    + table
                    + "\"; there are "
                    + String.join(", ", Tables.names())));
  }

  private static ObjectNode table(Image image, int number) {
    ObjectNode table = Json.object();
    table.put("number", number);
    var rows = image.range(RowKey.first(number), null);
    table.put("rowCount", rows.size());
    table.put("digest", HexFormat.of().toHexDigits(image.digest(RowKey.first(number), null).crc()));
    if (Tables.known(number)) {
      ArrayNode array = table.putArray("rows");
      rows.values().forEach(octets -> array.add(row(number, octets)));
    }
    return table;
  }

  private static JsonNode row(int number, ByteString octets) {
    try {
      Message row = Tables.decode(number, octets);
      ObjectNode object = ProtoJson.of(row);
      if (!row.getUnknownFields().asMap().isEmpty()) {
        object.put("unknownFields", row.getUnknownFields().asMap().size());
      }
      return object;
    } catch (InvalidProtocolBufferException e) {
      return Json.object()
          .put("undecodable", HexFormat.of().formatHex(octets.toByteArray()))
          .put("reason", e.getMessage());
    }
  }

  /** What the forwarder reports, as rows of the tables that say the same. */
  static JsonNode of(ReadBack back, String table) {
    Image rows = new Image();
    back.getPortStatesList().forEach(each -> put(rows, row(each)));
    back.getStaticMacsList().forEach(each -> put(rows, row(each)));
    back.getVlansList().forEach(each -> put(rows, row(each)));
    back.getLearnedList().forEach(each -> put(rows, row(each)));
    ObjectNode document =
        Json.object()
            .put("at", "forwarder")
            .put("term", back.getTerm())
            .put("bracket", back.getApplied());
    ObjectNode tables = document.putObject("tables");
    List<Integer> numbers = table.isEmpty() ? rows.tables() : List.of(number(rows, table));
    numbers.forEach(number -> tables.set(Tables.name(number), table(rows, number)));
    if (table.isEmpty()) {
      document.put("learnedAddresses", back.getLearnedAddresses());
      ArrayNode ports = document.putArray("ports");
      back.getPortsList().forEach(port -> ports.add(ProtoJson.of(port)));
      ArrayNode links = document.putArray("links");
      back.getLinksList().forEach(link -> links.add(ProtoJson.of(link)));
    }
    return document;
  }

  private static void put(Image image, Message row) {
    image.apply(RowChange.put(row));
  }

  private static PortStateRow row(SetPortState state) {
    return PortStateRow.newBuilder()
        .setKey(
            PortStateRow.Key.newBuilder()
                .setBridgePort(state.getBridgePort())
                .setTree(state.getTree()))
        .setState(state.getState())
        .build();
  }

  private static StaticMacRow row(SetStaticMac entry) {
    return StaticMacRow.newBuilder()
        .setKey(StaticMacRow.Key.newBuilder().setVid(entry.getVid()).setMac(entry.getMac()))
        .setBridgePort(entry.getBridgePort())
        .build();
  }

  private static VlanRow row(SetVlans.Vlan vlan) {
    return VlanRow.newBuilder()
        .setKey(VlanRow.Key.newBuilder().setVid(vlan.getVid()))
        .setFid(vlan.getFid())
        .setTree(vlan.getTree())
        .build();
  }

  private static LearnedRow row(LearnedChange change) {
    return LearnedRow.newBuilder()
        .setKey(LearnedRow.Key.newBuilder().setFid(change.getFid()).setMac(change.getMac()))
        .setBridgePort(change.getBridgePort())
        .build();
  }
}
