package dev.understudy.border;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.fuzz.Fuzz;
import dev.understudy.schema.BorderBracket;
import dev.understudy.schema.Claim;
import dev.understudy.schema.ClaimKind;
import dev.understudy.schema.Held;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.LearnedRequest;
import dev.understudy.schema.Output;
import dev.understudy.schema.Permit;
import dev.understudy.schema.Position;
import dev.understudy.schema.ReadBackRequest;
import dev.understudy.schema.Resume;
import dev.understudy.schema.SetTiming;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StandbyReady;
import dev.understudy.schema.SupervisorHello;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Any messages on two sessions: the judge goes on, and terms and brackets only grow. */
final class RudeMessagesFuzzTest {
  private static final long MILLI = 1_000_000L;
  private static final int MESSAGES_MAX = 64;

  private static ToForwarder hello(Slot slot) {
    return ToForwarder.newBuilder()
        .setHello(SupervisorHello.newBuilder().setSlot(slot).setInstance(1))
        .build();
  }

  private static ToForwarder claim(ClaimKind kind) {
    return ToForwarder.newBuilder()
        .setClaim(
            Claim.newBuilder().setKind(kind).setHeld(Position.newBuilder().setTerm(1).setNumber(1)))
        .build();
  }

  private static ToForwarder bracket(long number, Output... outputs) {
    return ToForwarder.newBuilder()
        .setBracket(
            BorderBracket.newBuilder()
                .setTerm(1)
                .setMadeInTerm(1)
                .setNumber(number)
                .setTick(1)
                .addAllOutputs(List.of(outputs)))
        .build();
  }

  /** Each message behind an octet: its lowest bit says which session, the rest how much later. */
  private static byte[] story(ToForwarder... messages) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      for (int i = 0; i < messages.length; i++) {
        out.write(i % 2);
        messages[i].writeDelimitedTo(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static List<byte[]> examples() {
    ToForwarder ready =
        ToForwarder.newBuilder()
            .setStandbyReady(StandbyReady.newBuilder().setTerm(1).setNumber(1))
            .build();
    ToForwarder held =
        ToForwarder.newBuilder().setHeld(Held.newBuilder().setTerm(1).setNumber(2)).build();
    Output timing =
        Output.newBuilder()
            .setSetTiming(SetTiming.newBuilder().setTickNanos(20 * MILLI).setSilenceLimitTicks(5))
            .build();
    ToForwarder permit =
        ToForwarder.newBuilder().setPermit(Permit.newBuilder().setTerm(1).setNumber(2)).build();
    ToForwarder resume =
        ToForwarder.newBuilder()
            .setResume(Resume.newBuilder().setTerm(1).setInstance(1).setIncarnation(1))
            .build();
    ToForwarder readBack =
        ToForwarder.newBuilder()
            .setReadBack(ReadBackRequest.newBuilder().setRequest(1).setLearned(true))
            .build();
    ToForwarder learned =
        ToForwarder.newBuilder().setLearnedRequest(LearnedRequest.newBuilder()).build();
    return List.of(
        story(
            hello(Slot.SLOT_A),
            hello(Slot.SLOT_B),
            claim(ClaimKind.FORCE),
            ready,
            bracket(1, timing),
            held,
            bracket(2),
            held),
        story(
            hello(Slot.SLOT_A),
            hello(Slot.SLOT_B),
            claim(ClaimKind.FORCE),
            ready,
            permit,
            claim(ClaimKind.HANDED_OVER),
            readBack,
            claim(ClaimKind.IF_LOST)),
        story(hello(Slot.SLOT_A), hello(Slot.SLOT_B), learned, claim(ClaimKind.COLD), resume));
  }

  /** Answers with nothing; what it is asked doesn't matter here. */
  private static DataPlane plane() {
    return (DataPlane)
        Proxy.newProxyInstance(
            DataPlane.class.getClassLoader(),
            new Class<?>[] {DataPlane.class},
            (proxy, method, arguments) -> {
              Class<?> type = method.getReturnType();
              if (type.equals(Optional.class)) {
                return Optional.empty();
              }
              if (type.equals(LearnedInput.class)) {
                return LearnedInput.getDefaultInstance();
              }
              return type.equals(long.class) ? (Object) 0L : List.of();
            });
  }

  private static final class Clock implements SwitchClock {
    long now = 1;

    @Override
    public long nanos() {
      return now;
    }

    @Override
    public long wallMillis() {
      return now / MILLI;
    }
  }

  private static final class Nobody implements Outbox {
    @Override
    public void send(long session, ToSupervisor message) {}

    @Override
    public void close(long session) {}
  }

  private static final class NoDisk implements BorderStore {
    @Override
    public Stored load() {
      return Stored.NOTHING;
    }

    @Override
    public void saveTermCeiling(long termCeiling, long incarnation) {}

    @Override
    public void saveConfiguration(ByteString switchUuid, long version, ByteString configuration) {}
  }

  @Test
  void messages() {
    DataPlane plane = plane();
    Fuzz.run(
        getClass(),
        "border",
        examples(),
        octets -> {
          Clock clock = new Clock();
          Border border =
              new Border(
                  new Border.Identity("test", 1, "test"), clock, new Nobody(), plane, new NoDisk());
          border.opened(1);
          border.opened(2);
          ByteArrayInputStream in = new ByteArrayInputStream(octets);
          StringBuilder said = new StringBuilder();
          for (int i = 0; i < MESSAGES_MAX && in.available() > 0; i++) {
            int when = in.read();
            ToForwarder message;
            try {
              message = ToForwarder.parseDelimitedFrom(in);
            } catch (InvalidProtocolBufferException e) {
              break;
            }
            if (message == null) {
              break;
            }
            long term = border.term();
            long applied = border.applied();
            border.received(1 + (when & 1), message);
            clock.now += (when >>> 1) * MILLI;
            if (clock.now >= border.nextDeadlineNanos()) {
              border.onTime();
            }
            assertThat(border.term()).isGreaterThanOrEqualTo(term);
            assertThat(border.term() > term || border.applied() >= applied).isTrue();
            if (said.length() < 24) {
              said.append(message.getKindCase().getNumber())
                  .append(border.term() > term ? 'T' : '.')
                  .append(border.applied() > applied ? 'A' : '.');
            }
          }
          return said.toString();
        });
  }
}
