package dev.understudy.wire.bpdu;

import dev.understudy.wire.BigEndian;
import dev.understudy.wire.Decoded;
import dev.understudy.wire.Decoded.Reason;
import dev.understudy.wire.MacAddress;
import dev.understudy.wire.Octets;
import dev.understudy.wire.bpdu.Bpdu.Config;
import dev.understudy.wire.bpdu.Bpdu.Rst;
import dev.understudy.wire.bpdu.Bpdu.Tcn;
import dev.understudy.wire.bpdu.Bpdu.Unknown;
import dev.understudy.wire.ethernet.EthernetFrame;
import dev.understudy.wire.ethernet.EthernetHeader;
import dev.understudy.wire.ethernet.Llc;
import java.util.Arrays;
import java.util.Objects;

/**
 * BPDUs as octets (802.1Q-2018 14.3 to 14.5, 802.1D-2004 9.3).
 *
 * <pre>
 *   0   1   2   3   4   5 ........12  13..16  17 .......24  25  26
 * +-------+---+---+---+-------------+-------+-------------+-------+
 * |  0  0 |ver|typ|flg| root id     | cost  | bridge id   |port id|
 * +-------+---+---+---+-------------+-------+-------------+-------+
 *  27   28  29   30  31   32  33   34  35   36 ...
 * +--------+--------+--------+--------+---+---------- - -
 * |msg age |max age | hello  |fwd dly |v1l| rest (MST)
 * +--------+--------+--------+--------+---+---------- - -
 * |<---- Config: 35 octets ---------->|   |
 * |<---- RST: 36 octets ----------------->|      TCN: octets 0 to 3
 * </pre>
 *
 * Before them in a frame: destination 01:80:c2:00:00:00, source, length, LLC 42 42 03; behind them
 * zeros up to 60 octets.
 */
public final class BpduCodec {
  public static final int TCN_LENGTH = 4;
  public static final int CONFIG_LENGTH = 35;
  public static final int RST_LENGTH = 36;

  /** What an LLC frame of 1,500 octets has room for. */
  public static final int LENGTH_MAX = EthernetFrame.LENGTH_FIELD_MAX - Llc.LENGTH;

  /** Before the BPDU in a frame: Ethernet and LLC header. */
  public static final int FRAME_OVERHEAD = EthernetFrame.HEADER_LENGTH + Llc.LENGTH;

  private static final int PROTOCOL = 0;
  private static final int VERSION = 2;
  private static final int TYPE = 3;
  private static final int FLAGS = 4;
  private static final int ROOT_ID = 5;
  private static final int ROOT_PATH_COST = 13;
  private static final int BRIDGE_ID = 17;
  private static final int PORT_ID = 25;
  private static final int MESSAGE_AGE = 27;
  private static final int MAX_AGE = 29;
  private static final int HELLO_TIME = 31;
  private static final int FORWARD_DELAY = 33;
  private static final int VERSION_1_LENGTH = 35;

  private static final int PROTOCOL_SPANNING_TREE = 0;

  private BpduCodec() {}

  /**
   * The BPDU in a whole Ethernet frame without its check sequence. Octets behind the length that
   * the frame states are padding and ignored; offsets of {@code Bad} count from the frame's first
   * octet.
   */
  public static Decoded<Bpdu> decodeFrame(byte[] octets, int offset, int length) {
    return switch (EthernetFrame.decode(octets, offset, length)) {
      case Decoded.Bad<EthernetFrame>(Reason reason, int at) -> Decoded.bad(reason, at);
      case Decoded.Ok<EthernetFrame>(EthernetFrame frame) -> decodeFrame(frame);
    };
  }

