package dev.understudy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The proof of the proof: the simulator finds every one of these bugs. In which world is written
 * down, so that a check takes one world each; docs/proof.md has the table.
 */
@Execution(ExecutionMode.CONCURRENT)
final class MutationTest {
  static Stream<String> bugs() {
    return FoundIn.all().keySet().stream();
  }

  @Test
  void there_are_at_least_25_bugs_and_a_world_for_each() {
    assertThat(Mutations.all()).hasSizeGreaterThanOrEqualTo(25);
    assertThat(FoundIn.all().keySet()).containsExactlyElementsOf(Mutations.all().keySet());
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void the_bug_is_found(String bug) {
    Supplier<Tampering> tampering = Objects.requireNonNull(Mutations.all().get(bug));
    World world = WorldGenerator.world(Objects.requireNonNull(FoundIn.all().get(bug)));
    assertThat(Twin.run(world, tampering.get()).failed()).isTrue();
  }

  /** Prints after how many worlds each bug is found that isn't written down, from seed 0 on. */
  public static void main(String[] arguments) {
    int worldsMax = Integer.parseInt(arguments[0]);
    Mutations.all()
        .forEach((bug, tampering) -> {
          if (FoundIn.all().containsKey(bug)) {
            return;
          }
          long failovers = 0;
          for (long seed = 0; seed < worldsMax; seed++) {
            Twin.Result result = Twin.run(WorldGenerator.world(seed), tampering.get());
            failovers += result.faulty().failovers();
            if (result.failed()) {
              System.out.printf(
                  "%d | %s | %d | %s%n", seed, bug, failovers, result.problems().getFirst());
              return;
            }
          }
          System.out.printf("NOT FOUND in %d | %s | %d%n", worldsMax, bug, failovers);
        });
  }
}
