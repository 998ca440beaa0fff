package dev.understudy.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The codec alone. Octets are little endian, as a kernel of x86_64 or aarch64 writes them. */
class NetlinkTest {
  /** RTM_NEWLINK of a veth with ifindex 7 and a few attributes, written out by hand. */
  private static final String VETH =
      """
      00 00 0100 07000000 43100100 00000000
      0700 0300 703000 00
      0800 0400 dc050000
      0500 1000 06 000000
      0500 2100 01 000000
      0800 2f00 02000000
      0800 3000 01000000
      0a00 0100 0200000000aa 0000
      0800 0a00 09000000
      1000 1200 0900 0100 7665746800 000000
      0800 ff3f 12345678
      """;

  private static final Link EXPECTED =
      new Link(
          7,
          "p0",
          0x11043,
          Link.OperState.UP,
          1_500,
          Optional.of(MacAddress.parse("02:00:00:00:00:aa")),
          new Link.Carrier(true, 2, 1),
          Optional.of("veth"),
          OptionalInt.of(9));

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
  }

  private static ByteBuffer buffer(byte[] octets) {
    return ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder());
  }

  @Test
  void a_link_is_read_from_fixed_octets_and_what_is_unknown_does_no_harm() {
    Link link = Link.decode(buffer(hex(VETH))).orElseThrow();
    assertThat(link).isEqualTo(EXPECTED);
    assertThat(link.up()).isTrue();
    assertThat(link.adminUp()).isTrue();
    assertThat(link.lowerUp()).isTrue();
    assertThat(link.withoutArp()).isFalse();
  }

  @Test
  void a_link_is_up_only_when_set_up_with_a_carrier_and_operational() {
    for (Link.OperState state : Link.OperState.values()) {
      boolean up = state == Link.OperState.UP || state == Link.OperState.UNKNOWN;
      assertThat(with(EXPECTED.flags(), state).up()).as("%s", state).isEqualTo(up);
    }
    assertThat(with(Constants.IFF_UP, Link.OperState.UP).up()).isFalse();
    assertThat(with(Constants.IFF_LOWER_UP, Link.OperState.UP).up()).isFalse();
  }

  private static Link with(int flags, Link.OperState state) {
    return new Link(
        EXPECTED.index(),
        EXPECTED.name(),
        flags,
        state,
        EXPECTED.mtu(),
        EXPECTED.address(),
        EXPECTED.carrier(),
        EXPECTED.kind(),
        EXPECTED.master());
  }

  @Test
  void a_message_about_a_bridge_port_is_not_about_the_link() {
    byte[] octets = hex(VETH);
    octets[0] = 7; // AF_BRIDGE
    assertThat(Link.decode(buffer(octets))).isEmpty();
  }

  @Test
  void every_truncation_inside_an_attribute_is_nothing_and_none_throws() {
    byte[] octets = hex(VETH);
    for (int length = 0; length < octets.length; length++) {
      Optional<Link> link = Link.decode(buffer(Arrays.copyOf(octets, length)));
      // Cut between attributes it is a shorter message that is whole.
      link.ifPresent(found -> assertThat(found.index()).isEqualTo(7));
      if (length < 16 + 7) {
        assertThat(link).isEmpty();
      }
    }
  }

  @Test
  void random_octets_never_throw() {
    Random random = new Random(4711);
    byte[] good = hex(VETH);
    for (int round = 0; round < 50_000; round++) {
      byte[] octets = round % 2 == 0 ? good.clone() : new byte[random.nextInt(200)];
      if (round % 2 == 0) {
        for (int i = 0; i < 3; i++) {
          octets[random.nextInt(octets.length)] = (byte) random.nextInt();
        }
      } else {
        random.nextBytes(octets);
      }
      ByteBuffer buffer = buffer(octets);
      Link.decode(buffer);
      Links.decodeAddress(buffer);
      Netlink.forEach(
          buffer,
          (header, payload) -> {
            Link.decode(payload);
            Netlink.explanation(header, payload);
          });
      assertThat(buffer.position()).isZero();
      assertThat(buffer.remaining()).isEqualTo(octets.length);
    }
  }

  @Test
  void values_of_an_unexpected_length_are_as_if_they_were_not_there() {
    Attributes attributes = Attributes.parse(buffer(hex("0600 0400 0102 0000 0800 2100 01020304")));
    assertThat(attributes.malformed()).isFalse();
    assertThat(attributes.count()).isEqualTo(2);
    assertThat(attributes.int32(4)).isEmpty();
    assertThat(attributes.uint8(0x21)).isEmpty();
    assertThat(attributes.mac(4)).isEmpty();
    assertThat(attributes.nested(77).count()).isZero();
  }

  @Test
  void attributes_with_lengths_that_do_not_fit_end_the_parsing_and_keep_what_stood_before() {
    for (String bad : List.of("0300 0100", "0900 0100 01020304", "0000 0000", "ffff 0100", "01")) {
      Attributes attributes = Attributes.parse(buffer(hex("0800 0400 dc050000" + bad)));
      assertThat(attributes.malformed()).as(bad).isTrue();
      assertThat(attributes.int32(4)).hasValue(1_500);
    }
  }

  @Test
  void messages_of_one_datagram_are_shown_one_by_one() {
    List<String> seen = new ArrayList<>();
    Netlink.MessageVisitor visitor =
        (header, payload) -> seen.add(header + " " + payload.remaining());
    String two =
        "15000000 1000 0200 05000000 00000000 aabbccddee 000000"
            + "10000000 1100 0000 06000000 00000000";
    assertThat(Netlink.forEach(buffer(hex(two)), visitor)).isTrue();
    assertThat(seen)
        .containsExactly(
            "Header[type=16, flags=2, sequence=5] 5", "Header[type=17, flags=0, sequence=6] 0");
    for (String bad : List.of("0f000000", "11000000", "ffffffff")) {
      seen.clear();
      assertThat(Netlink.forEach(buffer(hex(two + bad + "1000 0200 05000000 00000000")), visitor))
          .as(bad)
          .isFalse();
      assertThat(seen).hasSize(2);
    }
  }

  @Test
  void the_kernels_explanation_is_found_behind_a_capped_and_a_whole_request() {
    String text = HexFormat.of().formatHex("too bad".getBytes(StandardCharsets.UTF_8)) + "00";
    String attribute = "0c00 0100" + text;
    String echoed = "18000000 1000 0500 01000000 00000000";
    assertThat(
            Netlink.explanation(
                new Netlink.Header(Constants.NLMSG_ERROR, 0x300, 1),
                buffer(hex("eaffffff" + echoed + attribute))))
        .isEqualTo("too bad");
    assertThat(
            Netlink.explanation(
                new Netlink.Header(Constants.NLMSG_ERROR, 0x200, 1),
                buffer(hex("eaffffff" + echoed + "0102030405060708" + attribute))))
        .isEqualTo("too bad");
    assertThat(
            Netlink.explanation(
                new Netlink.Header(Constants.NLMSG_DONE, 0x202, 1),
                buffer(hex("eaffffff" + attribute))))
        .isEqualTo("too bad");
    assertThat(
            Netlink.explanation(
                new Netlink.Header(Constants.NLMSG_ERROR, 0, 1), buffer(hex("eaffffff" + echoed))))
        .isEmpty();
  }

  @Test
  void a_request_fills_every_octet() {
    byte[] octets =
        NetlinkRequest.link(NetlinkRequest.LinkMessage.change(0x0102, Constants.IFF_UP, true))
            .with(Constants.IFLA_IFNAME, "IFLA_IFNAME", "p0")
            .with(Constants.IFLA_MTU, "IFLA_MTU", 1_500)
            .encode(Constants.NLM_F_REQUEST | Constants.NLM_F_ACK, 9);
    assertThat(octets)
        .isEqualTo(
            hex(
                "30000000 1000 0500 09000000 00000000"
                    + "00 00 0000 02010000 01000000 01000000"
                    + "0700 0300 703000 00"
                    + "0800 0400 dc050000"));
  }

  @Test
  void a_request_says_in_words_what_it_asks() {
    assertThat(
            NetlinkRequest.link(NetlinkRequest.LinkMessage.change(7, Constants.IFF_NOARP, false))
                .with(Constants.IFLA_MTU, "IFLA_MTU", 9)
                .toString())
        .isEqualTo("RTM_NEWLINK(index 7, flags 0x0 of 0x80, IFLA_MTU 9)");
  }
}
