package dev.understudy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.core.Input;
import dev.understudy.schema.Config;
import dev.understudy.schema.Slot;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * One fault after every single message on every connection of a switch whose engine shows every
 * lost, doubled or late input. Takeovers take no virtual time here, so the outside must see the
 * same octets at the same times.
 */
final class CrashMatrixTest {
  private static final ToyWorld BASE = run(world -> {}, -1);

  @FunctionalInterface
  private interface Fault {
    void strike(ToyWorld world);
  }

  private static ToyWorld run(Fault fault, long boundary) {
    ToyWorld world = new ToyWorld(0).untilRedundant().story();
    if (boundary >= 0) {
      world.device.faultAt(boundary, () -> fault.strike(world));
    }
    world.runStory();
    return world;
  }

  private static long first() {
    return BASE.storyFirstBoundary;
  }

  private static long last() {
    return BASE.device.boundaries();
  }

  @Test
  void the_story_without_faults_is_told_whole() {
    assertThat(BASE.trace).anyMatch(line -> line.contains("echo 10"));
    assertThat(BASE.trace).anyMatch(line -> line.contains("timer"));
    assertThat(BASE.device.answers())
        .containsEntry("request-1", "yes: version 2")
        .hasEntrySatisfying("request-2", answer -> assertThat(answer).startsWith("yes"));
    assertThat(BASE.device.border().term()).isEqualTo(2);
    assertThat(last() - first()).isGreaterThan(300);
  }

  private static void same(ToyWorld world, long boundary, String what) {
    assertThat(world.trace)
        .as("%s after message %d%n%s", what, boundary, String.join("\n", world.device.events()))
        .isEqualTo(BASE.trace);
    assertThat(world.device.answers())
        .as("%s after message %d", what, boundary)
        .containsEntry("request-1", "yes: version 2");
    assertThat(world.device.border().configurationVersion()).isEqualTo(2);
  }

  private static void whole(ToyWorld world, long boundary) {
    world.untilRedundant();
    assertThat(world.device.supervisors())
        .as("after message %d", boundary)
        .containsKeys(Slot.SLOT_A, Slot.SLOT_B);
  }

  @Test
  void the_active_may_crash_after_any_message_and_nobody_outside_can_tell() {
    for (long boundary = first(); boundary < last(); boundary++) {
      ToyWorld world = run(w -> w.device.crash(w.device.border().holder()), boundary);
      same(world, boundary, "crash of the active");
      whole(world, boundary);
    }
  }

  @Test
  void the_standby_may_crash_after_any_message_and_nobody_outside_can_tell() {
    for (long boundary = first(); boundary < last(); boundary++) {
      ToyWorld world = run(w -> w.device.crash(other(w.device.border().holder())), boundary);
      same(world, boundary, "crash of the standby");
      whole(world, boundary);
    }
  }

  @Test
  void the_connection_between_the_modules_may_be_cut_after_any_message() {
    for (long boundary = first(); boundary < last(); boundary++) {
      ToyWorld world = run(w -> w.device.cutPeers(40 * ToyWorld.MILLI), boundary);
      same(world, boundary, "cut between the modules");
      whole(world, boundary);
      assertThat(world.device.border().term()).as("a cut is no takeover").isLessThanOrEqualTo(2);
    }
  }

  @Test
  void a_session_to_the_forwarder_may_be_cut_after_any_message() {
    for (long boundary = first(); boundary < last(); boundary++) {
      ToyWorld active = run(w -> w.device.cutForwarder(w.device.border().holder()), boundary);
      sameButLater(active, boundary, "cut of the active's session");
      whole(active, boundary);
      ToyWorld standby =
          run(w -> w.device.cutForwarder(other(w.device.border().holder())), boundary);
      sameButLater(standby, boundary, "cut of the standby's session");
      whole(standby, boundary);
    }
  }

  @Test
  void the_active_may_stop_after_any_message_and_wake_up_with_its_old_view() {
    long refused = 0;
    for (long boundary = first(); boundary < last(); boundary++) {
      ToyWorld world =
          run(
              w -> {
                Slot slot = w.device.border().holder();
                w.device.stop(slot);
                w.scheduler.after(230 * ToyWorld.MILLI, () -> w.device.resume(slot));
              },
              boundary);
      sameButLater(world, boundary, "stop of the active");
      whole(world, boundary);
      refused += world.device.border().counter("refused-writes");
    }
    assertThat(refused).as("writes of a stopped active that woke up").isPositive();
  }

  @Test
  void the_standby_may_stop_after_any_message_and_delays_nothing_for_long() {
    for (long boundary = first(); boundary < last(); boundary++) {
      ToyWorld world =
          run(
              w -> {
                Slot slot = other(w.device.border().holder());
                w.device.stop(slot);
                w.scheduler.after(130 * ToyWorld.MILLI, () -> w.device.resume(slot));
              },
              boundary);
      sameButLater(world, boundary, "stop of the standby");
      whole(world, boundary);
      // One that stops just after it was handed the term is an active that stops.
      boolean granted = world.device.border().counter("grants") > 1;
      assertThat(world.device.border().term())
          .as("no takeover")
          .isLessThanOrEqualTo(granted ? 3 : 1);
    }
  }

