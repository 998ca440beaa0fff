package dev.understudy.simulation;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.understudy.core.Engine;
import dev.understudy.core.EngineType;
import dev.understudy.core.ImageView;
import dev.understudy.core.Input;
import dev.understudy.core.Moment;
import dev.understudy.core.Outputs;
import dev.understudy.core.Step;
import dev.understudy.core.SwitchTime;
import dev.understudy.core.Timers;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.ConfigurationCell;
import dev.understudy.schema.CounterRow;
import dev.understudy.schema.IdentityRow;
import dev.understudy.schema.Output;
import dev.understudy.schema.PortState;
import dev.understudy.schema.SetAgeing;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.StoreConfiguration;
import dev.understudy.schema.StoredConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The smallest engine that can get everything wrong: it counts frames, answers each with the count
 * and the time, and again by a timer; a lost, doubled or reordered input, timer or row shows in
 * what it sends.
 */
final class ToyEngine implements Engine {
  static final EngineType TYPE =
      new EngineType() {
        @Override
        public String name() {
          return "toy";
        }

        @Override
        public List<Message> tables() {
          return List.of(
              CounterRow.getDefaultInstance(),
              ConfigRow.getDefaultInstance(),
              IdentityRow.getDefaultInstance());
        }

        @Override
        public Engine restore(ImageView image) {
          return new ToyEngine(image);
        }
      };

  /** A frame with this first octet makes the engine throw. */
  static final byte POISON = 66;

  /** What happens when an engine gets the frame "deadly": the test lets the process die. */
  static Runnable onDeadly = () -> {};

  private static final long REPLY_NANOS = 33_000_000L;

  private final TreeMap<Integer, Long> counts = new TreeMap<>();
  private final Timers timers;
  private Optional<IdentityRow> identity;
  private Optional<ConfigRow> config;

  private ToyEngine(ImageView image) {
    timers = Timers.restore("toy", image);
    for (CounterRow row : image.rows(CounterRow.getDefaultInstance())) {
      counts.put(row.getKey().getPort(), row.getValue());
    }
    identity = image.rows(IdentityRow.getDefaultInstance()).stream().findFirst();
    config = image.rows(ConfigRow.getDefaultInstance()).stream().findFirst();
  }

  @Override
  public Step on(Input input, Moment at) {
    Step.Builder step = new Step.Builder();
    switch (input) {
      case Input.Frame frame -> onFrame(frame, at, step);
      case Input.Tick tick -> onTick(at, step);
      case Input.Link link -> {
        count(link.port(), step);
        step.output(
            Outputs.portState(
                link.port(),
                0,
                link.state().up()
                    ? PortState.PORT_STATE_FORWARDING
                    : PortState.PORT_STATE_DISCARDING));
      }
      case Input.TermStarted started -> onStart(started, step);
      case Input.ApplyConfiguration apply -> {
        apply(apply, step);
      }
      default -> {}
    }
    timers.flush(step);
    return step.build();
  }

  private void onFrame(Input.Frame frame, Moment at, Step.Builder step) {
    if (frame.octets().byteAt(0) == POISON) {
      throw new IllegalStateException("poison");
    }
    if (frame.octets().equals(text("deadly"))) {
      onDeadly.run();
    }
    long count = count(frame.port(), step);
    step.output(Outputs.send(frame.port(), text("echo " + count + " at " + at.now().nanos())));
    timers.start(new Timers.Timer("reply", frame.port(), 0), at.now().plusNanos(REPLY_NANOS));
  }

  private void onTick(Moment at, Step.Builder step) {
    for (Timers.Timer timer : timers.takeExpired(at.now())) {
      long count = count(timer.port(), step);
      step.output(Outputs.send(timer.port(), text("timer " + count + " at " + at.now().nanos())));
      if (count % 3 != 0) {
        timers.start(timer, at.now().plusNanos(REPLY_NANOS * 2));
      }
    }
  }

  private void onStart(Input.TermStarted started, Step.Builder step) {
    switch (started.start()) {
      case HITLESS -> {}
      case UNSYNCED -> {
        StoredConfiguration stored = started.stored().orElseThrow();
        if (identity.isEmpty()) {
          identity = Optional.of(stored.getIdentity());
          config = Optional.of(stored.getConfig());
          step.put(stored.getIdentity()).put(stored.getConfig());
          step.output(store());
        }
        for (SetPortState state : started.readBack()) {
          step.output(
              Outputs.portState(
                  state.getBridgePort(), state.getTree(), PortState.PORT_STATE_DISCARDING));
        }
      }
      case NEW_FORWARDER -> step.output(store());
    }
  }

  private void apply(Input.ApplyConfiguration apply, Step.Builder step) {
    ConfigRow row =
        config.orElseThrow().toBuilder()
            .setVersion(config.orElseThrow().getVersion() + 1)
            .setConfig(apply.config())
            .build();
    config = Optional.of(row);
    step.put(row);
    step.output(store());
    step.output(
        Output.newBuilder()
            .setSetAgeing(SetAgeing.newBuilder().setSeconds((int) row.getVersion()))
            .build());
    step.answer(true, "version " + row.getVersion());
  }

  private Output store() {
    StoredConfiguration stored =
        StoredConfiguration.newBuilder()
            .setIdentity(identity.orElseThrow())
            .setConfig(config.orElseThrow())
            .build();
    return Output.newBuilder()
        .setStoreConfiguration(
            StoreConfiguration.newBuilder()
                .setVersion(config.orElseThrow().getVersion())
                .setSwitchUuid(identity.orElseThrow().getUuid())
                .setCell(ConfigurationCell.newBuilder().setOctets(stored.toByteString())))
        .build();
  }

  private long count(int port, Step.Builder step) {
    long count = counts.merge(port, 1L, Long::sum);
    step.put(counter(port, count));
    return count;
  }

  private static CounterRow counter(int port, long count) {
    return CounterRow.newBuilder()
        .setKey(CounterRow.Key.newBuilder().setEngine("toy").setName("frames").setPort(port))
        .setValue(count)
        .build();
  }

  static ByteString text(String text) {
    return ByteString.copyFromUtf8(text);
  }

  @Override
  public Optional<SwitchTime> nextDeadline() {
    return timers.nextDeadline();
  }

  @Override
  public List<Message> export() {
    List<Message> rows = new ArrayList<>(timers.export());
    counts.forEach((port, count) -> rows.add(counter(port, count)));
    identity.ifPresent(rows::add);
    config.ifPresent(rows::add);
    return rows;
  }
}
