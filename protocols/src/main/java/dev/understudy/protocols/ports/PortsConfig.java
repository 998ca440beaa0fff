package dev.understudy.protocols.ports;

import dev.understudy.core.SwitchTime;
import dev.understudy.core.UnknownFields;
import dev.understudy.schema.BridgePortRow;
import dev.understudy.schema.Config;
import dev.understudy.schema.Output;
import dev.understudy.schema.PortConfig;
import dev.understudy.schema.PortIdentityRow;
import dev.understudy.schema.RedundancyConfig;
import dev.understudy.schema.SetAgeing;
import dev.understudy.schema.SetPort;
import dev.understudy.schema.SetTiming;
import dev.understudy.schema.SetVlans;
import dev.understudy.schema.VlanConfig;
import dev.understudy.schema.VlanRow;
import java.util.Collection;
import java.util.NavigableMap;
import java.util.TreeMap;

/** From the configuration to rows and outputs. No state. */
final class PortsConfig {
  /** The VLAN that always exists. */
  static final int DEFAULT_VLAN = 1;

  static final String DEFAULT_VLAN_NAME = "default";

  private PortsConfig() {}

  /** By VID. */
  static NavigableMap<Integer, VlanRow> vlans(Config config) {
    TreeMap<Integer, VlanRow> rows = new TreeMap<>();
    rows.put(DEFAULT_VLAN, vlan(DEFAULT_VLAN, DEFAULT_VLAN_NAME));
    for (VlanConfig vlan : config.getVlansList()) {
      String name =
          vlan.getVid() == DEFAULT_VLAN && vlan.getName().isEmpty()
              ? DEFAULT_VLAN_NAME
              : vlan.getName();
      rows.put(vlan.getVid(), vlan(vlan.getVid(), name));
    }
    return rows;
  }

  /** Each VLAN learns for itself (FID = VID), and all are in the CIST. */
  private static VlanRow vlan(int vid, String name) {
    return VlanRow.newBuilder()
        .setKey(VlanRow.Key.newBuilder().setVid(vid))
        .setName(name)
        .setFid(vid)
        .setTree(0)
        .build();
  }

  static Output setVlans(Collection<VlanRow> rows) {
    SetVlans.Builder vlans = SetVlans.newBuilder();
    for (VlanRow row : rows) {
      vlans.addVlans(
          SetVlans.Vlan.newBuilder()
              .setVid(row.getKey().getVid())
              .setFid(row.getFid())
              .setTree(row.getTree()));
    }
    return Output.newBuilder().setSetVlans(vlans).build();
  }

  static Output setAgeing(Config config) {
    return Output.newBuilder()
        .setSetAgeing(SetAgeing.newBuilder().setSeconds(config.getAgeingSeconds()))
        .build();
  }

  static Output setTiming(Config config) {
    RedundancyConfig redundancy = config.getRedundancy();
    return Output.newBuilder()
        .setSetTiming(
            SetTiming.newBuilder()
                .setTickNanos(redundancy.getTickMillis() * SwitchTime.NANOS_PER_MILLI)
                .setSilenceLimitTicks(redundancy.getSilenceLimitTicks())
                .setCommitLimitNanos(
                    redundancy.getCommitLimitMillis() * SwitchTime.NANOS_PER_MILLI))
        .build();
  }

  static Output setPort(PortConfig port, PortIdentityRow identity) {
    SetPort.Builder set =
        SetPort.newBuilder()
            .setPort(identity.getNumber())
            .setName(port.getName())
            .setBridgePort(identity.getNumber())
            .setMac(identity.getMac())
            .setAdminUp(port.getAdminUp());
    switch (port.getAttachmentCase()) {
      case INTERFACE -> set.setInterface(port.getInterface());
      case TAP -> set.setTap(port.getTap());
      case UDP -> set.setUdpListen(port.getUdp().getListen()).setUdpPeer(port.getUdp().getPeer());
      case ATTACHMENT_NOT_SET -> {}
    }
    if (isTrunk(port)) {
      set.addAllTrunkVlans(port.getTrunkVlansList()).setNativeVlan(port.getNativeVlan());
    } else {
      set.setAccessVlan(port.getAccessVlan());
    }
    return Output.newBuilder().setSetPort(set).build();
  }

  static BridgePortRow bridgePort(PortConfig port, int number, boolean operational) {
    BridgePortRow.Builder row =
        BridgePortRow.newBuilder()
            .setKey(BridgePortRow.Key.newBuilder().setBridgePort(number))
            .setOperational(operational);
    if (isTrunk(port)) {
      row.addAllTrunkVlans(port.getTrunkVlansList()).setNativeVlan(port.getNativeVlan());
    } else {
      row.setAccessVlan(port.getAccessVlan());
    }
    return row.build();
  }

  static boolean isTrunk(PortConfig port) {
    return port.getTrunkVlansCount() > 0;
  }

  static boolean sameAttachment(PortConfig a, PortConfig b) {
    return a.getAttachmentCase() == b.getAttachmentCase()
        && a.getInterface().equals(b.getInterface())
        && a.getTap().equals(b.getTap())
        && UnknownFields.saySame(a.getUdp(), b.getUdp());
  }
}
