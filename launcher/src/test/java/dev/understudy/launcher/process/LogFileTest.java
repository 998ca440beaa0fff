package dev.understudy.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
  @TempDir Path temporary;

  @Test
  void a_long_log_is_cut_while_its_writer_goes_on() throws IOException {
    LogFile log = new LogFile(temporary.resolve("A.log"));
    try (FileOutputStream child = new FileOutputStream(log.path().toFile(), true)) {
      child.write(new byte[(int) LogFile.OCTETS_MAX + 1]);
      log.cutIfLong();
      child.write("goes on".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(log.path()).hasContent("goes on");
    assertThat(log.former()).hasSize(LogFile.OCTETS_MAX);
    assertThat(log.tail(2)).isEqualTo("on");
  }

  @Test
  void a_short_log_stays() throws IOException {
    LogFile log = new LogFile(temporary.resolve("A.log"));
    try (FileOutputStream child = new FileOutputStream(log.path().toFile(), true)) {
      child.write(1);
    }
    log.cutIfLong();
    assertThat(log.path()).hasSize(1);
    assertThat(log.former()).doesNotExist();
    assertThat(new LogFile(temporary.resolve("none")).tail(10)).isEmpty();
  }
}
