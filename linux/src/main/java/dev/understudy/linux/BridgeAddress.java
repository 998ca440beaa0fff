package dev.understudy.linux;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * An entry of a bridge's forwarding database.
 *
 * @param port interface index
 * @param fixed a person or program put it there; otherwise it was learned
 */
public record BridgeAddress(int port, MacAddress address, boolean fixed) {
  private static final int HEADER = (int) Structs.NDMSG.byteSize();
  private static final int INDEX = (int) Structs.offset(Structs.NDMSG, "ndm_ifindex");
  private static final int STATE = (int) Structs.offset(Structs.NDMSG, "ndm_state");

  /**
   * From the payload of RTM_NEWNEIGH or RTM_DELNEIGH. Empty if it is malformed, of another bridge,
   * or an interface's own address (NUD_PERMANENT).
   */
  static Optional<BridgeAddress> decode(ByteBuffer payload, int bridge) {
    if (payload.remaining() < HEADER || payload.get(0) != Constants.PF_BRIDGE) {
      return Optional.empty();
    }
    int state = payload.getShort(STATE) & 0xFFFF;
    Attributes attributes =
        Attributes.parse(payload.duplicate().order(payload.order()).position(HEADER));
    if ((state & Constants.NUD_PERMANENT) != 0
        || attributes.malformed()
        || attributes.int32(Constants.NDA_MASTER).orElse(0) != bridge) {
      return Optional.empty();
    }
    return attributes
        .mac(Constants.NDA_LLADDR)
        .map(mac ->
            new BridgeAddress(payload.getInt(INDEX), mac, (state & Constants.NUD_NOARP) != 0));
  }
}
