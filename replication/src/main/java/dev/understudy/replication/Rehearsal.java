package dev.understudy.replication;

import dev.understudy.core.EngineHost;
import dev.understudy.core.Image;
import dev.understudy.schema.ClaimKind;
import dev.understudy.schema.ForwarderInput;
import dev.understudy.schema.Granted;
import dev.understudy.schema.Position;
import dev.understudy.schema.TickInput;
import dev.understudy.schema.ToForwarder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A takeover on a copy of the image, whose messages go nowhere: shows that engines can be made of
 * it and that the first steps have no outputs, and leaves the takeover's code loaded before it is
 * needed.
 */
final class Rehearsal {
  private Rehearsal() {}

  /** Collects what would have been sent to the forwarder. */
  private static final class Nowhere extends SilentEnvironment {
    final List<ToForwarder> sent = new ArrayList<>();
    final List<String> errors = new ArrayList<>();

    @Override
    public void toForwarder(ToForwarder message) {
      sent.add(message);
    }

    @Override
    public void event(Severity severity, String code, String text) {
      if (severity == Severity.ERROR) {
        errors.add(code + " " + text);
      }
    }
  }

  /**
   * Rehearses.
   *
   * @return empty when all went well; otherwise what didn't
   */
  static Optional<String> run(Settings settings, Image image) {
    Nowhere nowhere = new Nowhere();
    Image copy = image.copy();
    Image.Mark mark = image.mark();
    Granted granted =
        Granted.newBuilder()
            .setTerm(image.position().term() + 1)
            .setKind(ClaimKind.IF_LOST)
            .setReason("rehearsal")
            .setApplied(image.position().number())
            .setLastApplied(
                Position.newBuilder()
                    .setTerm(image.position().term())
                    .setNumber(image.position().number()))
            .setConsumed(mark.consumed())
            .setIncarnation(mark.incarnation())
            .setNowNanos(mark.at().now().nanos())
            .setWallMillis(mark.at().wallMillis())
            .setInSync(true)
            .build();
    try {
      ActiveTerm active =
          ActiveTerm.begin(
              settings,
              nowhere,
              copy,
              new BracketLog(),
              new TreeMap<>(),
              new Answers(nowhere),
              granted,
              Loss.NONE,
              true,
              false,
              false);
      // Where a timer is due already, the next tick has outputs, and rightly so.
      if (mark.wakeAtNanos() == 0 || mark.wakeAtNanos() > mark.at().now().nanos()) {
        active.input(
            ForwarderInput.newBuilder()
                .setNumber(mark.consumed() + 1)
                .setStampNanos(mark.at().now().nanos())
                .setWallMillis(mark.at().wallMillis())
                .setTick(TickInput.newBuilder().setTick(0))
                .build());
      }
    } catch (RuntimeException e) {
      return Optional.of("the takeover's rehearsal failed: " + e);
    }
    if (!nowhere.errors.isEmpty()) {
      return Optional.of("the takeover's rehearsal failed: " + nowhere.errors.getFirst());
    }
    if (!EngineHost.anotherTry(settings.engines(), image).isEmpty()) {
      return Optional.empty(); // an engine that begins anew has much to say
    }
    return nowhere.sent.stream()
        .filter(message -> message.getBracket().getOutputsCount() > 0)
        .findFirst()
        .map(message ->
            "a takeover would send at once: " + message.getBracket().getOutputs(0).getKindCase());
  }
}
