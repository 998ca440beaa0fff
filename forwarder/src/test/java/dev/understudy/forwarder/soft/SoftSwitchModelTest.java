package dev.understudy.forwarder.soft;

import static dev.understudy.forwarder.soft.TestFrames.flush;
import static dev.understudy.forwarder.soft.TestFrames.frame;
import static dev.understudy.forwarder.soft.TestFrames.staticMac;
import static dev.understudy.forwarder.soft.TestFrames.tagged;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.schema.ForwarderCounter;
import dev.understudy.schema.Output;
import dev.understudy.schema.PortState;
import dev.understudy.schema.RemovePort;
import dev.understudy.schema.SetAgeing;
import dev.understudy.schema.SetVlans;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The switch against {@link NaiveSwitch}: the same frames in, the same out, at every step. */
final class SoftSwitchModelTest {
  private static final int PORTS = 5;
  private static final int[] VIDS = {1, 10, 20, 30};
  private static final long MICRO = 1_000;
  private static final int STEPS = 4_000;

  static LongStream seeds() {
    return LongStream.range(1, 41);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void it_does_what_the_naive_switch_does(long seed) {
    new Run(seed).steps();
  }

  @Test
  void and_with_a_fresh_seed() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    new Run(seed).steps();
  }

  /** One seeded run. */
  private static final class Run {
    private final long seed;
    private final Random random;
    private final SwitchUnderTest sw = new SwitchUnderTest();
    private final NaiveSwitch naive = new NaiveSwitch();
    private final Map<String, Long> drops = new TreeMap<>();
    private int number;

    Run(long seed) {
      this.seed = seed;
      random = new Random(seed);
      naive.treeOfVlan.put(1, 0);
      vlans();
      for (int port = 1; port <= PORTS; port++) {
        port(port);
      }
      ageing();
    }

    void steps() {
      for (int step = 0; step < STEPS; step++) {
        sw.now += MICRO * random.nextInt(20_000);
        int kind = random.nextInt(100);
        if (kind < 80) {
          receive(step);
        } else if (kind < 90) {
          state();
        } else {
          change();
        }
        sw.soft.age(sw.now);
        sameAddresses(step);
      }
      sw.soft.counters().stream()
          .filter(counter -> counter.getPort() == 0 && counter.getName().startsWith("drop-"))
          .filter(counter -> !counter.getName().equals("drop-no-port"))
          .filter(counter -> counter.getValue() != 0)
          .forEach(counter ->
              assertThat(drops).as(where(STEPS)).containsEntry(name(counter), counter.getValue()));
      assertThat(drops).as("the run tries everything").hasSizeGreaterThan(9);
    }

    private static String name(ForwarderCounter counter) {
      return counter.getName();
    }

    private String where(int step) {
      return "seed " + seed + ", step " + step;
    }

    private void receive(int step) {
      int port = 1 + random.nextInt(PORTS);
      byte[] octets = frame(address(true), address(false), number++);
      if (random.nextInt(3) == 0) {
        int vid = random.nextInt(12) == 0 ? 99 : random.nextInt(5) == 0 ? 0 : vid();
        octets = tagged(octets, random.nextInt(16) << 12 | vid);
      }
      if (random.nextInt(200) == 0) {
        octets = new byte[random.nextInt(14)];
      }
      NaiveSwitch.Fate fate = naive.receive(port, octets, sw.now);
      boolean isThere = naive.ports.containsKey(port);
      sw.receive(port, octets);
      assertThat(sw.sent).as(where(step)).isEqualTo(fate.sent());
      assertThat(sw.punted).as(where(step)).isEqualTo(fate.punted());
      if (!fate.drop().isEmpty() && isThere) {
        drops.merge(fate.drop(), 1L, Long::sum);
        assertThat(sw.counter(fate.drop(), 0)).as(where(step)).isEqualTo(drops.get(fate.drop()));
      }
    }

    private long address(boolean destination) {
      int kind = random.nextInt(40);
      if (kind == 0) {
        return 0x0180_C200_0000L + random.nextInt(17);
      }
      if (kind < 4 && destination) {
        return random.nextBoolean() ? TestFrames.BROADCAST : 0x0100_0CCC_CCCDL;
      }
      return 0x0200_0000_0000L + random.nextInt(12);
    }

    private int vid() {
      return VIDS[random.nextInt(VIDS.length)];
    }

    private void state() {
      int port = 1 + random.nextInt(PORTS);
      int tree = random.nextInt(2);
      PortState state =
          switch (random.nextInt(5)) {
            case 0 -> PortState.PORT_STATE_DISCARDING;
            case 1 -> PortState.PORT_STATE_LEARNING;
            default -> PortState.PORT_STATE_FORWARDING;
          };
      NaiveSwitch.Port model = naive.ports.get(port);
      Output output = TestFrames.state(port, tree, state);
      if (model == null) {
        assertThat(sw.soft.carryOut(output)).isPresent();
      } else {
        sw.set(output);
        model.states.put(tree, state);
      }
    }

