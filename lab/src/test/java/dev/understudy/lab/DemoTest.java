package dev.understudy.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The demonstration's numbers, counted again by tshark from its captures. A rule is broken on
 * purpose, so that there is something to be counted: frames are lost and neighbours see topology
 * changes.
 */
@Isolated
final class DemoTest {
  private static final Duration DEMO_LIMIT = Duration.ofMinutes(4);
  private static final Map<String, String> MACS =
      Map.of(
          "alice", "02:00:55:00:10:01",
          "bob", "02:00:55:00:10:02",
          "carol", "02:00:55:00:10:03",
          "dave", "02:00:55:00:10:04");
  private static final int FLOW_DIGITS = 8; // behind the mark "USDY"
  private static final int NUMBER_DIGITS = 12;
  private static final int TCN = 0x80;
  private static final int TOPOLOGY_CHANGE = 0x01;

  @TempDir private Path kept;

  @Test
  void a_new_active_that_forgets_its_timers_turns_the_demo_red_and_tshark_counts_the_same()
      throws IOException {
    LabNeeds.checkProgram("tshark", "tshark");

    Command.Outcome outcome =
        Command.attempt(
            DEMO_LIMIT,
            Map.of(
                "UNDERSTUDY_CLASS_PATH", System.getProperty("java.class.path"),
                "UNDERSTUDY_JAVA_HOME", System.getProperty("java.home")),
            List.of(
                Understudy.script().toString(),
                "demo",
                "--break",
                "forget-timer",
                "--keep",
                kept.toString()));

    assertThat(outcome.status()).as("%s%s", outcome.output(), outcome.error()).isEqualTo(1);
    JsonNode result = new JsonMapper().readTree(Files.readString(kept.resolve("result.json")));
    assertThat(result.path("hitless").asBoolean()).isFalse();
    JsonNode kill = result.path("events").path(1);
    assertThat(kill.path("event").asString()).isEqualTo("kill");
    assertThat(kill.path("topologyChangesOnWire").asLong()).isPositive();
    assertThat(kill.path("complaints").toString()).contains("without a BPDU");
    for (JsonNode event : result.path("events")) {
      assertThat(event.path("flows")).isNotEmpty();
      event.path("flows").forEach(flow -> compareFlow(event, flow));
      assertThat(event.path("bpdus")).hasSize(2);
      event.path("bpdus").forEach(link -> compareBpdus(event, link));
    }
  }

  private void compareFlow(JsonNode event, JsonNode flow) {
    String name = flow.path("flow").asString();
    String sender = name.substring(0, name.indexOf(' '));
    String receiver = name.substring(name.lastIndexOf(' ') + 1);
    long first = flow.path("first").asLong();
    long end = flow.path("end").asLong();
    String to = "eth.dst == " + MACS.get(receiver) + " && eth.src == " + MACS.get(sender);
    Fates sent = new Fates(first, end);
    numbered(sender, to + " && frame.packet_flags_direction == 2").forEach(sent::seen);
    assertThat(sent.times).as("frames of %s sent by %s", name, sender).isEqualTo(end - first);

    Fates got = new Fates(first, end);
    String inTime = " && frame.time_epoch <= " + event.path("until").asString();
    numbered(receiver, to + " && frame.packet_flags_direction == 1" + inTime).forEach(got::seen);
    assertThat(List.of(end - first - got.once.size(), got.times - got.once.size(), got.late))
        .as("frames of %s lost, duplicated, reordered", name)
        .isEqualTo(
            List.of(
                flow.path("lost").asLong(),
                flow.path("duplicated").asLong(),
                flow.path("reordered").asLong()));
  }

  /** What became of numbers {@code first} to below {@code end}. */
  private static final class Fates {
    final long first;
    final long end;
    final Set<Long> once = new HashSet<>();
    long times;
    long late;
    private long highest = -1;

    Fates(long first, long end) {
      this.first = first;
      this.end = end;
    }

    void seen(long number) {
      if (number >= first && number < end) {
        times++;
        if (once.add(number) && number < highest) {
          late++;
        }
      }
      highest = Math.max(highest, number);
    }
  }

  private List<Long> numbered(String capture, String filter) {
    List<Long> numbers = new ArrayList<>();
    tshark(capture, "eth.type == 0x88b5 && " + filter, "data.data")
        .forEach(line -> {
          String number = line.substring(NUMBER_DIGITS, NUMBER_DIGITS + 16);
          assertThat(line).startsWith("55534459");
          assertThat(line.substring(FLOW_DIGITS, NUMBER_DIGITS)).matches("000[0-5]");
          numbers.add(Long.parseLong(number, 16));
        });
    return numbers;
  }

  private void compareBpdus(JsonNode event, JsonNode link) {
    BigDecimal from = new BigDecimal(event.path("from").asString());
    BigDecimal until = new BigDecimal(event.path("until").asString());
    long count = 0;
    long topologyChanges = 0;
    String capture = link.path("capture").asString();
    for (String line : tshark(capture, "stp", "frame.time_epoch", "stp.type", "stp.flags")) {
      String[] fields = line.split("\t", -1);
      BigDecimal time = new BigDecimal(fields[0]);
      if (time.compareTo(from) > 0 && time.compareTo(until) <= 0) {
        count++;
        if (Integer.decode(fields[1]) == TCN
            || (Integer.decode(fields[2]) & TOPOLOGY_CHANGE) != 0) {
          topologyChanges++;
        }
      }
    }
    assertThat(List.of(count, topologyChanges))
        .as("BPDUs of %s in %s, and those with a topology change", capture, event.path("event"))
        .isEqualTo(List.of(link.path("count").asLong(), link.path("topologyChanges").asLong()));
  }

  private List<String> tshark(String capture, String filter, String... fields) {
    List<String> command =
        new ArrayList<>(
            List.of("tshark", "-r", kept.resolve(capture + ".pcapng").toString(), "-Y", filter));
    command.addAll(List.of("-T", "fields"));
    for (String field : fields) {
      command.addAll(List.of("-e", field));
    }
    Command.Outcome outcome = Command.attempt(DEMO_LIMIT, Map.of(), command);
    assertThat(outcome.status()).as(outcome.error()).isZero();
    return outcome.output().lines().toList();
  }
}
