package dev.understudy.benchmarks.micro;

import com.google.protobuf.ByteString;
import dev.understudy.core.Check;
import dev.understudy.core.Image;
import dev.understudy.core.ResumeCheck;
import dev.understudy.core.RowChange;
import dev.understudy.replication.Rehearsal;
import dev.understudy.schema.LearnedRow;
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

/**
 * What a standby does every five seconds. One percent of a processor is 50 ms for both together;
 * the copy is all that the loop itself does of it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class RehearsalBenchmark {
  private static final int PORTS = 100;

  /** Learned addresses, beside what ports, spanning tree and configuration have. */
  @Param({"10000"})
  public int rows;

  private BenchedSupervisor supervisor;
  private Image image;

  @Setup
  public void prepare() {
    supervisor = new BenchedSupervisor(PORTS, octets -> {});
    image = supervisor.image();
    for (int host = 0; host < rows; host++) {
      byte[] mac = {2, 0x14, 0, (byte) (host >>> 16), (byte) (host >>> 8), (byte) host};
      image.apply(
          RowChange.put(
              LearnedRow.newBuilder()
                  .setKey(LearnedRow.Key.newBuilder().setFid(1).setMac(ByteString.copyFrom(mac)))
                  .setBridgePort(1 + host % PORTS)
                  .build()));
    }
    Check.that(rehearse().problem().isEmpty(), "a takeover would go well", rehearse().problem());
  }

  @Benchmark
  public Image copy() {
    return image.copy();
  }

  @Benchmark
  public Rehearsal.Outcome rehearse() {
    return Rehearsal.run(supervisor.settings(), image.copy(), ResumeCheck.Writer.SAME_SCHEMA);
  }
}
