package dev.understudy.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.understudy.schema.PortRow;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Two engines: one keeps a row of each port that it was told of, the other one fails. */
final class EngineHostTest {
  private static final Moment NOW = new Moment(new SwitchTime(1), 1);
  private static final Input LINK =
      new Input.Link(4, new Input.LinkState(true, true, 0, 1000, true, 1500, ""));
  private static final Input FRAME = new Input.Frame(4, ByteString.EMPTY, "bpdu");

  private final Image image = new Image();
  private final EngineHost host =
      new EngineHost(List.of(type("fragile", false), type("keeper", true)), image);
  private int failures;

  private static EngineType type(String name, boolean keeps) {
    return new EngineType() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public List<Message> tables() {
        return keeps ? List.of(PortRow.getDefaultInstance()) : List.of();
      }

      @Override
      public Engine restore(ImageView rows) {
        return new Keeper(keeps);
      }
    };
  }

  private record Keeper(boolean keeps) implements Engine {
    @Override
    public Step on(Input input, Moment at) {
      int port =
          switch (input) {
            case Input.Link link -> link.port();
            case Input.Frame frame -> frame.port();
            default -> 0;
          };
      return keeps && port != 0 ? new Step.Builder().put(row(port)).build() : Step.NOTHING;
    }

    @Override
    public Optional<SwitchTime> nextDeadline() {
      return Optional.empty();
    }

    @Override
    public List<Message> export() {
      return List.of();
    }
  }

  private static PortRow row(int port) {
    return PortRow.newBuilder().setKey(PortRow.Key.newBuilder().setPort(port)).build();
  }

  private void fails(int times) {
    failures = times;
    host.setFault((engine, input) -> {
      if (engine.equals("fragile") && failures > 0) {
        failures--;
        throw new IllegalStateException("on purpose");
      }
    });
  }

  private Result give(Input input) {
    Result result = host.on(input, NOW);
    result.rows().forEach(image::apply);
    return result;
  }

  @Test
  void a_frame_at_which_an_engine_fails_is_consumed_without_effect() {
    fails(1);
    give(FRAME);
    assertThat(image.row(row(4))).isEmpty();
    assertThat(host.faulty()).isEmpty();
    give(FRAME);
    assertThat(image.row(row(4))).isPresent();
  }

  @Test
  void an_engine_that_fails_at_two_frames_in_a_row_is_faulty_and_the_others_go_on() {
    fails(9);
    give(FRAME);
    give(FRAME);
    assertThat(host.faulty()).containsExactly("fragile");
    assertThat(image.row(row(4))).isEmpty();
    give(FRAME);
    assertThat(image.row(row(4))).isPresent();
    assertThat(failures).isEqualTo(7);
  }

  @Test
  void a_link_at_which_an_engine_fails_once_is_taken_all_the_same() {
    fails(1);
    assertThat(give(LINK).events()).singleElement().asString().contains("fragile threw at Link");
    assertThat(image.row(row(4))).isPresent();
    assertThat(host.faulty()).isEmpty();
    fails(1);
    give(FRAME);
    assertThat(host.faulty()).isEmpty();
  }

  @Test
  void a_link_is_taken_without_the_engine_that_cannot_take_it() {
    fails(9);
    give(LINK);
    assertThat(image.row(row(4))).isPresent();
    assertThat(host.faulty()).containsExactly("fragile");
    assertThat(failures).isEqualTo(7);
  }
}
