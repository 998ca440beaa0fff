package dev.understudy.replication;

/** How much an event matters to the person who runs the switch. */
public enum Severity {
  /** For the record. */
  INFO,
  /** Redundancy or service is less than it should be. */
  WARNING,
  /** Something outside the protocol's tolerance may have been noticed, or a bug was met. */
  ERROR
}
