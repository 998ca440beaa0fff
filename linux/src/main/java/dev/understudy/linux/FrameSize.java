package dev.understudy.linux;

/** How long the longest frame of a batch may be, its tag included and its checksum not. */
public enum FrameSize {
  /** Frames of links with an MTU up to 2,000 octets. */
  STANDARD(2_048),
  /** Jumbo frames, MTU up to 9,600 octets. */
  JUMBO(9_728),
  /** What a kernel hands over before segmentation: up to 64 KiB behind a tagged header. */
  UNSEGMENTED(65_600);

  private final int octets;

  FrameSize(int octets) {
    this.octets = octets;
  }

  public int octets() {
    return octets;
  }
}