  /** As {@link #decodeFrame(byte[], int, int)}, of a frame that is already a view. */
  public static Decoded<Bpdu> decodeFrame(EthernetFrame frame) {
    if (frame.destinationBits() != MacAddress.BRIDGE_GROUP_ADDRESS.bits()) {
      return Decoded.bad(Reason.ADDRESS, 0);
    }
    if (frame.isTagged() || !frame.isLlc()) {
      // BPDUs are never tagged: a tag's EtherType is another protocol's.
      return Decoded.bad(Reason.ETHERTYPE, EthernetFrame.TYPE_OFFSET);
    }
    int payloadAt = EthernetFrame.HEADER_LENGTH;
    if (frame.payloadLength() < Llc.LENGTH) {
      return Decoded.bad(Reason.TRUNCATED, payloadAt + frame.payloadLength());
    }
    if (!Llc.isBridgeSpanningTree(frame.octets(), frame.payloadOffset())) {
      return Decoded.bad(Reason.LLC, payloadAt);
    }
    Decoded<Bpdu> decoded =
        decode(
            frame.octets(), frame.payloadOffset() + Llc.LENGTH, frame.payloadLength() - Llc.LENGTH);
    return switch (decoded) {
      case Decoded.Ok<Bpdu> ok -> ok;
      case Decoded.Bad<Bpdu>(Reason reason, int at) -> Decoded.bad(reason, FRAME_OVERHEAD + at);
    };
  }

