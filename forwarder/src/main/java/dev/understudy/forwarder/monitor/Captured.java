package dev.understudy.forwarder.monitor;

/**
 * A frame as it passed a port, its tag in line.
 *
 * @param nanos of the monotonic clock
 * @param control it passed the port's control socket or was sent for a supervisor
 * @param term and number of the bracket that sent it; 0 without one
 * @param lostBefore frames before this one that found no room
 */
record Captured(
    long nanos,
    Direction direction,
    boolean control,
    long term,
    long number,
    long lostBefore,
    Octets octets) {

  enum Direction {
    IN,
    OUT
  }

  /** Octets that nobody changes any more. */
  record Octets(java.nio.ByteBuffer buffer) {
    static Octets of(byte[] octets) {
      return new Octets(java.nio.ByteBuffer.wrap(octets).asReadOnlyBuffer());
    }

    int length() {
      return buffer.remaining();
    }
  }
}
