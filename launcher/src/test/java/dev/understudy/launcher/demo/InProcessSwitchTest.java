package dev.understudy.launcher.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.schema.Config;
import dev.understudy.schema.PortConfig;
import dev.understudy.schema.SpanningTreeConfig;
import dev.understudy.supervisor.Engines;
import dev.understudy.wire.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class InProcessSwitchTest {
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  private final List<String> events = new ArrayList<>();

  private InProcessSwitch make(int number, String... ports) {
    Config.Builder config =
        Config.newBuilder()
            .setName("s" + number)
            .setSpanningTree(
                SpanningTreeConfig.newBuilder()
                    .setHelloTimeSeconds(1)
                    .setMaxAgeSeconds(6)
                    .setForwardDelaySeconds(4));
    for (String port : ports) {
      config.addPorts(PortConfig.newBuilder().setName(port).setTap("in-process"));
    }
    return new InProcessSwitch(
        config.build(), new MacAddress(0x0200_5500_0000L + number), Engines.all(), events::add);
  }

  private static void cable(
      Reactor reactor, InProcessSwitch one, String onePort, InProcessSwitch two, String twoPort)
      throws Exception {
    Reactor.Socket a = reactor.open();
    Reactor.Socket b = reactor.open();
    a.connect(b.port());
    b.connect(a.port());
    a.receiver((octets, notYetNanos, nowNanos) -> one.received(onePort, octets));
    b.receiver((octets, notYetNanos, nowNanos) -> two.received(twoPort, octets));
    one.attach(onePort, a::send);
    two.attach(twoPort, b::send);
  }

  @Test
  void a_ring_of_three_blocks_one_port_and_carries_numbered_frames_once() throws Exception {
    List<byte[]> arrived = new ArrayList<>();
    try (Reactor reactor = new Reactor("test-network")) {
      InProcessSwitch s1 = make(1, "a", "b", "host");
      InProcessSwitch s2 = make(2, "a", "b", "host");
      InProcessSwitch s3 = make(3, "a", "b");
      cable(reactor, s1, "a", s2, "a");
      cable(reactor, s2, "b", s3, "a");
      cable(reactor, s3, "b", s1, "b");
      s1.attach("host", frame -> {});
      s2.attach("host", arrived::add);
      List<InProcessSwitch> all = List.of(s1, s2, s3);
      all.forEach(reactor::add);
      reactor.start();
      reactor.call(() -> {
        all.forEach(InProcessSwitch::begin);
        return true;
      });
      long deadline = System.nanoTime() + PATIENCE_NANOS;
      while (!states(reactor, all).equals(settled())) {
        assertThat(System.nanoTime())
            .as("settles in time: %s %s", states(reactor, all), events)
            .isLessThan(deadline);
        Thread.sleep(20);
      }
      for (int i = 0; i < 100; i++) {
        byte[] frame =
            new NumberedFrame(
                    new MacAddress(0x0200_0000_0002L), new MacAddress(0x0200_0000_0001L), 0, i)
                .encode();
        reactor.call(() -> {
          s1.received("host", frame);
          return true;
        });
      }
      while (reactor.call(() -> numbers(arrived)).size() < 100) {
        assertThat(System.nanoTime()).isLessThan(deadline);
        Thread.sleep(20);
      }
      assertThat(reactor.call(() -> numbers(arrived))).doesNotHaveDuplicates().hasSize(100);
      assertThat(reactor.call(s1::topologyChanges)).isPositive();
    }
  }

  private static List<Long> numbers(List<byte[]> frames) {
    return frames.stream()
        .flatMap(frame -> NumberedFrame.decode(frame).stream())
        .map(NumberedFrame::number)
        .toList();
  }

  /** s1 has the lowest address and is root; the far end of the ring is blocked at the worse end. */
  private static Map<String, String> settled() {
    Map<String, String> states = new TreeMap<>();
    for (String port : List.of("s1:a", "s1:b", "s1:host", "s2:a", "s2:b", "s2:host", "s3:b")) {
      states.put(port, "PORT_STATE_FORWARDING");
    }
    states.put("s3:a", "PORT_STATE_DISCARDING");
    return states;
  }

  private static Map<String, String> states(Reactor reactor, List<InProcessSwitch> all)
      throws InterruptedException {
    return reactor.call(() -> {
      Map<String, String> states = new TreeMap<>();
      for (int i = 0; i < all.size(); i++) {
        String name = "s" + (i + 1) + ":";
        all.get(i).portStates().forEach((port, state) -> states.put(name + port, state));
      }
      return states;
    });
  }
}
