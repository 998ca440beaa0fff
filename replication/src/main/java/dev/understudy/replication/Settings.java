package dev.understudy.replication;

import dev.understudy.core.EngineType;
import dev.understudy.schema.Slot;
import java.util.List;

/**
 * Who a supervisor is.
 *
 * @param instance chosen anew by each process
 * @param engines in the order in which they get each input
 */
public record Settings(
    Slot slot,
    long instance,
    String release,
    String schemaFingerprint,
    long processId,
    List<EngineType> engines,
    ConfigurationHomes homes,
    BootedImage image) {

  /** One that runs what came with the launcher. */
  public Settings(
      Slot slot,
      long instance,
      String release,
      String schemaFingerprint,
      long processId,
      List<EngineType> engines,
      ConfigurationHomes homes) {
    this(
        slot,
        instance,
        release,
        schemaFingerprint,
        processId,
        engines,
        homes,
        BootedImage.BUILT_IN);
  }

  /** The other slot. */
  public Slot peer() {
    return slot == Slot.SLOT_A ? Slot.SLOT_B : Slot.SLOT_A;
  }

  /** A or B. */
  public static String letter(Slot slot) {
    return slot == Slot.SLOT_A ? "A" : slot == Slot.SLOT_B ? "B" : "none";
  }
}
