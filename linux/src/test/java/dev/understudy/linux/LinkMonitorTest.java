package dev.understudy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Real interfaces in a namespace of the test's own: root only, but for the last ones. */
class LinkMonitorTest {
  /** Carrier loss of a veth can reach netlink almost a second late; this is far beyond that. */
  private static final long LIMIT_NANOS = 10_000_000_000L;

  /** Collects events until one is as wanted. */
  private static List<LinkEvent> await(LinkMonitor monitor, Predicate<LinkEvent> wanted) {
    List<LinkEvent> events = new ArrayList<>();
    long deadline = System.nanoTime() + LIMIT_NANOS;
    try (Epoll epoll = Epoll.open(1)) {
      epoll.add(new Epoll.Interest(monitor.fd(), Epoll.IN, 0));
      for (long left = LIMIT_NANOS; left > 0; left = deadline - System.nanoTime()) {
        List<LinkEvent> polled = monitor.poll();
        events.addAll(polled);
        if (polled.stream().anyMatch(wanted)) {
          return events;
        }
        epoll.await(left);
      }
    }
    throw new AssertionError("not seen in time; seen: " + events);
  }

  private static Predicate<LinkEvent> changed(String name, Predicate<Link> wanted) {
    return event ->
        event instanceof LinkEvent.Changed(Link _, Link after)
            && after.name().equals(name)
            && wanted.test(after);
  }

  private static Predicate<LinkEvent> appeared(String name) {
    return event -> event instanceof LinkEvent.Appeared(Link link) && link.name().equals(name);
  }

  private static Predicate<LinkEvent> removed(String name) {
    return event -> event instanceof LinkEvent.Removed(Link link) && link.name().equals(name);
  }

  private static LinkMonitor open(Lab lab) {
    return lab.in(LinkMonitor::open);
  }

  @Test
  void interfaces_that_are_there_come_first_with_what_the_kernel_knows_of_them() {
    try (Lab lab = Lab.withVethPair();
        LinkMonitor monitor = open(lab)) {
      lab.ip("link set p0 mtu 1400 address 02:00:00:00:00:77");
      await(monitor, changed("p0", link -> link.mtu() == 1_400 && link.up()));
      Link link = monitor.link("p0").orElseThrow();
      assertThat(link.index()).isEqualTo(lab.indexOf("p0"));
      assertThat(link.address()).contains(MacAddress.parse("02:00:00:00:00:77"));
      assertThat(link.kind()).contains("veth");
      assertThat(link.carrier().present()).isTrue();
      assertThat(link.operState()).isEqualTo(Link.OperState.UP);
      assertThat(link.master()).isEmpty();
      assertThat(monitor.link("lo").orElseThrow().kind()).isEmpty();
      assertThat(monitor.links().keySet()).contains(link.index());
      assertThat(monitor.malformed()).isZero();
    }
  }

  @Test
  void a_flap_is_told_with_the_number_of_carrier_losses() {
    try (Lab lab = Lab.withVethPair();
        LinkMonitor monitor = open(lab)) {
      settle(monitor);
      Link before = monitor.link("p0").orElseThrow();
      lab.ip("link set p1 down");
      lab.ip("link set p1 up");
      lab.ip("link set p1 down");
      lab.ip("link set p1 up");
      long losses = 0;
      while (losses < 2) {
        for (LinkEvent event :
            await(monitor, e -> e instanceof LinkEvent.Changed c && c.carrierLosses() > 0)) {
          if (event instanceof LinkEvent.Changed change
              && change.after().index() == before.index()) {
            losses += change.carrierLosses();
          }
        }
      }
      assertThat(losses).isEqualTo(2);
      Link after = monitor.link("p0").orElseThrow();
      assertThat(after.carrier().downCount()).isEqualTo(before.carrier().downCount() + 2);
    }
  }

  /** Until both ends have their carrier. */
  private static void settle(LinkMonitor monitor) {
    monitor.poll();
    for (String port : List.of("p0", "p1")) {
      if (!monitor.link(port).orElseThrow().up()) {
        await(monitor, changed(port, Link::up));
      }
    }
  }

