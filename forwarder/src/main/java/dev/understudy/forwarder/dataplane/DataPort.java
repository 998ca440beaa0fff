package dev.understudy.forwarder.dataplane;

import dev.understudy.forwarder.soft.FrameView;
import dev.understudy.forwarder.soft.PortCounter;
import dev.understudy.forwarder.soft.SoftSwitch;
import dev.understudy.linux.FrameBatch;
import dev.understudy.linux.FrameChannel;
import dev.understudy.linux.PacketSocket;
import dev.understudy.linux.SendTally;
import dev.understudy.linux.SendVector;
import dev.understudy.linux.TagProtocol;
import dev.understudy.linux.TapDevice;
import dev.understudy.linux.UdpSocket;

/** A port's channel as the forwarding thread has it: what is to be sent, and what became of it. */
final class DataPort {
  /** Frames that leave by one system call. */
  static final int SEND_MAX = 128;

  final int number;
  final FrameChannel channel;

  /** What frames come into; shared by all ports of the same frame size. */
  FrameBatch batch;

  /** There is something to flush. */
  boolean dirty;

  private final SoftSwitch soft;
  private final SendVector vector;
  private final SendTally tally = new SendTally();
  private long pendingOctets;
  private long receiveDropsSeen;

  DataPort(int number, FrameChannel channel, FrameBatch batch, SoftSwitch soft) {
    this.number = number;
    this.channel = channel;
    this.batch = batch;
    this.soft = soft;
    vector = channel.offloads() ? SendVector.withOffloads(SEND_MAX) : SendVector.of(SEND_MAX);
  }

  /** Adds a frame of a batch; when there is no room, what there is goes first. */
  void add(FrameBatch from, int index, int tci) {
    if (vector.isFull()) {
      flush();
    }
    if (tci == FrameView.NO_TAG) {
      vector.add(from, index);
    } else {
      vector.addTagged(from, index, TagProtocol.CUSTOMER, tci);
    }
    pendingOctets += vector.length(vector.count() - 1);
    dirty = true;
  }

  /**
   * Sends all. What the kernel doesn't take is taken back from the port's counters of sent frames
   * and counted by its reason.
   */
  void flush() {
    dirty = false;
    long sentOctets = tally.sentOctets();
    long dropped = tally.dropped();
    long noBuffer = tally.droppedNoBuffer();
    long tooLong = tally.droppedTooLong();
    long noPeer = tally.droppedRefused();
    vector.flush(channel, tally);
    if (tally.dropped() != dropped) {
      long droppedNow = tally.dropped() - dropped;
      long noBufferNow = tally.droppedNoBuffer() - noBuffer;
      long tooLongNow = tally.droppedTooLong() - tooLong;
      long noPeerNow = tally.droppedRefused() - noPeer;
      soft.count(number, PortCounter.DROP_SEND_QUEUE_FULL, noBufferNow);
      soft.count(number, PortCounter.DROP_TOO_LONG, tooLongNow);
      soft.count(number, PortCounter.DROP_NO_PEER, noPeerNow);
      soft.count(
          number, PortCounter.DROP_SEND_FAILED, droppedNow - noBufferNow - tooLongNow - noPeerNow);
      soft.count(number, PortCounter.TX_FRAMES, -droppedNow);
      soft.count(number, PortCounter.TX_OCTETS, tally.sentOctets() - sentOctets - pendingOctets);
    }
    pendingOctets = 0;
  }

  /** Frames that the kernel refused, ever. */
  long dropped() {
    return tally.dropped();
  }

  /** errno of the last refusal. */
  int lastErrno() {
    return tally.lastErrno();
  }

  /** Counts what the kernel had no room for since the last time. */
  void countReceiveDrops() {
    long drops =
        switch (channel) {
          case PacketSocket socket -> socket.statistics().dropped();
          case UdpSocket socket -> socket.dropped();
          case TapDevice _ -> 0;
        };
    soft.count(number, PortCounter.DROP_RECEIVE_QUEUE_FULL, drops - receiveDropsSeen);
    receiveDropsSeen = drops;
  }
}
