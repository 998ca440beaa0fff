package dev.understudy.benchmarks;

import dev.understudy.linux.FrameChannel;

/** A host that sends and one that receives, at two ports of a switch. */
sealed interface Hosts permits Cables, UdpHosts {
  /** Opens the first one's end. */
  FrameChannel source();

  /** Opens the second one's end. */
  FrameChannel sink();
}
