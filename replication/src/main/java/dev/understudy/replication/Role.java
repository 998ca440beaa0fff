package dev.understudy.replication;

import java.util.EnumSet;
import java.util.Set;

/** What a supervisor is at the moment. */
public enum Role {
  /** No role yet: looking for the forwarder and the peer. */
  STARTING,
  /** Standby that doesn't hold all, or that the forwarder has not listed. */
  STANDBY_SYNCING,
  /** Listed in sync by the forwarder, with a session to it. */
  STANDBY_HOT,
  /** Writes. */
  ACTIVE,
  /** Ends. */
  FAULTY;

  /** The roles that may follow this one. */
  Set<Role> next() {
    return switch (this) {
      case STARTING -> EnumSet.of(STANDBY_SYNCING, ACTIVE, FAULTY);
      case STANDBY_SYNCING -> EnumSet.of(STANDBY_HOT, ACTIVE, STARTING, FAULTY);
      case STANDBY_HOT -> EnumSet.of(STANDBY_SYNCING, ACTIVE, FAULTY);
      case ACTIVE -> EnumSet.of(STANDBY_SYNCING, FAULTY);
      case FAULTY -> EnumSet.noneOf(Role.class);
    };
  }

  public boolean standby() {
    return this == STANDBY_SYNCING || this == STANDBY_HOT;
  }
}
