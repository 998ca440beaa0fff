package dev.understudy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.fuzz.Fuzz;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Any line in place of an event of an earlier process. */
final class RudeEventsFuzzTest {
  @Test
  void lines() {
    Fuzz.run(
        getClass(),
        "event-log",
        List.of(
            "1700000000000\t7\t4711\tWARNING\tSTANDBY_STRUCK\tlate"
                .getBytes(StandardCharsets.UTF_8)),
        octets -> {
          String line = new String(octets, StandardCharsets.UTF_8);
          Optional<EventLog.Event> event = EventLog.Event.parse(line);
          event.ifPresent(parsed ->
              assertThat(EventLog.Event.parse(parsed.line()).orElseThrow().code())
                  .isEqualTo(parsed.code()));
          return event.map(parsed -> parsed.severity().name()).orElse("none");
        });
  }
}
