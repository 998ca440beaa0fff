package dev.understudy.border;

import dev.understudy.schema.Slot;

/** A supervisor's session; whose, it says in its hello. */
final class Session {
  final long id;
  Slot slot = Slot.SLOT_UNSPECIFIED;
  long instance;

  Session(long id) {
    this.id = id;
  }

  boolean known() {
    return slot != Slot.SLOT_UNSPECIFIED;
  }
}