  /** The BPDU alone: {@code length} octets from {@code offset}, as LLC delivers them. */
  public static Decoded<Bpdu> decode(byte[] octets, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, octets.length);
    if (length < TCN_LENGTH) {
      return Decoded.bad(Reason.TRUNCATED, length);
    }
    if (length > LENGTH_MAX) {
      return Decoded.bad(Reason.LENGTH, LENGTH_MAX);
    }
    if (BigEndian.u16(octets, offset + PROTOCOL) != PROTOCOL_SPANNING_TREE) {
      return Decoded.bad(Reason.PROTOCOL, PROTOCOL);
    }
    int version = BigEndian.u8(octets, offset + VERSION);
    int type = BigEndian.u8(octets, offset + TYPE);
    return switch (type) {
      case Bpdu.TYPE_CONFIG -> decodeConfig(version, octets, offset, length);
      case Bpdu.TYPE_TCN -> Decoded.ok(new Tcn(version));
      case Bpdu.TYPE_RST -> decodeRst(version, octets, offset, length);
      default ->
          Decoded.ok(
              new Unknown(
                  version, type, Octets.copyOf(octets, offset + TCN_LENGTH, length - TCN_LENGTH)));
    };
  }

  /** 14.5 a; and 802.1D-2004 9.3.4 a, Message Age. */
  private static Decoded<Bpdu> decodeConfig(int version, byte[] octets, int offset, int length) {
    if (length < CONFIG_LENGTH) {
      return Decoded.bad(Reason.TRUNCATED, length);
    }
    BpduTimes times = readTimes(octets, offset);
    if (times.messageAge256ths() >= times.maxAge256ths()) {
      return Decoded.bad(Reason.MESSAGE_AGE, MESSAGE_AGE);
    }
    return Decoded.ok(
        new Config(
            version,
            new BpduFlags(BigEndian.u8(octets, offset + FLAGS)),
            new BridgeId(BigEndian.u64(octets, offset + ROOT_ID)),
            BigEndian.u32(octets, offset + ROOT_PATH_COST),
            new BridgeId(BigEndian.u64(octets, offset + BRIDGE_ID)),
            new PortId(BigEndian.u16(octets, offset + PORT_ID)),
            times));
  }

  /** 14.5 c; and every higher version has the RST part first (the package says why). */
  private static Decoded<Bpdu> decodeRst(int version, byte[] octets, int offset, int length) {
    if (version < Bpdu.VERSION_RSTP) {
      return Decoded.bad(Reason.VERSION, VERSION);
    }
    if (length < RST_LENGTH) {
      return Decoded.bad(Reason.TRUNCATED, length);
    }
    return Decoded.ok(
        new Rst(
            version,
            new BpduFlags(BigEndian.u8(octets, offset + FLAGS)),
            new BridgeId(BigEndian.u64(octets, offset + ROOT_ID)),
            BigEndian.u32(octets, offset + ROOT_PATH_COST),
            new BridgeId(BigEndian.u64(octets, offset + BRIDGE_ID)),
            new PortId(BigEndian.u16(octets, offset + PORT_ID)),
            readTimes(octets, offset),
            BigEndian.u8(octets, offset + VERSION_1_LENGTH),
            Octets.copyOf(octets, offset + RST_LENGTH, length - RST_LENGTH)));
  }

  private static BpduTimes readTimes(byte[] octets, int offset) {
    return new BpduTimes(
        BigEndian.u16(octets, offset + MESSAGE_AGE),
        BigEndian.u16(octets, offset + MAX_AGE),
        BigEndian.u16(octets, offset + HELLO_TIME),
        BigEndian.u16(octets, offset + FORWARD_DELAY));
  }

  /** The whole frame that a port with address {@code source} sends, without its check sequence. */
  public static Octets encodeFrame(Bpdu bpdu, MacAddress source) {
    byte[] frame = new byte[frameLength(bpdu)];
    writeFrame(bpdu, source, frame, 0);
    return Octets.of(frame);
  }

  /** Octets that {@link #writeFrame} fills: at least 60. */
  public static int frameLength(Bpdu bpdu) {
    return Math.max(EthernetFrame.LENGTH_MIN, FRAME_OVERHEAD + length(bpdu));
  }

  /** As {@link #encodeFrame}, into {@code octets} from {@code at}; returns the frame's length. */
  public static int writeFrame(Bpdu bpdu, MacAddress source, byte[] octets, int at) {
    int length = length(bpdu);
    int frameLength = frameLength(bpdu);
    Objects.checkFromIndexSize(at, frameLength, octets.length);
    new EthernetHeader(MacAddress.BRIDGE_GROUP_ADDRESS, source, Llc.LENGTH + length)
        .write(octets, at);
    Llc.writeBridgeSpanningTree(octets, at + EthernetFrame.HEADER_LENGTH);
    write(bpdu, octets, at + FRAME_OVERHEAD);
    Arrays.fill(octets, at + FRAME_OVERHEAD + length, at + frameLength, (byte) 0);
    return frameLength;
  }

  /** The BPDU alone. */
  public static Octets encode(Bpdu bpdu) {
    byte[] octets = new byte[length(bpdu)];
    write(bpdu, octets, 0);
    return Octets.of(octets);
  }

  /** Octets that {@link #write} fills. */
  public static int length(Bpdu bpdu) {
    return switch (bpdu) {
      case Config _ -> CONFIG_LENGTH;
      case Tcn _ -> TCN_LENGTH;
      case Rst rst -> RST_LENGTH + rst.rest().length();
      case Unknown unknown -> TCN_LENGTH + unknown.body().length();
    };
  }

  /** As {@link #encode}, into {@code octets} from {@code at}; returns the BPDU's length. */
  public static int write(Bpdu bpdu, byte[] octets, int at) {
    int length = length(bpdu);
    Objects.checkFromIndexSize(at, length, octets.length);
    BigEndian.put16(octets, at + PROTOCOL, PROTOCOL_SPANNING_TREE);
    BigEndian.put8(octets, at + VERSION, bpdu.protocolVersion());
    BigEndian.put8(octets, at + TYPE, bpdu.type());
    switch (bpdu) {
      case Tcn _ -> {}
      case Config c -> {
        writeVector(octets, at, c.flags(), c.rootId(), c.rootPathCost(), c.bridgeId(), c.portId());
        writeTimes(octets, at, c.times());
      }
      case Rst r -> {
        writeVector(octets, at, r.flags(), r.rootId(), r.rootPathCost(), r.bridgeId(), r.portId());
        writeTimes(octets, at, r.times());
        BigEndian.put8(octets, at + VERSION_1_LENGTH, r.version1Length());
        r.rest().copyTo(octets, at + RST_LENGTH);
      }
      case Unknown unknown -> unknown.body().copyTo(octets, at + TCN_LENGTH);
    }
    return length;
  }

  private static void writeVector(
      byte[] octets,
      int at,
      BpduFlags flags,
      BridgeId rootId,
      long rootPathCost,
      BridgeId bridgeId,
      PortId portId) {
    BigEndian.put8(octets, at + FLAGS, flags.octet());
    BigEndian.put64(octets, at + ROOT_ID, rootId.bits());
    BigEndian.put32(octets, at + ROOT_PATH_COST, rootPathCost);
    BigEndian.put64(octets, at + BRIDGE_ID, bridgeId.bits());
    BigEndian.put16(octets, at + PORT_ID, portId.bits());
  }

  private static void writeTimes(byte[] octets, int at, BpduTimes times) {
    BigEndian.put16(octets, at + MESSAGE_AGE, times.messageAge256ths());
    BigEndian.put16(octets, at + MAX_AGE, times.maxAge256ths());
    BigEndian.put16(octets, at + HELLO_TIME, times.helloTime256ths());
    BigEndian.put16(octets, at + FORWARD_DELAY, times.forwardDelay256ths());
  }
}
