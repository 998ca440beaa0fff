package dev.understudy.forwarder.soft;

import dev.understudy.schema.LearnedChange;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.Output;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A switch with a record of what leaves it, and an image of its learned addresses. */
final class SwitchUnderTest {
  static final long INCARNATION = 77;

  final SoftSwitch soft;

  /** What left since the last frame: {@code "3 <hex>"}, in ascending order of ports. */
  final List<String> sent = new ArrayList<>();

  /** What was punted since the last frame: {@code "3 stp <hex>"}. */
  final List<String> punted = new ArrayList<>();

  /** Learned addresses as an observer of the changes knows them: FID and MAC to bridge port. */
  final Map<String, Integer> image = new TreeMap<>();

  long now = 1_000_000_000L;
  long imageSequence;
  private final FrameView view = new FrameView();

  SwitchUnderTest() {
    this(SwitchLimits.SMALL);
  }

  SwitchUnderTest(SwitchLimits limits) {
    soft =
        new SoftSwitch(
            limits,
            INCARNATION,
            new Egress() {
              @Override
              public void transmit(int port, FrameView frame, int tci) {
                sent.add(port + " " + hex(frame.toByteArray(tci)));
              }

              @Override
              public void punt(int port, FrameView frame, int tci, String trafficClass) {
                punted.add(port + " " + trafficClass + " " + hex(frame.toByteArray(tci)));
              }
            });
  }

  static String hex(byte[] octets) {
    return HexFormat.of().formatHex(octets);
  }

  SwitchUnderTest set(Output... outputs) {
    for (Output output : outputs) {
      soft.carryOut(output)
          .ifPresent(refusal -> {
            throw new AssertionError(refusal);
          });
    }
    return this;
  }

  /** Ports that have a link and forward in tree 0. */
  SwitchUnderTest open(int... ports) {
    for (int port : ports) {
      soft.link(port, true);
      set(TestFrames.forwarding(port));
    }
    return this;
  }

  SwitchUnderTest receive(int port, byte[] frame) {
    sent.clear();
    punted.clear();
    view.set(MemorySegment.ofArray(frame), 0, frame.length, FrameView.NO_TAG);
    soft.receive(port, view, now);
    return this;
  }

  /** Receives a frame whose tag the kernel took out. */
  SwitchUnderTest receiveStripped(int port, byte[] frame, int tci) {
    sent.clear();
    punted.clear();
    view.set(MemorySegment.ofArray(frame), 0, frame.length, tci);
    soft.receive(port, view, now);
    return this;
  }

  List<Integer> sentTo() {
    return sent.stream()
        .map(line -> Integer.valueOf(line.substring(0, line.indexOf(' '))))
        .toList();
  }

  long counter(PortCounter counter, int port) {
    return counter(counter.text(), port);
  }

  long counter(String name, int port) {
    return soft.counters().stream()
        .filter(one -> one.getName().equals(name) && one.getPort() == port)
        .mapToLong(one -> one.getValue())
        .sum();
  }

  LearnedInput learnedAfter(long incarnation, long sequence) {
    LearnedBatch batch = new LearnedBatch();
    soft.learnedAfter(incarnation, sequence, batch);
    return batch.toInput();
  }

  /** Brings the image up to date; returns the batches it took. */
  int follow() {
    int batches = 0;
    while (true) {
      LearnedInput input = learnedAfter(INCARNATION, imageSequence);
      boolean more = input.getSequence() != imageSequence;
      if (!more) {
        return batches;
      }
      batches++;
      imageSequence = input.getSequence();
      if (input.getDumpBegin()) {
        image.clear();
      }
      input.getChangesList().forEach(this::apply);
    }
  }

  private void apply(LearnedChange change) {
    if (change.getFlush()) {
      image
          .entrySet()
          .removeIf(entry ->
              (change.getFid() == 0 || entry.getKey().startsWith(change.getFid() + " "))
                  && (change.getBridgePort() == 0 || entry.getValue() == change.getBridgePort()));
      return;
    }
    String key = key(change.getFid(), Macs.bits(change.getMac()));
    if (change.getBridgePort() == 0) {
      image.remove(key);
    } else {
      image.put(key, change.getBridgePort());
    }
  }

  static String key(int fid, long mac) {
    return fid + " " + Long.toHexString(mac);
  }
}
