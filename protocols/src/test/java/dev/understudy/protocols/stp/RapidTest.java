package dev.understudy.protocols.stp;

import org.junit.jupiter.api.Test;

/** Rapid spanning tree: roles, and how fast they come. */
class RapidTest {
  @Test
  void two_bridges_agree_who_is_root() {
    TextNetwork.of(
            """
            bridge 1 0x111 = a
            bridge 2 0x222 = a
            run 1s
            check 1 = designated:a
            check 2 = root:a
            """)
        .checkTree();
  }

  @Test
  void a_ring_of_three_blocks_one_port_within_a_second() {
    TextNetwork.of(
            """
            bridge 1 0x111 = a c
            bridge 2 0x222 = a b
            bridge 3 0x333 = b c
            run 1s
            check 1 = designated:a designated:c
            check 2 = root:a designated:b
            check 3 = alternate:b root:c
            """)
        .checkTree();
  }
}
