package dev.understudy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.edge.CertifiedRole;
import dev.understudy.edge.HostPort;
import dev.understudy.edge.Network;
import dev.understudy.schema.Slot;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ArgumentsTest {
  @Test
  void a_slot_and_a_state_directory_are_enough() {
    assertThat(SupervisorMain.Arguments.parse("--slot", "B", "--state", "d"))
        .isEqualTo(
            new SupervisorMain.Arguments(
                Slot.SLOT_B,
                Path.of("d"),
                Optional.empty(),
                Supervisor.FaultInjection.OFF,
                Supervisor.Breakage.NONE,
                Optional.empty()));
  }

  @Test
  void everything_can_be_given() {
    assertThat(
            SupervisorMain.Arguments.parse(
                "--fault-injection",
                "--config",
                "c",
                "--break",
                "forget-timer",
                "--slot",
                "a",
                "--state",
                "d",
                "--listen",
                "192.0.2.2:1",
                "--peer",
                "192.0.2.3:2",
                "--forwarder",
                "[2001:db8::1]:3",
                "--keys",
                "k"))
        .isEqualTo(
            new SupervisorMain.Arguments(
                Slot.SLOT_A,
                Path.of("d"),
                Optional.of(Path.of("c")),
                Supervisor.FaultInjection.ON,
                Supervisor.Breakage.FORGET_TIMER,
                Optional.of(
                    new Network.Plan(
                        CertifiedRole.SUPERVISOR_A,
                        Path.of("k"),
                        new HostPort("192.0.2.2", 1),
                        Optional.of(new HostPort("2001:db8::1", 3)),
                        Optional.of(new HostPort("192.0.2.3", 2))))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --slot C --state d              | --slot A or --slot B
          --state d                       | --slot A or --slot B
          --slot A                        | --state DIR is needed
          --slot A --state                | --state needs a value
          --slot A --state d --break it   | not "it"
          --slot A --state d --verbose    | unknown argument "--verbose"
          --slot A --state d --keys k     | all of [--listen HOST:PORT --keys DIR --forwarder
          --slot A --state d --listen x   | "x" is not HOST:PORT
          """)
  void wrong_use_is_named(String line, String expected) {
    assertThatThrownBy(() -> SupervisorMain.Arguments.parse(line.split(" ", -1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(expected);
  }
}
