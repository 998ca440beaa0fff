package dev.understudy.linux;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a bridge learns and forgets, by notifications (rtnetlink(7), RTNLGRP_NEIGH). It belongs to
 * one thread, which may be in another namespace than the one it was opened in.
 */
public final class BridgeMonitor implements AutoCloseable {
  private static final int RECEIVE_BUFFER_OCTETS = 8 << 20;

  private final Netlink notifications;
  private final int bridge;
  private final List<Change> changes = new ArrayList<>();
  private long overruns;
  private long malformed;

  /**
   * A change of one entry.
   *
   * @param present it is there now; otherwise it is gone
   */
  public record Change(BridgeAddress entry, boolean present) {}

  /**
   * What happened since the last call.
   *
   * @param complete false: some was lost, and only reading the whole table tells what is true now
   */
  public record News(List<Change> changes, boolean complete) {
    public News {
      changes = List.copyOf(changes);
    }
  }

  private BridgeMonitor(Netlink notifications, int bridge) {
    this.notifications = notifications;
    this.bridge = bridge;
  }

  /** Opens a monitor for a bridge of the calling thread's network namespace. Needs no rights. */
  public static BridgeMonitor open(int bridge) {
    return open(bridge, RECEIVE_BUFFER_OCTETS);
  }

  static BridgeMonitor open(int bridge, int receiveBufferOctets) {
    Netlink notifications = Netlink.open();
    try {
      notifications.receiveBuffer(receiveBufferOctets);
      notifications.join(Constants.RTNLGRP_NEIGH);
      return new BridgeMonitor(notifications, bridge);
    } catch (RuntimeException e) {
      notifications.close();
      throw e;
    }
  }

  /** Readable when {@link #poll} has something to tell. */
  public int fd() {
    return notifications.fd();
  }

  /** Takes what waits, in order; does not wait. */
  public News poll() {
    boolean complete = true;
    for (int length = notifications.receive();
        length != -Errno.EAGAIN;
        length = notifications.receive()) {
      if (length == -Errno.ENOBUFS || length == -Errno.EMSGSIZE) {
        overruns++;
        complete = false;
      } else if (length >= 0) {
        if (!Netlink.forEach(
            notifications.datagram(length),
            (header, payload) -> notified(header.type(), payload))) {
          malformed++;
        }
      } else if (length != -Errno.EINTR) {
        throw ErrnoException.of(-length, "recv", notifications.fd(), "RTNLGRP_NEIGH");
      }
    }
    News news = new News(changes, complete);
    changes.clear();
    return news;
  }

  private void notified(int type, ByteBuffer payload) {
    if (type == Constants.RTM_NEWNEIGH || type == Constants.RTM_DELNEIGH) {
      BridgeAddress.decode(payload, bridge)
          .ifPresent(entry -> changes.add(new Change(entry, type == Constants.RTM_NEWNEIGH)));
    }
  }

  /** How often notifications were lost. */
  public long overruns() {
    return overruns;
  }

  /** Datagrams that could not be understood. */
  public long malformed() {
    return malformed;
  }

  @Override
  public void close() {
    notifications.close();
  }
}
