package dev.understudy.benchmarks.micro;

import com.google.protobuf.ByteString;
import dev.understudy.core.Check;
import dev.understudy.schema.ForwarderInput;
import dev.understudy.schema.FrameInput;
import dev.understudy.wire.MacAddress;
import dev.understudy.wire.bpdu.Bpdu;
import dev.understudy.wire.bpdu.BpduCodec;
import dev.understudy.wire.bpdu.BpduFlags;
import dev.understudy.wire.bpdu.BpduPortRole;
import dev.understudy.wire.bpdu.BpduTimes;
import dev.understudy.wire.bpdu.BridgeId;
import dev.understudy.wire.bpdu.PortId;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What one input costs the active's loop, from the forwarder's message to all octets that leave.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class LoopBenchmark {
  private static final MacAddress MAC = MacAddress.parse("02:be:00:00:00:01");
  private static final BridgeId BRIDGE = BridgeId.of(0, MAC);
  private static final long SECOND_NANOS = 1_000_000_000L;

  @Param({"4", "100"})
  public int ports;

  private BenchedSupervisor supervisor;
  private ByteString[] proposals;
  private int next;

  @Setup
  public void prepare(Blackhole blackhole) {
    supervisor = new BenchedSupervisor(ports, blackhole::consume);
    proposals = new ByteString[ports];
    for (int port = 0; port < ports; port++) {
      proposals[port] = ByteString.copyFrom(proposal(port + 1).toByteArray());
    }
    for (int i = 0; i < 3 * ports; i++) {
      proposalToAgreement();
    }
    long before = supervisor.framesSent();
    proposalToAgreement();
    Check.that(
        supervisor.framesSent() == before + 1,
        "a Proposal has one answer",
        before,
        supervisor.framesSent());
  }

  private static dev.understudy.wire.Octets proposal(int port) {
    return BpduCodec.encodeFrame(
        new Bpdu.Rst(
            BpduFlags.NONE.withRole(BpduPortRole.DESIGNATED).withProposal(true),
            BRIDGE,
            0,
            BRIDGE,
            PortId.of(PortId.PRIORITY_DEFAULT, port),
            BpduTimes.DEFAULT),
        MAC);
  }

  /** A tick at which no timer fires: the heartbeat. */
  @Benchmark
  public void emptyTick() {
    supervisor.tick(1);
  }

  /** A Proposal and its Agreement. Each port gets one a second, so that each may answer. */
  @Benchmark
  public void proposalToAgreement() {
    next = (next + 1) % ports;
    supervisor.input(
        ForwarderInput.newBuilder()
            .setFrame(
                FrameInput.newBuilder()
                    .setPort(next + 1)
                    .setFrame(proposals[next])
                    .setTrafficClass("stp")),
        SECOND_NANOS / ports + 1);
  }
}