  @Test
  void a_second_crash_after_the_resynchronisation_is_not_seen_either() {
    for (long boundary = first(); boundary < last(); boundary += 3) {
      ToyWorld world = new ToyWorld(0).untilRedundant().story();
      world.device.faultAt(boundary, () -> world.device.crash(world.device.border().holder()));
      long limit = world.storyBegins + 900 * ToyWorld.MILLI;
      boolean second = false;
      while (world.scheduler.nanos() < limit) {
        world.scheduler.runUntil(world.scheduler.nanos() + ToyWorld.MILLI);
        if (!second
            && world.device.boundaries() > boundary
            && world.device.redundant()
            && world.device.supervisors().size() == 2) {
          second = true;
          world.device.crash(world.device.border().holder());
        }
      }
      same(world, boundary, "two crashes, the first");
      whole(world, boundary);
    }
  }

  @Test
  void a_frame_that_makes_an_engine_throw_takes_down_nobody() {
    ToyWorld world = new ToyWorld(0).untilRedundant();
    world.scheduler.runUntil(world.scheduler.nanos() + 100 * ToyWorld.MILLI);
    world.frame(1, "B is poison");
    world.scheduler.runUntil(world.scheduler.nanos() + 100 * ToyWorld.MILLI);
    world.frame(1, "good");
    world.scheduler.runUntil(world.scheduler.nanos() + 100 * ToyWorld.MILLI);
    assertThat(world.device.border().term()).isEqualTo(1);
    assertThat(world.device.redundant()).isTrue();
    assertThat(world.trace).anyMatch(line -> line.contains("port 1 echo 1"));
    assertThat(world.device.events()).anyMatch(line -> line.contains("ENGINE_EXCEPTION"));
  }

  @Test
  void an_input_that_ends_two_processes_is_put_aside() {
    AtomicInteger deaths = new AtomicInteger();
    ToyWorld world = new ToyWorld(0).untilRedundant();
    world.scheduler.runUntil(world.scheduler.nanos() + 100 * ToyWorld.MILLI);
    ToyEngine.onDeadly =
        () -> {
          deaths.incrementAndGet();
          world.device.crash(world.device.border().holder());
        };
    world.frame(1, "deadly");
    world.frame(2, "innocent");
    world.scheduler.runUntil(world.scheduler.nanos() + 2_000 * ToyWorld.MILLI);
    world.untilRedundant();
    assertThat(world.device.border().counter("inputs-quarantined")).isEqualTo(1);
    assertThat(world.trace).anyMatch(line -> line.contains("port 2 echo 1"));
    assertThat(world.trace).noneMatch(line -> line.contains("port 1 echo"));
    assertThat(deaths).hasValue(2);
    assertThat(world.device.events()).anyMatch(line -> line.contains("INPUT_QUARANTINED"));
  }

  @Test
  void a_forwarder_that_dies_and_returns_is_programmed_again() {
    ToyWorld world = new ToyWorld(0).untilRedundant();
    world.device.ask(
        new Input.ApplyConfiguration(
            "request-1", Config.newBuilder().setName("changed").build(), 0, ""));
    world.scheduler.runUntil(world.scheduler.nanos() + 100 * ToyWorld.MILLI);
    world.frame(1, "before");
    world.scheduler.runUntil(world.scheduler.nanos() + 5 * ToyWorld.MILLI);
    world.device.restartForwarder(500 * ToyWorld.MILLI);
    world.scheduler.runUntil(world.scheduler.nanos() + 1_000 * ToyWorld.MILLI);
    world.untilRedundant();
    assertThat(world.device.border().incarnation()).isEqualTo(2);
    assertThat(world.device.border().configurationVersion()).isEqualTo(2);
    world.frame(1, "after");
    world.scheduler.runUntil(world.scheduler.nanos() + 500 * ToyWorld.MILLI);
    assertThat(world.trace).as("state was kept").anyMatch(line -> line.contains("port 1 timer 2"));
    assertThat(world.device.events()).anyMatch(line -> line.contains("forwarder was restarted"));
  }

  private static void sameButLater(ToyWorld world, long boundary, String what) {
    assertThat(world.perPort())
        .as("%s after message %d%n%s", what, boundary, String.join("\n", world.device.events()))
        .isEqualTo(BASE.perPort());
    assertThat(world.device.answers())
        .as("%s after message %d", what, boundary)
        .containsEntry("request-1", "yes: version 2");
    assertThat(world.device.border().configurationVersion()).isEqualTo(2);
  }

  private static Slot other(Slot slot) {
    return slot == Slot.SLOT_A ? Slot.SLOT_B : Slot.SLOT_A;
  }

  @Test
  void runs_are_deterministic() {
    assertThat(run(world -> {}, -1).trace).isEqualTo(BASE.trace);
    assertThat(List.copyOf(run(world -> {}, -1).device.events())).isEqualTo(BASE.device.events());
  }
}
