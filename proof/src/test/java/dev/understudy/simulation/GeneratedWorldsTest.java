package dev.understudy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Worlds of fixed seeds, each run with its faults and without. */
@Execution(ExecutionMode.CONCURRENT)
final class GeneratedWorldsTest {
  private static final int WORLDS = 12;

  static LongStream seeds() {
    return LongStream.range(0, WORLDS);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void nobody_outside_can_tell_a_world_with_failovers_from_the_same_without(long seed) {
    World world = WorldGenerator.world(seed);
    Twin.Result result = Twin.run(world, Tampering.NONE);
    assertThat(result.problems()).isEmpty();
    if (world.instant()) {
      assertThat(result.hurt()).isFalse();
      assertThat(result.faulty().failovers()).isGreaterThan(20);
    }
  }

  @Test
  void there_are_worlds_of_each_kind_among_them() {
    assertThat(seeds().mapToObj(WorldGenerator::world))
        .anyMatch(World::instant)
        .anyMatch(world -> !world.instant() && world.harmless())
        .anyMatch(world -> !world.harmless());
  }
}
