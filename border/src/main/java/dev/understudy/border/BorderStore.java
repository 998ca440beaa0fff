package dev.understudy.border;

import com.google.protobuf.ByteString;

/** What outlives the forwarder process. */
public interface BorderStore {
  /**
   * What was stored last.
   *
   * @param termCeiling no grant has been above this term
   * @param incarnation of the last forwarder process
   * @param switchUuid empty when there is none yet
   * @param configuration opaque
   */
  record Stored(
      long termCeiling,
      long incarnation,
      ByteString switchUuid,
      long configurationVersion,
      ByteString configuration) {
    public static final Stored NOTHING = new Stored(0, 0, ByteString.EMPTY, 0, ByteString.EMPTY);
  }

  Stored load();

  /** Returns only when the ceiling is on the disk. Called at start and, ahead of need, rarely. */
  void saveTermCeiling(long termCeiling, long incarnation);

  /** Puts the configuration on the disk soon, off the judgement's thread. */
  void saveConfiguration(ByteString switchUuid, long version, ByteString configuration);
}