    private void change() {
      int port = 1 + random.nextInt(PORTS);
      switch (random.nextInt(9)) {
        case 0 -> link(port, false);
        case 1, 2 -> link(port, true);
        case 3 -> flushSome();
        case 4 -> port(port);
        case 5 -> vlans();
        case 6 -> staticEntry();
        case 7 -> ageing();
        default -> rareChange(port);
      }
    }

    private void rareChange(int port) {
      if (random.nextInt(3) == 0 && naive.ports.containsKey(port)) {
        sw.set(Output.newBuilder().setRemovePort(RemovePort.newBuilder().setPort(port)).build());
        naive.forget(port, -1);
        naive.ports.remove(port);
      } else {
        naive.takesBpdus = random.nextBoolean();
        sw.set(naive.takesBpdus ? TestFrames.takeBpdus() : TestFrames.puntRules("stp"));
      }
    }

    private void link(int port, boolean up) {
      naive.link(port, up);
      sw.soft.link(port, up);
    }

    private void flushSome() {
      int port = random.nextInt(PORTS + 1);
      int vid = random.nextBoolean() ? 0 : vid();
      int tree = random.nextInt(2);
      Output output = flush(port, tree, vid);
      if (vid != 0 && !naive.treeOfVlan.containsKey(vid)) {
        assertThat(sw.soft.carryOut(output)).isPresent();
        return;
      }
      sw.set(output);
      if (vid != 0) {
        naive.forget(port, vid);
      } else {
        naive.treeOfVlan.forEach((vlan, ofTree) -> {
          if (ofTree == tree) {
            naive.forget(port, vlan);
          }
        });
      }
    }

    private void port(int port) {
      if (random.nextBoolean()) {
        int access = vid();
        sw.set(TestFrames.access(port, access));
        naive.vlans(port, access);
      } else {
        int untagged = random.nextBoolean() ? 0 : vid();
        Integer[] vids = {vid(), vid()};
        sw.set(TestFrames.trunk(port, untagged, vids));
        naive.vlans(port, untagged, vids);
      }
      if (random.nextInt(4) != 0) {
        link(port, true);
      }
    }

    private void vlans() {
      SetVlans.Builder set = SetVlans.newBuilder();
      Map<Integer, Integer> before = new TreeMap<>(naive.treeOfVlan);
      naive.treeOfVlan.clear();
      for (int vid : VIDS) {
        if (random.nextInt(5) != 0) {
          int tree = random.nextInt(4) == 0 ? 1 : 0;
          set.addVlans(SetVlans.Vlan.newBuilder().setVid(vid).setFid(vid).setTree(tree));
          naive.treeOfVlan.put(vid, tree);
        }
      }
      sw.set(Output.newBuilder().setSetVlans(set).build());
      before.keySet().stream()
          .filter(vid -> !naive.treeOfVlan.containsKey(vid))
          .forEach(vid -> naive.forget(0, vid));
    }

    private void staticEntry() {
      int vid = vid();
      long mac = 0x0200_0000_0000L + random.nextInt(12);
      int port = random.nextInt(PORTS + 1);
      sw.set(staticMac(vid, mac, port));
      String key = SwitchUnderTest.key(vid, mac);
      if (port == 0) {
        naive.statics.remove(key);
      } else {
        naive.statics.put(key, port);
        if (naive.treeOfVlan.containsKey(vid)) {
          naive.learned.remove(key);
        }
      }
    }

    private void ageing() {
      int seconds = 1 + random.nextInt(5);
      sw.set(Output.newBuilder().setSetAgeing(SetAgeing.newBuilder().setSeconds(seconds)).build());
      naive.ageingNanos = seconds * 1_000_000_000L;
    }

    /**
     * Followers of the changes know every address that is in force, and none that aged long ago.
     */
    private void sameAddresses(int step) {
      sw.follow();
      naive
          .learned
          .entrySet()
          .removeIf(entry ->
              sw.now - entry.getValue().atNanos() >= naive.ageingNanos
                  && !sw.image.containsKey(entry.getKey()));
      naive.learned.forEach(
          (key, seen) -> assertThat(sw.image).as(where(step)).containsEntry(key, seen.port()));
      assertThat(sw.image.keySet()).as(where(step)).isEqualTo(naive.learned.keySet());
      naive
          .learned
          .values()
          .forEach(seen ->
              assertThat(sw.now - seen.atNanos())
                  .as(where(step))
                  .isLessThan(naive.ageingNanos + LearnedTable.SWEEP_NANOS + 20_000 * MICRO));
    }
  }
}
