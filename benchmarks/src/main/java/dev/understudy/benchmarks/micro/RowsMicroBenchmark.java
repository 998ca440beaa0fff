package dev.understudy.benchmarks.micro;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.core.Image;
import dev.understudy.core.RowChange;
import dev.understudy.core.RowKey;
import dev.understudy.core.Tables;
import dev.understudy.replication.RowOctets;
import dev.understudy.schema.LearnedRow;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** What a row costs on its way: made, into octets, out of octets, into an image, digested. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class RowsMicroBenchmark {
  private static final int BATCH = 512;
  private static final int PORTS = 2;

  @Param({"10000", "100000"})
  public int rows;

  private Image image;
  private final List<List<RowChange>> brackets = new ArrayList<>();
  private final List<ByteString> octets = new ArrayList<>();
  private int next;
  private long number;

  @Setup
  public void prepare() {
    image = new Image();
    for (int port = 1; port <= PORTS; port++) {
      for (int first = 0; first < rows; first += BATCH) {
        List<RowChange> bracket = new ArrayList<>();
        for (int host = first; host < first + BATCH; host++) {
          bracket.add(RowChange.put(row(host % rows, port)));
        }
        brackets.add(bracket);
      }
    }
    brackets.getFirst().forEach(row -> octets.add(RowOctets.encode(row)));
    brackets.forEach(this::apply);
  }

  private static LearnedRow row(int host, int port) {
    byte[] mac = {
      0x02, 0x14, (byte) (host >>> 24), (byte) (host >>> 16), (byte) (host >>> 8), (byte) host
    };
    return LearnedRow.newBuilder()
        .setKey(LearnedRow.Key.newBuilder().setFid(1).setMac(ByteString.copyFrom(mac)))
        .setBridgePort(port)
        .build();
  }

  private void apply(List<RowChange> bracket) {
    number++;
    image.apply(bracket, new Image.Position(1, number), Image.Mark.NONE);
  }

  /** A bracket of 512 changed rows into the image; per row. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void applyToImage() {
    next = (next + 1) % brackets.size();
    apply(brackets.get(next));
  }

  /** A row message made and made into a change; per row. */
  @Benchmark
  public RowChange makeChange() {
    next = (next + 1) % rows;
    return RowChange.put(row(next, 1));
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void encode(Blackhole blackhole) {
    for (RowChange row : brackets.getFirst()) {
      blackhole.consume(RowOctets.encode(row));
    }
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void decode(Blackhole blackhole) throws InvalidProtocolBufferException {
    for (ByteString row : octets) {
      blackhole.consume(RowOctets.decode(row));
    }
  }

  /** A digest over the whole table; per table, not per row. */
  @Benchmark
  public Image.Digest digest() {
    return image.digest(RowKey.first(Tables.number(LearnedRow.getDefaultInstance())), null);
  }
}
