package dev.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.understudy.core.Engine;
import dev.understudy.core.EngineType;
import dev.understudy.core.Image;
import dev.understudy.core.ImageView;
import dev.understudy.core.Input;
import dev.understudy.core.Moment;
import dev.understudy.core.Outputs;
import dev.understudy.core.ResumeCheck;
import dev.understudy.core.RowChange;
import dev.understudy.core.Step;
import dev.understudy.core.SwitchTime;
import dev.understudy.core.Timers;
import dev.understudy.schema.EngineRow;
import dev.understudy.schema.Slot;
import dev.understudy.schema.TermRow;
import dev.understudy.schema.TimerRow;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RehearsalTest {
  private static final long NOW = 5_000_000_000L;

  /** Sends a frame when its only timer has come. */
  private static final class Alarm implements Engine {
    static final EngineType TYPE =
        new EngineType() {
          @Override
          public String name() {
            return "alarm";
          }

          @Override
          public List<Message> tables() {
            return List.of();
          }

          @Override
          public Engine restore(ImageView image) {
            return new Alarm(Timers.restore("alarm", image));
          }
        };

    private final Timers timers;

    Alarm(Timers timers) {
      this.timers = timers;
    }

    @Override
    public Step on(Input input, Moment at) {
      Step.Builder step = new Step.Builder();
      if (input instanceof Input.TermStarted started && started.anew().contains("alarm")) {
        step.output(Outputs.send(1, ByteString.copyFromUtf8("anew")));
      }
      if (input instanceof Input.Tick && !timers.takeExpired(at.now()).isEmpty()) {
        step.output(Outputs.send(1, ByteString.copyFromUtf8("now")));
      }
      timers.flush(step);
      return step.build();
    }

    @Override
    public Optional<SwitchTime> nextDeadline() {
      return timers.nextDeadline();
    }

    @Override
    public List<Message> export() {
      return List.copyOf(timers.export());
    }
  }

  private static String problem(Image image) {
    return Rehearsal.run(
            new Settings(Slot.SLOT_B, 1, "", "", 1, List.of(Alarm.TYPE), new NoHomes()),
            image,
            ResumeCheck.Writer.SAME_SCHEMA)
        .problem();
  }

  private static String rehearse(long deadlineNanos, long wakeAtNanos) {
    Image image = new Image();
    TimerRow timer =
        TimerRow.newBuilder()
            .setKey(TimerRow.Key.newBuilder().setEngine("alarm").setName("only"))
            .setDeadlineNanos(deadlineNanos)
            .build();
    TermRow term =
        TermRow.newBuilder().setKey(TermRow.Key.newBuilder().setTerm(1)).setStartsAt(1).build();
    image.apply(
        List.of(RowChange.put(timer), RowChange.put(term)),
        new Image.Position(1, 7),
        new Image.Mark(1, 9, new Moment(new SwitchTime(NOW), 0), wakeAtNanos));
    return problem(image);
  }

  @Test
  void an_image_with_timers_to_come_makes_no_output() {
    assertThat(rehearse(NOW + 1, NOW + 1)).isEmpty();
  }

  @Test
  void a_timer_that_is_due_at_the_next_tick_is_no_fault_of_the_image() {
    assertThat(rehearse(NOW - 1, NOW - 1)).isEmpty();
  }

  @Test
  void an_engine_that_would_get_another_try_is_no_fault_of_the_image() {
    Image image = new Image();
    EngineRow faulty =
        EngineRow.newBuilder()
            .setKey(EngineRow.Key.newBuilder().setEngine("alarm"))
            .setFaulty(true)
            .build();
    TermRow term =
        TermRow.newBuilder().setKey(TermRow.Key.newBuilder().setTerm(1)).setStartsAt(1).build();
    image.apply(
        List.of(RowChange.put(faulty), RowChange.put(term)),
        new Image.Position(1, 4),
        new Image.Mark(1, 9, new Moment(new SwitchTime(NOW), 0), 0));

    assertThat(problem(image)).isEmpty();
  }

  @Test
  void a_timer_that_the_active_did_not_know_of_is_told() {
    assertThat(rehearse(NOW - 1, NOW + 1)).isEqualTo("a takeover would send at once: SEND_FRAME");
  }
}
