package dev.understudy.linux;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a {@link PacketSocket} is to be opened. {@link #standard} and the withers make one.
 *
 * @param receiveBuffer to ask for; 200 ms of traffic or more (the default of the system holds 93
 *     frames of 1,500 octets)
 * @param sendBuffer to ask for
 * @param flags membership and queueing
 * @param groups multicast addresses to receive without being promiscuous
 * @param filter which frames to receive; all without one
 */
public record PacketOptions(
    ReceiveBuffer receiveBuffer,
    SendBuffer sendBuffer,
    Set<Flag> flags,
    List<MacAddress> groups,
    Optional<FrameFilter> filter) {

  /** Octets of payload that may wait to be received. */
  public record ReceiveBuffer(int octets) {}

  /** Octets of payload that may wait to leave. */
  public record SendBuffer(int octets) {}

  /** What a socket does beyond receiving what is meant for the host. */
  public enum Flag {
    /** The interface takes frames for every destination (PACKET_MR_PROMISC). */
    PROMISCUOUS,
    /** Frames come and go with what their senders left to be done (PACKET_VNET_HDR). */
    OFFLOADS,
    /** Frames leave without the interface's queueing discipline (PACKET_QDISC_BYPASS). */
    QDISC_BYPASS
  }

  public PacketOptions {
    flags = Set.copyOf(flags);
    groups = List.copyOf(groups);
  }

  /** 16 MiB to receive, 4 MiB to send, promiscuous, no filter. */
  public static PacketOptions standard() {
    return new PacketOptions(
        new ReceiveBuffer(16 << 20),
        new SendBuffer(4 << 20),
        Set.of(Flag.PROMISCUOUS),
        List.of(),
        Optional.empty());
  }

  public PacketOptions withReceiveBuffer(int octets) {
    return new PacketOptions(new ReceiveBuffer(octets), sendBuffer, flags, groups, filter);
  }

  public PacketOptions withSendBuffer(int octets) {
    return new PacketOptions(receiveBuffer, new SendBuffer(octets), flags, groups, filter);
  }

  public PacketOptions withFlags(Set<Flag> replacement) {
    return new PacketOptions(receiveBuffer, sendBuffer, replacement, groups, filter);
  }

  public PacketOptions withGroups(List<MacAddress> replacement) {
    return new PacketOptions(receiveBuffer, sendBuffer, flags, replacement, filter);
  }

  public PacketOptions withFilter(FrameFilter replacement) {
    return new PacketOptions(receiveBuffer, sendBuffer, flags, groups, Optional.of(replacement));
  }
}
