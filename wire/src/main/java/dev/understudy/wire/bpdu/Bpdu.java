package dev.understudy.wire.bpdu;

import dev.understudy.wire.Octets;

/**
 * A Bridge Protocol Data Unit. Which protocol a bridge speaks follows from the kind, not from
 * {@link #protocolVersion}: 802.1Q-2018 14.5 takes a Configuration BPDU or Topology Change
 * Notification of whatever version as such.
 */
public sealed interface Bpdu {
  int VERSION_STP = 0;
  int VERSION_RSTP = 2;
  int VERSION_MSTP = 3;

  int TYPE_CONFIG = 0x00;
  int TYPE_RST = 0x02;
  int TYPE_TCN = 0x80;

  /** Protocol Version Identifier as on the wire, 0 to 255. */
  int protocolVersion();

  /** BPDU Type as on the wire, 0 to 255. */
  int type();

  /**
   * Configuration BPDU of the Spanning Tree Protocol.
   *
   * @param flags Topology Change and Topology Change Acknowledgment; the others mean nothing here
   * @param rootPathCost 0 to 2<sup>32</sup> - 1
   */
  record Config(
      int protocolVersion,
      BpduFlags flags,
      BridgeId rootId,
      long rootPathCost,
      BridgeId bridgeId,
      PortId portId,
      BpduTimes times)
      implements Bpdu {
    public Config {
      Range.octet("protocolVersion", protocolVersion);
      Range.u32("rootPathCost", rootPathCost);
    }

    /** Of version 0, as sent. */
    public Config(
        BpduFlags flags,
        BridgeId rootId,
        long rootPathCost,
        BridgeId bridgeId,
        PortId portId,
        BpduTimes times) {
      this(VERSION_STP, flags, rootId, rootPathCost, bridgeId, portId, times);
    }

    @Override
    public int type() {
      return TYPE_CONFIG;
    }
  }

  /** Topology Change Notification of the Spanning Tree Protocol. */
  record Tcn(int protocolVersion) implements Bpdu {
    public Tcn {
      Range.octet("protocolVersion", protocolVersion);
    }

    /** Of version 0, as sent. */
    public Tcn() {
      this(VERSION_STP);
    }

    @Override
    public int type() {
      return TYPE_TCN;
    }
  }

  /**
   * Rapid Spanning Tree BPDU, or the same part of a BPDU of a higher version. In an MST BPDU the
   * root is the CIST Root, the cost the External Root Path Cost, and {@code bridgeId} the CIST
   * Regional Root: to a bridge outside its region the region is one bridge.
   *
   * @param protocolVersion 2 to 255
   * @param rootPathCost 0 to 2<sup>32</sup> - 1
   * @param version1Length 0 when sent; kept as received
   * @param rest what follows octet 36, empty in version 2 as sent
   */
  record Rst(
      int protocolVersion,
      BpduFlags flags,
      BridgeId rootId,
      long rootPathCost,
      BridgeId bridgeId,
      PortId portId,
      BpduTimes times,
      int version1Length,
      Octets rest)
      implements Bpdu {
    public Rst {
      Range.octet("protocolVersion", protocolVersion);
      if (protocolVersion < VERSION_RSTP) {
        throw new IllegalArgumentException("no RST BPDU in version " + protocolVersion);
      }
      Range.u32("rootPathCost", rootPathCost);
      Range.octet("version1Length", version1Length);
      Range.lengthMax("rest", rest.length(), BpduCodec.LENGTH_MAX - BpduCodec.RST_LENGTH);
    }

    /** Of version 2, as sent. */
    public Rst(
        BpduFlags flags,
        BridgeId rootId,
        long rootPathCost,
        BridgeId bridgeId,
        PortId portId,
        BpduTimes times) {
      this(VERSION_RSTP, flags, rootId, rootPathCost, bridgeId, portId, times, 0, Octets.EMPTY);
    }

    @Override
    public int type() {
      return TYPE_RST;
    }
  }

  /**
   * A BPDU of a type that no edition of the standard names. A bridge discards it (14.5); who only
   * looks at frames can still show it.
   *
   * @param body what follows the type
   */
  record Unknown(int protocolVersion, int type, Octets body) implements Bpdu {
    public Unknown {
      Range.octet("protocolVersion", protocolVersion);
      Range.octet("type", type);
      if (type == TYPE_CONFIG || type == TYPE_RST || type == TYPE_TCN) {
        throw new IllegalArgumentException("a known type: " + type);
      }
      Range.lengthMax("body", body.length(), BpduCodec.LENGTH_MAX - BpduCodec.TCN_LENGTH);
    }
  }
}
