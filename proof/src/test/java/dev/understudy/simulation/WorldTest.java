package dev.understudy.simulation;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WorldTest {
  @Test
  void a_world_is_read_back_from_its_own_text() {
    for (long seed = 0; seed < 300; seed++) {
      World world = WorldGenerator.world(seed);
      assertThat(WorldParser.parse(world.toString()).toString()).isEqualTo(world.toString());
      assertThat(world).isEqualTo(WorldGenerator.world(seed));
    }
  }

  @Test
  void a_world_from_which_links_were_left_out_is_linked_as_before() {
    World world =
        WorldParser.parse(
            """
            seed 1
            run 4s
            bridge a delay 0ns restart 30ms priority 4096
            bridge b delay 0ns restart 30ms priority 8192
            link a:2 b:5
            link a:7 b:3
            """);
    Outcome outcome = Simulation.run(world, 1, false, Tampering.NONE);
    // The root's port 2 comes before its port 7.
    assertThat(requireNonNull(outcome.bridges().get("b")).end())
        .hasEntrySatisfying("port p5", port -> assertThat(port).startsWith("root forwarding"))
        .hasEntrySatisfying("port p3", port -> assertThat(port).startsWith("alternate discarding"));
  }

  @Test
  void generated_worlds_have_loops_three_bridges_and_everything_that_can_go_wrong() {
    TreeSet<FaultKind> kinds = new TreeSet<>();
    TreeSet<World.Change.What> changes = new TreeSet<>();
    boolean legacy = false;
    boolean impaired = false;
    for (long seed = 0; seed < 300; seed++) {
      World world = WorldGenerator.world(seed);
      assertThat(world.bridges()).hasSizeGreaterThanOrEqualTo(3);
      long between =
          world.links().stream()
              .filter(link ->
                  world.bridge(link.a().name()).isPresent()
                      && world.bridge(link.b().name()).isPresent())
              .count();
      assertThat(between).as("a loop").isGreaterThanOrEqualTo(world.bridges().size());
      assertThat(world.bridges().getFirst().redundant()).isTrue();
      world.faults().forEach(fault -> kinds.add(fault.kind()));
      world.changes().forEach(change -> changes.add(change.what()));
      legacy |= world.bridges().getLast().knob(Knob.LEGACY, 0) == 1;
      impaired |= world.links().stream().anyMatch(World.Link::impaired);
    }
    assertThat(kinds).containsExactlyInAnyOrder(FaultKind.values());
    assertThat(changes).containsExactlyInAnyOrder(World.Change.What.values());
    assertThat(legacy).isTrue();
    assertThat(impaired).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          bridge Sw                              | line 1: a name is of a to z, 0 to 9 and -, not Sw
          brigde sw                              | line 1: seed, run, bridge, host, link, port, flow, at or fault was expected, not brigde
          bridge sw/bridge sw                    | line 2: there is a sw already
          bridge sw priority                     | line 1: priority was expected at the end of the line
          bridge sw priority 70000               | line 1: priority is a number from 0 to 61440, not 70000
          bridge sw speed 3                      | line 1: one of priority, hello, max-age, forward-delay, tx-hold, legacy, ageing, tick, recovery, delay, restart was expected, not speed
          bridge sw delay 3                      | line 1: a time such as 5us, 20ms or 3s was expected, not 3
          bridge sw/link sw:1 b:1                | line 2: there is no bridge or host b
          bridge sw/bridge b/link sw:1 b:x       | line 3: port is a number from 1 to 64, not x
          bridge sw/bridge b/link sw:1 b:1 b:2   | line 3: delay, loss, duplicate or reorder was expected, not b:2
          bridge sw/bridge b/link sw:1 b:1/link sw:1 b:2 | line 4: sw:1 is linked already
          bridge sw/at 3s pull sw:1              | line 2: nothing is linked to sw:1
          bridge sw/fault sw after 3 crash active | line 2: bridge sw is not redundant
          bridge sw redundant/fault sw after 3 crash | line 2: one of crash active, crash standby, crash both, crash in bracket, crash after close, lose active, crash in switchover, crash in takeover, crash standby in snapshot, crash active in snapshot, hang active, hang in bracket, hang standby, hang both, slow standby, stall modules, cut modules, cut active, cut standby, full log, faulty engine, full disk, lose disk, restart forwarder, restart all, switchover was expected, not crash
          bridge sw redundant/fault sw after 3 hang active | line 2: for was expected at the end of the line
          run 5s seconds                         | line 1: nothing more was expected, but there is seconds
          seed 1                                 | a world has at least one bridge
          """)
  void a_mistake_is_told_with_its_line_and_what_was_expected(String text, String message) {
    assertThatThrownBy(() -> WorldParser.parse(text.replace('/', '\n')))
        .isInstanceOf(WorldParser.WrongWorld.class)
        .hasMessage(message);
  }
}
