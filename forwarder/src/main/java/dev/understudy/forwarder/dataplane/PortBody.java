package dev.understudy.forwarder.dataplane;

import dev.understudy.forwarder.soft.Policers;
import dev.understudy.forwarder.soft.PortCounter;
import dev.understudy.linux.FrameSize;
import dev.understudy.linux.HostStack;
import dev.understudy.linux.PacketSocket;
import dev.understudy.schema.LinkInput;
import dev.understudy.schema.SetPort;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A port as the judgement's thread knows it: settings, what it is attached to, and its link. */
final class PortBody {
  /** What a port is attached to. */
  enum Kind {
    UDP,
    TAP,
    INTERFACE
  }

  /** What a link has beside being up. */
  record Medium(int speedMbps, boolean fullDuplex, int mtu) {
    static final Medium UNKNOWN = new Medium(0, true, 1_500);
  }

  SetPort settings;

  /** The forwarding thread has a channel of it. */
  boolean attached;

  /** Why it isn't attached; empty if it is. */
  String error = "";

  /** Frames may pass, as far as the link goes. */
  boolean up;

  /** How often it went down since the forwarder started; grows only. */
  long downCount;

  /** UDP ports only: somebody pulled the cable, which no kernel can. */
  boolean unplugged;

  Medium medium = Medium.UNKNOWN;
  FrameSize frameSize = FrameSize.STANDARD;

  /** Interface that is bound, 0: none; and the kernel's count of its lost carriers so far. */
  int interfaceIndex;

  long carrierLosses;

  /** AF_PACKET only: control frames to reserved addresses, both ways. */
  @Nullable PacketSocket control;

  long controlDropsSeen;

  /** What has to be put back on release. */
  Set<HostStack.Protocol> silenced = Set.of();

  boolean wasAdminUp;

  final Policers policers = new Policers();
  @Nullable LinkInput told;
  private final Map<PortCounter, Long> counters = new EnumMap<>(PortCounter.class);

  PortBody(SetPort settings) {
    this.settings = settings;
  }

  int number() {
    return settings.getPort();
  }

  /** The kind, or empty unless exactly one is named. */
  static Optional<Kind> kind(SetPort settings) {
    boolean udp = !settings.getUdpListen().isEmpty() || !settings.getUdpPeer().isEmpty();
    boolean tap = !settings.getTap().isEmpty();
    boolean named = !settings.getInterface().isEmpty();
    if (udp && !tap && !named) {
      return Optional.of(Kind.UDP);
    }
    if (tap && !udp && !named) {
      return Optional.of(Kind.TAP);
    }
    return named && !udp && !tap ? Optional.of(Kind.INTERFACE) : Optional.empty();
  }

  /** The Linux interface it is about, or empty for UDP. */
  String interfaceName() {
    return settings.getInterface().isEmpty() ? settings.getTap() : settings.getInterface();
  }

  /** What it is attached to, for people. */
  String attachment() {
    return settings.getUdpListen().isEmpty()
        ? interfaceName()
        : "UDP " + settings.getUdpListen() + " to " + settings.getUdpPeer();
  }

  void count(PortCounter counter, long more) {
    counters.merge(counter, more, Long::sum);
  }

  /** What was counted here since the last time. */
  Map<PortCounter, Long> takeCounters() {
    Map<PortCounter, Long> taken = new EnumMap<>(counters);
    counters.clear();
    return taken;
  }

  LinkInput link() {
    return LinkInput.newBuilder()
        .setPort(number())
        .setPresent(attached)
        .setUp(up)
        .setDownCount(downCount)
        .setSpeedMbps(medium.speedMbps())
        .setFullDuplex(medium.fullDuplex())
        .setMtu(medium.mtu())
        .setError(error)
        .build();
  }
}
