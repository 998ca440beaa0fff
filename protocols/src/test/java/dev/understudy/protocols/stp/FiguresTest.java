package dev.understudy.protocols.stp;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Networks from the figures of the standards, in rapid and in legacy operation. What is written out
 * was worked out by hand; the oracle checks the rest.
 */
class FiguresTest {
  /** 802.1D-1998 figure 8-1: five bridges, five LANs, path costs of 5 and 10. */
  @ParameterizedTest
  @ValueSource(strings = {"rstp", "stp"})
  void figure_8_1_of_802_1D_1998(String mode) {
    check(
        """
        bridge 1 0x42 mode MODE = a:cost=10 b:cost=10
        bridge 2 0x97 mode MODE = c:cost=5 a:cost=10 d:cost=5
        bridge 3 0x45 mode MODE = b:cost=10 e:cost=10
        bridge 4 0x57 mode MODE = b:cost=5 e:cost=5
        bridge 5 0x83 mode MODE = a:cost=5 e:cost=5
        """,
        mode,
        """
        check 1 = designated:a designated:b
        check 2 = designated:c root:a designated:d
        check 3 = root:b alternate:e
        check 4 = root:b designated:e
        check 5 = root:a alternate:e
        """);
  }

  /** 802.1D-2004 figure 17-4: a core of two, two aggregation bridges, four at the edge. */
  @ParameterizedTest
  @ValueSource(strings = {"rstp", "stp"})
  void figure_17_4_of_802_1D_2004(String mode) {
    check(
        """
        bridge 1 0x111 mode MODE = a b e c
        bridge 2 0x222 mode MODE = a b d f
        bridge 3 0x333 mode MODE = c d l j h g
        bridge 4 0x444 mode MODE = e f n m k i
        bridge 5 0x555 mode MODE = g i x5 y5
        bridge 6 0x666 mode MODE = h k x6 y6
        bridge 7 0x777 mode MODE = j m x7 y7
        bridge 8 0x888 mode MODE = l n x8 y8
        """,
        mode,
        """
        check 1 = designated:a designated:b designated:e designated:c
        check 2 = root:a alternate:b designated:d designated:f
        check 3 = root:c alternate:d designated:l designated:j designated:h designated:g
        check 4 = root:e alternate:f designated:n designated:m designated:k designated:i
        check 5 = root:g alternate:i designated:x5 designated:y5
        check 6 = root:h alternate:k designated:x6 designated:y6
        check 7 = root:j alternate:m designated:x7 designated:y7
        check 8 = root:l alternate:n designated:x8 designated:y8
        """);
  }

  /** 802.1D-2004 figure 17-6: a ring of six. */
  @ParameterizedTest
  @ValueSource(strings = {"rstp", "stp"})
  void figure_17_6_of_802_1D_2004(String mode) {
    check(
        """
        bridge 1 0x111 mode MODE = a b l
        bridge 2 0x222 mode MODE = b c d
        bridge 3 0x333 mode MODE = d e f
        bridge 4 0x444 mode MODE = f g h
        bridge 5 0x555 mode MODE = j h i
        bridge 6 0x666 mode MODE = l j k
        """,
        mode,
        """
        check 1 = designated:a designated:b designated:l
        check 2 = root:b designated:c designated:d
        check 3 = root:d designated:e designated:f
        check 4 = root:f designated:g alternate:h
        check 5 = root:j designated:h designated:i
        check 6 = root:l designated:j designated:k
        """);
  }

  /** 802.1D-2004 figure 17-7: shared LANs, so alternate and backup ports side by side. */
  @ParameterizedTest
  @ValueSource(strings = {"rstp", "stp"})
  void figure_17_7_of_802_1D_2004(String mode) {
    check(
        """
        bridge 0 0xaa mode MODE = b
        bridge 1 0x111 mode MODE = a b d f h g e c
        bridge 2 0x222 mode MODE = g h j l n m k i
        """,
        mode,
        """
        check 1 = designated:a root:b designated:d designated:f designated:h designated:g designated:e designated:c
        check 2 = alternate:g root:h designated:j designated:l designated:n designated:m designated:k designated:i
        """);
  }

  /** 802.1D-2004 figure 17-3 in spirit: one bridge twice on a LAN, and one beside it. */
  @ParameterizedTest
  @ValueSource(strings = {"rstp", "stp"})
  void a_bridge_twice_on_a_shared_lan_has_a_backup_port(String mode) {
    check(
        """
        bridge 1 0x111 mode MODE = a
        bridge 2 0x222 mode MODE = a x@s:half y@s:half
        bridge 3 0x333 mode MODE = s:half t:half
        """,
        mode,
        """
        check 1 = designated:a
        check 2 = root:a designated:x backup:y
        check 3 = root:s designated:t
        """);
  }

  private static void check(String bridges, String mode, String roles) {
    TextNetwork network = TextNetwork.of(bridges.replace("MODE", mode)).then("run 80s").then(roles);
    Oracle.check(network);
    network.checkTree();
  }
}
