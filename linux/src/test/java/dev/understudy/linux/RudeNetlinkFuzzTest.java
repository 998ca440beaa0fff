package dev.understudy.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.fuzz.Fuzz;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Any octets in place of a netlink datagram: no exception, and nothing read beyond them. */
final class RudeNetlinkFuzzTest {
  /** RTM_NEWLINK of a port p1, index 7, with MTU, address, carrier counts and kind. */
  private static final String LINK =
      "00000100 07000000 43100100 00000000"
          + "07000300 70310000 08000400 dc050000 0a000100 0200000000010000"
          + "05001000 06000000 05002100 01000000 08002f00 02000000 08003000 01000000"
          + "0c001200 08000100 76657468";

  private static final String ADDRESS = "02180000 07000000 08000100 0a000001 08000200 0a000001";

  private static byte[] octets(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static byte[] datagram(int type, String payload) {
    byte[] body = octets(payload);
    ByteBuffer out = ByteBuffer.allocate(16 + body.length).order(ByteOrder.nativeOrder());
    out.putInt(16 + body.length).putShort((short) type).putShort((short) 2).putInt(9).putInt(0);
    return out.put(body).array();
  }

  private static final List<byte[]> EXAMPLES =
      List.of(
          datagram(16, LINK),
          datagram(20, ADDRESS),
          datagram(2, "eaffffff 14000000 10000506 09000000 00000000 0c000100 6e6f2e2e 2e000000"));

  @Test
  void datagrams() {
    Fuzz.run(
        getClass(),
        "netlink",
        EXAMPLES,
        octets -> {
          ByteBuffer datagram = ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder());
          StringBuilder said = new StringBuilder();
          boolean whole =
              Netlink.forEach(
                  datagram,
                  (header, payload) -> {
                    assertThat(payload.capacity()).isLessThanOrEqualTo(octets.length);
                    Link.decode(payload)
                        .ifPresent(link -> {
                          assertThat(link.index()).isPositive();
                          assertThat(link.name()).isNotEmpty();
                        });
                    boolean isLink = Link.decode(payload).isPresent();
                    boolean isAddress = Links.decodeAddress(payload).isPresent();
                    String words = Netlink.explanation(header, payload);
                    if (said.length() < 16) {
                      said.append(isLink).append(isAddress).append(words.isEmpty());
                    }
                  });
          return whole + " " + said;
        });
  }
}
