package dev.understudy.linux;

/** What {@link LinkMonitor} tells about the network interfaces. */
public sealed interface LinkEvent {
  /** There is an interface that was not there before, or was not known yet. */
  record Appeared(Link link) implements LinkEvent {}

  /** Something of an interface changed, its name perhaps. */
  record Changed(Link before, Link after) implements LinkEvent {
    /** How often the carrier was lost in between, which is not seen from its presence. */
    public long carrierLosses() {
      return after.carrier().downCount() - before.carrier().downCount();
    }
  }

  /** An interface is gone; as it was last known. */
  record Removed(Link link) implements LinkEvent {}
}
