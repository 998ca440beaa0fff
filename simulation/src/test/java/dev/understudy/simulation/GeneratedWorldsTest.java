package dev.understudy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Worlds of fixed seeds, each run with its faults and without. */
final class GeneratedWorldsTest {
  private static final int WORLDS = 8;

  @Test
  void nobody_outside_can_tell_a_world_with_failovers_from_the_same_without() {
    long failovers = 0;
    int worlds = 0;
    for (long seed = 0; worlds < WORLDS; seed++) {
      World world = WorldGenerator.world(seed);
      if (world.instant()) {
        worlds++;
        Twin.Result result = Twin.run(world, Tampering.NONE);
        assertThat(result.problems()).as("seed %d", seed).isEmpty();
        failovers += result.faulty().failovers();
      }
    }
    assertThat(failovers).isGreaterThan(500);
  }
}
