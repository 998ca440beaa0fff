package dev.understudy.replication;

import dev.understudy.core.EngineHost;
import dev.understudy.core.Image;
import dev.understudy.core.ResumeCheck;
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
 * it, that they then have what the rows say, and that the first steps have no outputs; and leaves
 * the takeover's code loaded before it is needed.
 */
public final class Rehearsal {
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
   * How it went.
   *
   * @param wallMillis the image's own time of day
   * @param problem empty when all went well
   */
  public record Outcome(long wallMillis, String problem) {}

  /**
   * Rehearses. May take long, and touches nothing but the image.
   *
   * @param image a copy that nobody else has
   * @param writer who wrote its rows
   */
  public static Outcome run(Settings settings, Image image, ResumeCheck.Writer writer) {
    long wallMillis = image.mark().at().wallMillis();
    try {
      return new Outcome(wallMillis, takeOver(settings, image, writer).orElse(""));
    } catch (RuntimeException | StackOverflowError | AssertionError e) {
      return new Outcome(wallMillis, "the first bracket can't be made: " + e);
    }
  }

  /** Whether the first steps of a term would leave everything as it is. */
  private static Optional<String> takeOver(
      Settings settings, Image image, ResumeCheck.Writer writer) {
    Nowhere nowhere = new Nowhere();
    boolean beginsAnew = !EngineHost.anotherTry(settings.engines(), image).isEmpty();
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
    ActiveTerm active =
        ActiveTerm.begin(
            settings,
            nowhere,
            image,
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
    List<String> problems = new ArrayList<>(ResumeCheck.of(active.host(), image, writer));
    if (!beginsAnew) { // an engine that begins anew has much to say, and may fail again
      problems.addAll(nowhere.errors);
    }
    if (!problems.isEmpty()) {
      return Optional.of(String.join("; ", problems));
    }
    if (beginsAnew) {
      return Optional.empty();
    }
    return nowhere.sent.stream()
        .filter(message -> message.getBracket().getOutputsCount() > 0)
        .findFirst()
        .map(message ->
            "a takeover would send at once: " + message.getBracket().getOutputs(0).getKindCase());
  }
}
