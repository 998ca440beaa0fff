package dev.understudy.protocols.stp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.understudy.core.Input;
import dev.understudy.schema.CounterRow;
import dev.understudy.wire.MacAddress;
import dev.understudy.wire.bpdu.Bpdu;
import dev.understudy.wire.bpdu.BpduCodec;
import dev.understudy.wire.bpdu.BpduFlags;
import dev.understudy.wire.bpdu.BpduTimes;
import dev.understudy.wire.bpdu.BridgeId;
import dev.understudy.wire.bpdu.PortId;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Octets and BPDUs that no honest neighbour sends. The host reports an engine that throws. */
class BadInputTest {
  @Test
  void bad_octets_are_counted_for_each_reason_and_change_nothing_else() {
    TextNetwork network = TextNetwork.of("bridge 1 0x111 = a\nrun 30s");
    byte[] good =
        BpduCodec.encodeFrame(Bpdus.proposal(0x1, 1), new MacAddress(0x2_0000_0001L)).toByteArray();
    send(network, Arrays.copyOf(good, 9));
    send(network, Arrays.copyOf(good, 9));
    byte[] otherLlc = good.clone();
    otherLlc[14] = (byte) 0xAA;
    send(network, otherLlc);
    byte[] unknownType = good.clone();
    unknownType[20] = 0x55;
    send(network, unknownType);
    send(network, new byte[0]);
    assertThat(counters(network))
        .containsEntry("bad-truncated", 3L)
        .containsEntry("bad-llc", 1L)
        .containsEntry("bad-type", 1L)
        .hasSize(3);
    assertThat(network.seen("1.a").rxBpdus()).isZero();
    network.then("run 1s\ncheck 1 = designated:a");
    send(network, good);
    assertThat(network.seen("1.a").rxBpdus()).isEqualTo(1);
    assertThat(network.seen("1.a").role()).isEqualTo("root");
  }

  @Test
  void frames_of_unknown_ports_other_classes_and_closed_ports_are_ignored() {
    TextNetwork network = TextNetwork.of("bridge 1 0x111 = a b\nrun 10s\ncut 1.b");
    TestBridge one = network.bridge("1");
    ByteString good =
        ByteString.copyFrom(
            BpduCodec.encodeFrame(Bpdus.proposal(0x1, 1), new MacAddress(0x2_0000_0001L))
                .toByteArray());
    assertThat(one.on(new Input.Frame(99, good, "stp")).rows()).isEmpty();
    assertThat(one.on(new Input.Frame(1, good, "lldp")).rows()).isEmpty();
    assertThat(one.on(new Input.Frame(2, good, "stp")).rows()).isEmpty();
    assertThat(one.on(new Input.Lost(1, 5, "stp")).rows()).isEmpty();
    assertThat(one.on(new Input.Skipped(5, 1, false)).rows()).isEmpty();
    assertThat(one.on(new Input.OutputFailed(5, 1, 1, "gone")).rows()).isEmpty();
    assertThat(one.on(new Input.BridgePortRemoved(99)).rows()).isEmpty();
  }

  @Test
  void impossible_times_neither_stop_the_bridge_nor_reach_its_own_bpdus_unbounded() {
    TextNetwork network = TextNetwork.of("bridge 1 0x999 = a b\nrun 5s");
    int[] values = {0, 1, 255, 256, 511, 65_279, 65_280, 65_535};
    for (int age : values) {
      for (int max : values) {
        for (int hello : new int[] {0, 1, 65_535}) {
          BpduTimes times = new BpduTimes(age, max, hello, max);
          network.inject(
              "1.a",
              new Bpdu.Rst(
                  BpduFlags.NONE
                      .withRole(dev.understudy.wire.bpdu.BpduPortRole.DESIGNATED)
                      .withProposal(true),
                  Bpdus.bridge(0x1),
                  0xFFFF_FFFFL,
                  Bpdus.bridge(0x5),
                  PortId.of(128, 1),
                  times));
          network.then("run 300ms");
        }
      }
    }
    network.then("run 800s\ncheck 1 = designated:a designated:b");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void a_storm_of_made_up_bpdus_never_breaks_the_bridge(long seed) {
    Random random = new Random(seed);
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x7000 = a b c@b d
            bridge 2 0x8000 = a e d
            """);
    for (int i = 0; i < 3_000; i++) {
      String port = new String[] {"1.a", "1.b", "1.c", "1.d", "2.a", "2.e"}[random.nextInt(6)];
      network.inject(port, madeUp(random));
      if (i % 3 == 0) {
        network.then("run " + random.nextInt(400) + "ms");
      }
    }
    network.then("run 60s");
    // Lies with long hello times live longest.
    network.then("run 800s");
    Oracle.check(network);
    network.checkTree();
  }

  private static Bpdu madeUp(Random random) {
    BpduFlags flags = new BpduFlags(random.nextInt(256));
    BridgeId root = id(random);
    BridgeId bridge = id(random);
    PortId port =
        new PortId(random.nextInt(4) == 0 ? random.nextInt(65_536) : 0x8001 + random.nextInt(4));
    long cost = random.nextBoolean() ? random.nextInt(5) * 20_000L : random.nextLong(1L << 32);
    BpduTimes times =
        random.nextInt(3) > 0
            ? BpduTimes.DEFAULT
            : new BpduTimes(
                random.nextInt(65_535), 65_535, random.nextInt(65_536), random.nextInt(65_536));
    return switch (random.nextInt(5)) {
      case 0 -> new Bpdu.Tcn();
      case 1 -> new Bpdu.Config(flags, root, cost, bridge, port, times);
      default -> new Bpdu.Rst(flags, root, cost, bridge, port, times);
    };
  }

  private static BridgeId id(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> Bpdus.bridge(0x7000);
      case 1 -> Bpdus.bridge(0x8000);
      case 2 -> new BridgeId(random.nextLong());
      default -> Bpdus.bridge(0x6000 + random.nextInt(4));
    };
  }

  @Test
  void random_octets_never_break_the_bridge() {
    Random random = new Random(5);
    TextNetwork network = TextNetwork.of("bridge 1 0x111 = a b\nrun 1s");
    byte[] good =
        BpduCodec.encodeFrame(Bpdus.proposal(0x1, 1), new MacAddress(0x2_0000_0001L)).toByteArray();
    for (int i = 0; i < 2_000; i++) {
      byte[] octets = Arrays.copyOf(good, random.nextInt(good.length + 20));
      for (int flips = random.nextInt(6); flips > 0 && octets.length > 0; flips--) {
        octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
      }
      send(network, octets);
      if (i % 10 == 0) {
        network.then("run 50ms");
      }
    }
    network.then("run 800s");
    Oracle.check(network);
  }

  private static void send(TextNetwork network, byte[] octets) {
    network.bridge("1").on(new Input.Frame(1, ByteString.copyFrom(octets), "stp"));
  }

  private static Map<String, Long> counters(TextNetwork network) {
    TreeMap<String, Long> counters = new TreeMap<>();
    network
        .bridge("1")
        .image
        .rows(CounterRow.getDefaultInstance())
        .forEach(row -> counters.put(row.getKey().getName(), row.getValue()));
    return counters;
  }
}
