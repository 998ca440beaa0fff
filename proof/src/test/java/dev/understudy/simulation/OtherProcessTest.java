package dev.understudy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The same seed gives the same trace, byte for byte, in another process. */
final class OtherProcessTest {
  private static final long FIRST_SEED = 2;
  private static final int WORLDS = 2;

  @Test
  void a_seed_gives_the_same_trace_in_another_virtual_machine() throws Exception {
    Process child =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    // Another layout of memory and other hash codes than here.
                    "-XX:+UseSerialGC",
                    "-XX:+UnlockExperimentalVMOptions",
                    "-XX:hashCode=2",
                    "-cp",
                    System.getProperty("java.class.path"),
                    OtherProcessTest.class.getName()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String there = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).isZero();
    assertThat(there).hasSizeGreaterThan(100_000).isEqualTo(traces());
  }

  public static void main(String[] arguments) {
    System.out.writeBytes(traces().getBytes(StandardCharsets.UTF_8));
    System.out.flush();
  }

  private static String traces() {
    StringBuilder text = new StringBuilder();
    for (long seed = FIRST_SEED; seed < FIRST_SEED + WORLDS; seed++) {
      World world = WorldGenerator.world(seed);
      Outcome outcome = Simulation.run(world, Simulation.tail(world), true, Tampering.NONE);
      outcome
          .bridges()
          .forEach((name, bridge) -> {
            text.append(name).append('\n');
            bridge.traceLines().forEach(line -> text.append(line).append('\n'));
            bridge.events().forEach(line -> text.append(line).append('\n'));
            text.append(bridge.end()).append(bridge.history()).append('\n');
          });
      outcome.flows().forEach(flow -> text.append(flow.arrived).append('\n'));
    }
    return text.toString();
  }
}
