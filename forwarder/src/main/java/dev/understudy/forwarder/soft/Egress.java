package dev.understudy.forwarder.soft;

/**
 * Where the switch puts frames. Called while {@link SoftSwitch#receive} runs; the view is valid
 * until it returns, its memory until the caller of {@code receive} uses it again.
 */
public interface Egress {
  /**
   * Sends a frame.
   *
   * @param frame not to be changed: a flooded frame leaves by several ports
   * @param tci of the tag with which it leaves, or {@link FrameView#NO_TAG}; see {@link
   *     FrameView#copyTo}
   */
  void transmit(int port, FrameView frame, int tci);

  /**
   * Hands a control frame to the judgement.
   *
   * @param tci as in {@link #transmit}; a priority tag before a reserved address's frame is left
   *     out
   */
  void punt(int port, FrameView frame, int tci, String trafficClass);
}
