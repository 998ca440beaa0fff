package dev.understudy.supervisor.management;

import dev.understudy.core.ImageView;
import dev.understudy.schema.CounterRow;
import dev.understudy.schema.ForwarderCounter;
import dev.understudy.schema.PortRow;
import dev.understudy.schema.ReadBack;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** Counters from everywhere, in one list. */
final class Counts {
  private static final String BORDER = "border.";
  private static final String FORWARDER = "forwarder.";

  private final ArrayNode list;
  private final ImageView image;
  private final Map<Integer, String> ports = new TreeMap<>();

  Counts(ArrayNode list, ImageView image) {
    this.list = list;
    this.image = image;
    image
        .rows(PortRow.getDefaultInstance())
        .forEach(row -> ports.put(row.getKey().getPort(), row.getName()));
  }

  private @Nullable String port(int number) {
    return number == 0 ? null : ports.getOrDefault(number, Integer.toString(number));
  }

  private void add(String where, String name, int port, long value) {
    list.addObject()
        .put("where", where)
        .put("name", name)
        .put("port", port(port))
        .put("value", value);
  }

  void addEngines() {
    for (CounterRow row : image.rows(CounterRow.getDefaultInstance())) {
      CounterRow.Key key = row.getKey();
      add(key.getEngine(), key.getName(), key.getPort(), row.getValue());
    }
  }

  void addForwarder(ReadBack back) {
    for (ForwarderCounter counter : back.getCountersList()) {
      String name = counter.getName();
      if (name.startsWith(BORDER)) {
        add("border", name.substring(BORDER.length()), counter.getPort(), counter.getValue());
      } else {
        add(
            "forwarder",
            name.startsWith(FORWARDER) ? name.substring(FORWARDER.length()) : name,
            counter.getPort(),
            counter.getValue());
      }
    }
  }

  void addSupervisor(String slot, JsonNode part) {
    part.path("counters")
        .properties()
        .forEach(entry -> add(slot, entry.getKey(), 0, entry.getValue().asLong(0)));
  }
}
