package dev.understudy.forwarder.soft;

import com.google.protobuf.ByteString;
import dev.understudy.schema.FlushLearned;
import dev.understudy.schema.Output;
import dev.understudy.schema.PortState;
import dev.understudy.schema.PuntAction;
import dev.understudy.schema.PuntRule;
import dev.understudy.schema.SetPort;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.SetPuntRules;
import dev.understudy.schema.SetStaticMac;
import dev.understudy.schema.SetVlans;
import dev.understudy.wire.BigEndian;
import java.util.List;

/** Frames and outputs for tests, in few words. */
public final class TestFrames {
  public static final long BROADCAST = 0xFFFF_FFFF_FFFFL;
  public static final long BRIDGE_GROUP = 0x0180_C200_0000L;

  private TestFrames() {}

  /** An untagged frame of 60 octets with a number in it. */
  public static byte[] frame(long destination, long source, int number) {
    byte[] octets = new byte[60];
    BigEndian.put48(octets, 0, destination);
    BigEndian.put48(octets, 6, source);
    BigEndian.put16(octets, 12, 0x88B5);
    BigEndian.put32(octets, 14, number);
    return octets;
  }

  /** The frame with a tag in line. */
  public static byte[] tagged(byte[] frame, int tci) {
    byte[] octets = new byte[frame.length + 4];
    System.arraycopy(frame, 0, octets, 0, 12);
    BigEndian.put16(octets, 12, 0x8100);
    BigEndian.put16(octets, 14, tci);
    System.arraycopy(frame, 12, octets, 16, frame.length - 12);
    return octets;
  }

  public static byte[] withEtherType(byte[] frame, int etherType) {
    byte[] octets = frame.clone();
    BigEndian.put16(octets, 12, etherType);
    return octets;
  }

  public static SetPort.Builder port(int number) {
    return SetPort.newBuilder()
        .setPort(number)
        .setBridgePort(number)
        .setName("p" + number)
        .setAdminUp(true);
  }

  public static Output access(int number, int vid) {
    return Output.newBuilder().setSetPort(port(number).setAccessVlan(vid)).build();
  }

  public static Output trunk(int number, int nativeVid, Integer... vids) {
    return Output.newBuilder()
        .setSetPort(port(number).setNativeVlan(nativeVid).addAllTrunkVlans(List.of(vids)))
        .build();
  }

  public static Output state(int bridgePort, int tree, PortState state) {
    return Output.newBuilder()
        .setSetPortState(
            SetPortState.newBuilder().setBridgePort(bridgePort).setTree(tree).setState(state))
        .build();
  }

  public static Output forwarding(int bridgePort) {
    return state(bridgePort, 0, PortState.PORT_STATE_FORWARDING);
  }

  /** VLANs in tree 0, each with its own FID. */
  public static Output vlans(int... vids) {
    SetVlans.Builder vlans = SetVlans.newBuilder();
    for (int vid : vids) {
      vlans.addVlans(SetVlans.Vlan.newBuilder().setVid(vid).setFid(vid));
    }
    return Output.newBuilder().setSetVlans(vlans).build();
  }

  public static Output flush(int bridgePort, int tree, int vid) {
    return Output.newBuilder()
        .setFlushLearned(
            FlushLearned.newBuilder().setBridgePort(bridgePort).setTree(tree).setVid(vid))
        .build();
  }

  public static Output staticMac(int vid, long mac, int bridgePort) {
    return Output.newBuilder()
        .setSetStaticMac(
            SetStaticMac.newBuilder()
                .setVid(vid)
                .setMac(Macs.octets(mac))
                .setBridgePort(bridgePort))
        .build();
  }

  public static PuntRule.Builder rule(PuntAction action, String trafficClass) {
    return PuntRule.newBuilder().setAction(action).setTrafficClass(trafficClass);
  }

  public static Output puntRules(String engine, PuntRule.Builder... rules) {
    SetPuntRules.Builder set = SetPuntRules.newBuilder().setEngine(engine);
    for (PuntRule.Builder rule : rules) {
      set.addRules(rule);
    }
    return Output.newBuilder().setSetPuntRules(set).build();
  }

  public static Output takeBpdus() {
    return puntRules(
        "stp", rule(PuntAction.PUNT_ACTION_TAKE, "stp").setDestination(Macs.octets(BRIDGE_GROUP)));
  }

  public static ByteString octets(byte[] frame) {
    return ByteString.copyFrom(frame);
  }
}
