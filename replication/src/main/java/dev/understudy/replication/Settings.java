package dev.understudy.replication;

import dev.understudy.core.EngineType;
import dev.understudy.schema.Slot;
import java.util.List;

/**
 * Who a supervisor is.
 *
 * @param instance chosen anew by each process
 * @param engines in the order in which they get each input
 * @param snapshotChunkRows rows of a snapshot that are sent at a time; small, so that the loop is
 *     never held up
 */
public record Settings(
    Slot slot,
    long instance,
    String release,
    String schemaFingerprint,
    long processId,
    List<EngineType> engines,
    ConfigurationHomes homes,
    BootedImage image,
    int snapshotChunkRows) {
  private static final int SNAPSHOT_CHUNK_ROWS = 256;

  public Settings(
      Slot slot,
      long instance,
      String release,
      String schemaFingerprint,
      long processId,
      List<EngineType> engines,
      ConfigurationHomes homes,
      BootedImage image) {
    this(
        slot,
        instance,
        release,
        schemaFingerprint,
        processId,
        engines,
        homes,
        image,
        SNAPSHOT_CHUNK_ROWS);
  }

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
