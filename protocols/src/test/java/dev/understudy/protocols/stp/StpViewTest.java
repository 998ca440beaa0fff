package dev.understudy.protocols.stp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.core.Image;
import org.junit.jupiter.api.Test;

/** What people see of the spanning tree. */
class StpViewTest {
  @Test
  void a_view_shows_bridge_root_and_ports() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 priority 4096 = a
            bridge 2 0x222 = h:edge a:cost=7,priority=16 x:half
            cut x
            run 10s
            """);
    StpView view = network.bridge("2").view();
    assertThat(view.mode()).isEqualTo("rstp");
    assertThat(view.bridgeId()).isEqualTo("32768.00:00:00:00:02:22");
    assertThat(view.rootId()).isEqualTo("4096.00:00:00:00:01:11");
    assertThat(view.rootPort()).isEqualTo("a");
    assertThat(view.rootPathCost()).isEqualTo(7);
    assertThat(view.helloTimeSeconds()).isEqualTo(2);
    assertThat(view.maxAgeSeconds()).isEqualTo(20);
    assertThat(view.forwardDelaySeconds()).isEqualTo(15);
    assertThat(view.ports().keySet()).containsExactly("h", "a", "x");
    StpView.Port a = network.seen("2.a");
    assertThat(a)
        .isEqualTo(
            new StpView.Port(
                "root", "forwarding", false, true, false, 7, 16, a.rxBpdus(), a.txBpdus()));
    assertThat(a.rxBpdus()).isEqualTo(network.port("1.a").sent.size());
    assertThat(a.txBpdus()).isEqualTo(network.port("2.a").sent.size());
    assertThat(network.seen("2.h").edge()).isTrue();
    assertThat(network.seen("2.x").role()).isEqualTo("disabled");
    assertThat(network.seen("2.x").pointToPoint()).isFalse();
  }

  @Test
  void the_root_has_no_root_port() {
    TextNetwork network = TextNetwork.of("bridge 1 0x111 = a\nrun 1s");
    assertThat(network.bridge("1").view().rootPort()).isEmpty();
    assertThat(network.bridge("1").view().rootPathCost()).isZero();
  }

  @Test
  void an_image_without_rows_is_an_empty_view() {
    assertThat(StpView.of(new Image()).ports()).isEmpty();
  }
}