  @Test
  void an_interface_deleted_and_made_again_has_another_index_and_a_renamed_one_the_same() {
    try (Lab lab = Lab.empty();
        LinkMonitor monitor = open(lab)) {
      monitor.poll();
      lab.ip("link add p0 type veth peer name p1");
      await(monitor, appeared("p0"));
      int first = monitor.link("p0").orElseThrow().index();
      lab.ip("link del p0");
      List<LinkEvent> events = await(monitor, removed("p0"));
      assertThat(monitor.link("p0")).isEmpty();
      lab.ip("link add p0 type veth peer name p1");
      await(monitor, appeared("p0"));
      int second = monitor.link("p0").orElseThrow().index();
      assertThat(second).isNotEqualTo(first);
      assertThat(events).noneMatch(appeared("p0"));

      lab.ip("link set p0 name q0");
      await(monitor, changed("q0", link -> true));
      assertThat(monitor.link("q0").orElseThrow().index()).isEqualTo(second);
      assertThat(monitor.link("p0")).isEmpty();
    }
  }

  @Test
  void a_port_of_a_bridge_has_a_master_and_leaving_the_bridge_does_not_remove_it() {
    try (Lab lab = Lab.withVethPair();
        LinkMonitor monitor = open(lab)) {
      lab.ip("link add br0 type bridge");
      lab.ip("link set p0 master br0");
      int bridge = lab.indexOf("br0");
      await(monitor, changed("p0", link -> link.master().equals(OptionalInt.of(bridge))));
      lab.ip("link set p0 nomaster");
      List<LinkEvent> events = await(monitor, changed("p0", link -> link.master().isEmpty()));
      lab.ip("link set p0 mtu 1300");
      events.addAll(await(monitor, changed("p0", link -> link.mtu() == 1_300)));
      assertThat(events).noneMatch(removed("p0"));
    }
  }

  @Test
  void lost_notifications_are_counted_and_made_good_by_reading_the_table() {
    try (Lab lab = Lab.withVethPair();
        LinkMonitor monitor = lab.in(() -> LinkMonitor.open(2_304));
        Links links = lab.in(Links::open)) {
      monitor.poll();
      int index = lab.indexOf("p1");
      int removedIndex = lab.indexOf("p0");
      for (int mtu = 1_000; mtu < 1_100; mtu++) {
        links.setMtu(index, mtu);
      }
      lab.ip("link del p0");
      lab.ip("link add p0 type veth peer name p1");
      await(monitor, appeared("p0"));
      assertThat(monitor.overruns()).isPositive();
      assertThat(monitor.links()).doesNotContainKeys(index, removedIndex);
      assertThat(List.copyOf(monitor.links().values())).isEqualTo(links.all());
      // And it goes on as before.
      lab.ip("link set p0 mtu 1200");
      await(monitor, changed("p0", link -> link.mtu() == 1_200));
    }
  }

  @Test
  void links_are_set_up_and_down_and_given_an_mtu_and_the_kernel_says_why_not() {
    try (Lab lab = Lab.withVethPair();
        Links links = lab.in(Links::open)) {
      int index = lab.indexOf("p0");
      links.setDown(index);
      assertThat(links.link("p0").orElseThrow().adminUp()).isFalse();
      links.setUp(index);
      assertThat(links.link("p0").orElseThrow().adminUp()).isTrue();
      links.setMtu(index, 1_280);
      assertThat(links.link("p0").orElseThrow().mtu()).isEqualTo(1_280);
      assertThatThrownBy(() -> links.setMtu(index, 7))
          .isInstanceOf(ErrnoException.class)
          .hasMessage(
              "RTM_NEWLINK(index %d, IFLA_MTU 7): EINVAL (22): mtu less than device minimum"
                  .formatted(index));
      assertThatThrownBy(() -> links.setUp(9_999))
          .isInstanceOf(ErrnoException.class)
          .hasMessageContaining("ENODEV (19)");
      // A refused request leaves nothing behind that the next would take for its answer.
      assertThat(links.link("p0")).isPresent();
      assertThat(links.link("nobody")).isEmpty();
    }
  }

