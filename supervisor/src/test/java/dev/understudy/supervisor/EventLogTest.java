package dev.understudy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.replication.Severity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventLogTest {
  @TempDir private Path directory;

  private static EventLog.Event event(long bracket, String text) {
    return new EventLog.Event(
        1_700_000_000_000L + bracket, 3, bracket, Severity.INFO, "TEST", text);
  }

  @Test
  void events_outlive_the_process() {
    try (EventLog log = new EventLog(directory)) {
      log.add(event(1, "first"));
      log.add(event(2, "tab\tand\nline"));
    }
    try (EventLog again = new EventLog(directory)) {
      assertThat(again.newest(10)).containsExactly(event(1, "first"), event(2, "tab and line"));
      assertThat(again.newest(1)).containsExactly(event(2, "tab and line"));
    }
  }

  @Test
  void a_line_that_was_cut_short_is_passed_over() throws Exception {
    try (EventLog log = new EventLog(directory)) {
      log.add(event(1, "whole"));
    }
    Files.writeString(
        directory.resolve("events.log"), "1700000000000\t3\t7\tINF", StandardOpenOption.APPEND);
    try (EventLog again = new EventLog(directory)) {
      assertThat(again.newest(10)).containsExactly(event(1, "whole"));
    }
  }

  @Test
  void memory_and_file_are_bounded() throws Exception {
    String text = "x".repeat(2000);
    long number = 0;
    for (int round = 0; round < 5; round++) {
      try (EventLog log = new EventLog(directory)) {
        for (int i = 0; i < EventLog.LINES_WAITING_MAX; i++) {
          log.add(event(++number, text));
        }
        assertThat(log.newest(Integer.MAX_VALUE)).hasSizeLessThanOrEqualTo(EventLog.EVENTS_MAX);
      }
    }
    // One write may bring what waits over the limit, once.
    long most = EventLog.FILE_OCTETS_MAX + EventLog.LINES_WAITING_MAX * 2100L;
    assertThat(Files.size(directory.resolve("events.log"))).isLessThan(most);
    assertThat(Files.size(directory.resolve("events.1.log"))).isLessThan(most);
    try (var files = Files.list(directory)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void a_disk_that_takes_nothing_costs_nothing_but_the_file() throws Exception {
    Files.createDirectory(directory.resolve("events.log"));
    try (EventLog log = new EventLog(directory)) {
      log.add(event(1, "kept"));
      assertThat(log.newest(10)).containsExactly(event(1, "kept"));
    }
  }
}
