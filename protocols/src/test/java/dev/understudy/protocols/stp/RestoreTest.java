package dev.understudy.protocols.stp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.protocols.stp.TextNetwork.Restoring;
import dev.understudy.protocols.stp.TextNetwork.TestPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows are all there is: an engine made anew from them goes on as if nothing had happened. */
class RestoreTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void restoring_an_engine_from_its_rows_at_any_moment_changes_nothing_of_what_it_does_next(
      long seed) {
    TextNetwork never = RandomNetwork.run(seed, Restoring.never());
    TextNetwork always = RandomNetwork.run(seed, Restoring.always());
    TextNetwork sometimes = RandomNetwork.run(seed, Restoring.sometimes(seed));
    compare(never, always, "restored after every input");
    compare(never, sometimes, "restored now and then");
    assertThat(never.trace.size()).as("something happened").isGreaterThan(500);
  }

  private static void compare(TextNetwork expected, TextNetwork actual, String how) {
    for (int i = 0; i < Math.min(expected.trace.size(), actual.trace.size()); i++) {
      assertThat(actual.trace.get(i)).as("output %d, %s", i, how).isEqualTo(expected.trace.get(i));
    }
    assertThat(actual.trace).as(how).hasSameSizeAs(expected.trace);
    for (String name : expected.bridges.keySet()) {
      assertThat(actual.bridge(name).rows()).as(how).isEqualTo(expected.bridge(name).rows());
      assertThat(actual.bridge(name).image.digest(FIRST, null))
          .as(how)
          .isEqualTo(expected.bridge(name).image.digest(FIRST, null));
    }
  }

  private static final dev.understudy.core.RowKey FIRST = dev.understudy.core.RowKey.first(0);

  @ParameterizedTest
  @ValueSource(longs = {17, 20, 21, 22})
  void a_random_network_that_is_left_in_peace_ends_in_the_tree_of_the_standard(long seed) {
    TextNetwork network = RandomNetwork.run(seed, Restoring.never());
    for (List<TestPort> lan : network.lans.values()) {
      for (TestPort port : lan) {
        port.mute = false;
        port.reflects = false;
        network.then("set " + port + " no-root-guard no-guard");
      }
    }
    network.run(120_000_000_000L);
    Oracle.check(network);
    network.checkTree();
    List<Integer> flushes = new ArrayList<>();
    network.lans.values().forEach(lan -> lan.forEach(port -> flushes.add(port.flushes)));
    network.run(30_000_000_000L);
    List<Integer> later = new ArrayList<>();
    network.lans.values().forEach(lan -> lan.forEach(port -> later.add(port.flushes)));
    assertThat(later).as("a network in peace flushes nothing").isEqualTo(flushes);
  }

  /** Networks and what happens to them, from a seed. */
  static final class RandomNetwork {
    private RandomNetwork() {}

    static TextNetwork run(long seed, Restoring restoring) {
      return run(seed, restoring, bridge -> {});
    }

    /** After each act, {@code watcher} sees each bridge. */
    static TextNetwork run(long seed, Restoring restoring, Consumer<TestBridge> watcher) {
      Random random = new Random(seed);
      TextNetwork network = new TextNetwork(restoring);
      int bridges = 2 + random.nextInt(4);
      int lans = bridges + random.nextInt(3);
      for (int b = 1; b <= bridges; b++) {
        network.then(bridge(b, lans, random));
      }
      network.run(random.nextInt(1_000) * 1_000_000L);
      for (int i = 0; i < 30; i++) {
        network.then(act(network, random));
        network.run(random.nextInt(i % 5 == 0 ? 40_000 : 3_000) * 1_000_000L);
        network.bridges.values().forEach(watcher);
      }
      return network;
    }

    private static String bridge(int b, int lans, Random random) {
      StringBuilder line = new StringBuilder();
      line.append("bridge ")
          .append(b)
          .append(" 0x")
          .append(Integer.toHexString(random.nextInt(1, 0xFFFF) << 4 | b));
      line.append(" hello ").append(1 + random.nextInt(2));
      if (random.nextInt(4) == 0) {
        line.append(" mode stp");
      }
      line.append(" forward-delay ").append(11 + random.nextInt(5));
      line.append(" =");
      int ports = 2 + random.nextInt(4);
      for (int p = 0; p < ports; p++) {
        line.append(" p").append(p).append("@l").append(random.nextInt(lans));
        line.append(":cost=").append(1 + random.nextInt(5));
        if (random.nextInt(5) == 0) {
          line.append(",half");
        }
        if (random.nextInt(5) == 0) {
          line.append(",edge");
        }
        if (random.nextInt(6) == 0) {
          line.append(",no-auto-edge");
        }
      }
      return line.toString();
    }

    private static String act(TextNetwork network, Random random) {
      List<TestPort> ports = new ArrayList<>();
      network.lans.values().forEach(ports::addAll);
      TestPort port = ports.get(random.nextInt(ports.size()));
      String bridge = port.bridge.name;
      return switch (random.nextInt(19)) {
        case 0, 1 -> "cut " + port;
        case 2, 3, 4 -> "join " + port;
        case 5 -> "flap " + port;
        case 6 -> "mute " + port;
        case 7 -> "unmute " + port;
        case 8 -> "set " + bridge + " priority " + 4096 * random.nextInt(16);
        case 9 ->
            "set "
                + port
                + " cost="
                + (1 + random.nextInt(9))
                + (random.nextBoolean() ? " edge" : " no-edge");
        case 10 -> "set " + bridge + " mode " + (random.nextInt(3) == 0 ? "stp" : "rstp");
        case 11 -> "set " + bridge + " hello " + (1 + random.nextInt(2));
        case 12 -> "set " + bridge + " hold " + (1 + random.nextInt(10));
        case 13 -> "set " + port + (random.nextBoolean() ? " root-guard" : " no-root-guard");
        case 14 -> "set " + port + (random.nextInt(3) == 0 ? " guard" : " no-guard");
        case 15 -> "set " + port + " speed=" + 10 * (1 + random.nextInt(3));
        case 16 -> "reflect " + port;
        case 17 -> "unreflect " + port;
        default -> "set " + port + " priority=" + 16 * random.nextInt(16);
      };
    }
  }
}
