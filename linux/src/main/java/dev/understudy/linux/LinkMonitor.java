package dev.understudy.linux;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All network interfaces of a namespace, kept current by notifications (rtnetlink(7),
 * RTNLGRP_LINK).
 *
 * <p>It subscribes before it reads the table, so nothing is missed in between. When notifications
 * were lost (ENOBUFS) it throws those away that still wait, reads the whole table again and tells
 * the differences; {@link #overruns} counts that. A notification older than the table, which can
 * wait behind it, is known by its carrier counts and is not believed.
 *
 * <p>It belongs to one thread, which may be in another namespace than the one it was opened in.
 */
public final class LinkMonitor implements AutoCloseable {
  private static final int RECEIVE_BUFFER_OCTETS = 1 << 20;

  private final Netlink notifications;
  private final Links links;
  private final TreeMap<Integer, Link> known = new TreeMap<>();
  private final List<LinkEvent> events = new ArrayList<>();
  private long overruns;
  private long malformed;

  private LinkMonitor(Netlink notifications, Links links) {
    this.notifications = notifications;
    this.links = links;
    resynchronize();
  }

  /** Opens a monitor on the calling thread's network namespace. Needs no rights. */
  public static LinkMonitor open() {
    return open(RECEIVE_BUFFER_OCTETS);
  }

  static LinkMonitor open(int receiveBufferOctets) {
    Netlink notifications = Netlink.open();
    Links links = null;
    try {
      notifications.receiveBuffer(receiveBufferOctets);
      notifications.join(Constants.RTNLGRP_LINK);
      links = Links.open();
      return new LinkMonitor(notifications, links);
    } catch (RuntimeException e) {
      notifications.close();
      if (links != null) {
        links.close();
      }
      throw e;
    }
  }

  /** Readable when {@link #poll} has something to tell. */
  public int fd() {
    return notifications.fd();
  }

  /**
   * What happened since the last call, in order; does not wait. The first call tells of every
   * interface that there was.
   */
  public List<LinkEvent> poll() {
    for (int length = notifications.receive();
        length != -Errno.EAGAIN;
        length = notifications.receive()) {
      if (length == -Errno.ENOBUFS || length == -Errno.EMSGSIZE) {
        overruns++;
        discardWaiting();
        resynchronize();
      } else if (length >= 0) {
        if (!Netlink.forEach(
            notifications.datagram(length),
            (header, payload) -> notified(header.type(), payload))) {
          malformed++;
        }
      } else if (length != -Errno.EINTR) {
        throw ErrnoException.of(-length, "recv", notifications.fd(), "RTNLGRP_LINK");
      }
    }
    List<LinkEvent> result = List.copyOf(events);
    events.clear();
    return result;
  }

  private void discardWaiting() {
    for (int length = 0; length >= 0 || length == -Errno.ENOBUFS; ) {
      length = notifications.receive();
    }
  }

  /** Reads the whole table and tells how it differs from what was known: removals first. */
  private void resynchronize() {
    TreeMap<Integer, Link> now = new TreeMap<>();
    for (Link link : links.all()) {
      now.put(link.index(), link);
    }
    for (Link gone : List.copyOf(known.values())) {
      if (!now.containsKey(gone.index())) {
        remove(gone.index());
      }
    }
    now.values().forEach(this::put);
  }

  private void notified(int type, ByteBuffer payload) {
    if (type != Constants.RTM_NEWLINK && type != Constants.RTM_DELLINK) {
      return;
    }
    Optional<Link> decoded = Link.decode(payload);
    if (decoded.isEmpty()) {
      boolean aboutBridgePort = payload.remaining() > 0 && payload.get(0) != 0;
      malformed += aboutBridgePort ? 0 : 1;
    } else if (type == Constants.RTM_DELLINK) {
      remove(decoded.get().index());
    } else {
      put(decoded.get());
    }
  }

  private void put(Link link) {
    Link before = known.get(link.index());
    if (before == null) {
      known.put(link.index(), link);
      events.add(new LinkEvent.Appeared(link));
    } else if (!link.carrier().isOlderThan(before.carrier()) && !link.equals(before)) {
      known.put(link.index(), link);
      events.add(new LinkEvent.Changed(before, link));
    }
  }

  private void remove(int index) {
    Link before = known.remove(index);
    if (before != null) {
      events.add(new LinkEvent.Removed(before));
    }
  }

  /** The interfaces as of the last {@link #poll}, by index. */
  public SortedMap<Integer, Link> links() {
    return Collections.unmodifiableSortedMap(known);
  }

  /** The interface of a name as of the last {@link #poll}. */
  public Optional<Link> link(String name) {
    return known.values().stream().filter(link -> link.name().equals(name)).findFirst();
  }

  /** How often notifications were lost and the whole table was read again. */
  public long overruns() {
    return overruns;
  }

  /** How often the table changed while it was read, so that it was read again. */
  public long dumpsInterrupted() {
    return links.dumpsInterrupted();
  }

  /** Messages about links that could not be understood. */
  public long malformed() {
    return malformed;
  }

  @Override
  public void close() {
    notifications.close();
    links.close();
  }
}
