package dev.understudy.forwarder.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.understudy.border.DataPlaneListener;
import dev.understudy.forwarder.soft.SwitchLimits;
import dev.understudy.schema.ForwarderCounter;
import dev.understudy.schema.LinkInput;
import dev.understudy.schema.Output;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** The judgement's loop around a data plane, with a record of what it was told. */
final class Judgement implements DataPlaneListener, AutoCloseable {
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  /** A control frame. */
  record Control(int port, ByteString frame, String trafficClass) {}

  final SoftDataPlane plane;
  final List<Control> frames = new ArrayList<>();
  final List<LinkInput> links = new ArrayList<>();
  private final Map<Integer, LinkInput> linkOf = new TreeMap<>();
  int learnedTold;

  Judgement() {
    this(Optional.empty());
  }

  /**
   * @param interfaces where it is remembered how interfaces were
   */
  Judgement(Optional<Path> interfaces) {
    plane =
        new SoftDataPlane(
            new SoftDataPlane.Options(SwitchLimits.SMALL, 7, Optional.empty(), interfaces));
  }

  @Override
  public void frame(int port, ByteString frame, String trafficClass) {
    frames.add(new Control(port, frame, trafficClass));
  }

  @Override
  public void link(LinkInput link) {
    links.add(link);
    linkOf.put(link.getPort(), link);
  }

  @Override
  public void learnedAvailable() {
    learnedTold++;
  }

  Judgement set(Output... outputs) {
    for (Output output : outputs) {
      assertThat(plane.carryOut(output)).as("%s", output).isEmpty();
    }
    plane.drainControl(this);
    return this;
  }

  /** Runs the loop until something is so. */
  void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting for: %s", what).isLessThan(deadline);
      plane.awaitControl(20_000_000);
      plane.drainControl(this);
    }
  }

  /** The last that was told of a port's link; one that was never told is not there. */
  LinkInput linkOf(int port) {
    return linkOf.getOrDefault(port, LinkInput.getDefaultInstance());
  }

  boolean isUp(int port) {
    return linkOf(port).getUp();
  }

  long downCount(int port) {
    return linkOf(port).getDownCount();
  }

  long counter(String name, int port) {
    return plane.counters().stream()
        .filter(counter -> counter.getName().equals(name) && counter.getPort() == port)
        .mapToLong(ForwarderCounter::getValue)
        .sum();
  }

  @Override
  public void close() {
    plane.close();
  }
}
