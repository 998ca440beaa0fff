package dev.understudy.edge;

import dev.understudy.schema.Slot;
import java.util.Optional;

/** Slots as people write them. */
public final class SlotName {
  private SlotName() {}

  /** A, B, or none. */
  public static String letter(Slot slot) {
    return switch (slot) {
      case SLOT_A -> "A";
      case SLOT_B -> "B";
      case SLOT_UNSPECIFIED, UNRECOGNIZED -> "none";
    };
  }

  /** Reads A or B, in either case. */
  public static Optional<Slot> parse(String letter) {
    return switch (letter) {
      case "A", "a" -> Optional.of(Slot.SLOT_A);
      case "B", "b" -> Optional.of(Slot.SLOT_B);
      default -> Optional.empty();
    };
  }

  public static Slot other(Slot slot) {
    return slot == Slot.SLOT_A ? Slot.SLOT_B : Slot.SLOT_A;
  }
}