  @Test
  void addresses_are_those_of_the_interface_asked_for() {
    try (Lab lab = Lab.withVethPair();
        Links links = lab.in(Links::open)) {
      assertThat(links.addresses(lab.indexOf("p0"))).isEmpty();
      lab.ip("addr add 192.0.2.1/24 dev p0");
      lab.ip("addr add 192.0.2.9/32 peer 192.0.2.10/32 dev p1");
      assertThat(links.addresses(lab.indexOf("p0")))
          .singleElement()
          .satisfies(address -> {
            assertThat(address.address().getHostAddress()).isEqualTo("192.0.2.1");
            assertThat(address.prefixLength()).isEqualTo(24);
            assertThat(address.isLinkLocal()).isFalse();
          });
      assertThat(links.addresses(lab.indexOf("p1")))
          .singleElement()
          .satisfies(
              address -> assertThat(address.address().getHostAddress()).isEqualTo("192.0.2.9"));
    }
  }

  @Test
  void the_hosts_stack_is_silenced_and_put_back_as_it_was() {
    try (Lab lab = Lab.empty();
        Links links = lab.in(Links::open)) {
      lab.ip("link add p0 type veth peer name p1");
      lab.ip("link set p1 arp off");
      assertThat(lab.<Set<HostStack.Protocol>>in(() -> HostStack.silence(links, "p0")))
          .isEqualTo(EnumSet.allOf(HostStack.Protocol.class));
      Set<HostStack.Protocol> ofP1 = lab.in(() -> HostStack.silence(links, "p1"));
      assertThat(ofP1).isEqualTo(EnumSet.of(HostStack.Protocol.IPV6));
      assertThat(lab.<Set<HostStack.Protocol>>in(() -> HostStack.silence(links, "p0"))).isEmpty();
      assertThat(links.link("p0").orElseThrow().withoutArp()).isTrue();
      lab.ip("link set p0 up");
      lab.ip("link set p1 up");
      assertThat(links.addresses(lab.indexOf("p0"))).isEmpty();

      lab.in(() -> {
        HostStack.restore(links, "p0", EnumSet.allOf(HostStack.Protocol.class));
        HostStack.restore(links, "p1", ofP1);
        HostStack.restore(links, "gone", EnumSet.allOf(HostStack.Protocol.class));
        Path conf = Path.of("/proc/sys/net/ipv6/conf");
        assertThat(conf.resolve("p0/disable_ipv6")).hasContent("0");
        assertThat(conf.resolve("p1/disable_ipv6")).hasContent("0");
        return null;
      });
      assertThat(links.link("p0").orElseThrow().withoutArp()).isFalse();
      assertThat(links.link("p1").orElseThrow().withoutArp()).isTrue();
      assertThatThrownBy(() -> lab.in(() -> HostStack.silence(links, "gone")))
          .isInstanceOf(ErrnoException.class)
          .hasMessageContaining("ENODEV");
    }
  }

  @Test
  void the_drivers_speed_is_read() {
    try (Lab lab = Lab.withVethPair();
        Links links = lab.in(Links::open)) {
      assertThat(links.speed("p0")).contains(new LinkSpeed(10_000, LinkSpeed.Duplex.FULL));
      assertThat(links.speed("lo")).isEmpty();
      assertThatThrownBy(() -> links.speed("nobody"))
          .isInstanceOf(ErrnoException.class)
          .hasMessageContaining("ENODEV");
    }
  }

  @Test
  void loopback_is_found_without_any_rights() {
    if (!Files.exists(Path.of("/proc/net/dev"))) {
      Lab.unavailable("needs /proc");
    }
    try (LinkMonitor monitor = LinkMonitor.open()) {
      assertThat(monitor.poll()).anyMatch(appeared("lo"));
      assertThat(monitor.poll()).isEmpty();
      assertThat(monitor.link("lo").orElseThrow().index()).isEqualTo(1);
    }
  }
}
