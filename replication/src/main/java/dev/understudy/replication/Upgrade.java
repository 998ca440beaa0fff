package dev.understudy.replication;

import com.google.protobuf.Message;
import dev.understudy.core.ImageView;
import dev.understudy.core.Moment;
import dev.understudy.core.compatibility.Compatibility;
import dev.understudy.schema.Slot;
import dev.understudy.schema.UpgradePhase;
import dev.understudy.schema.UpgradeRow;
import dev.understudy.schema.UpgradeStep;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The phases of an upgrade, and what leads from one to the next. The row is the only memory:
 * whoever is active goes on from it, and each event is without effect in a phase where it means
 * nothing.
 *
 * <pre>
 *   FETCHING → COPYING → INSTALLED → BOOTING → TAKING_OVER → TRIAL → COMMITTING → COMMITTED
 *       └────────┴→ FAILED              └───────────┴──────────┴→ ABORTING → ABORTED
 * </pre>
 */
public final class Upgrade {
  /** Upgrades that are remembered. */
  static final int KEPT = 16;

  /** A slot may take so long to be in sync with another image. */
  static final long BOOT_SECONDS_MAX = 150;

  /** The standby may take so long to take over. */
  static final long TAKE_OVER_SECONDS_MAX = 30;

  /** A day. */
  public static final int ROLLBACK_MINUTES_MAX = 24 * 60;

  private Upgrade() {}

  /** What happened, or what a person wants. */
  public sealed interface Event {}

  public record Install(String location, boolean unsignedAllowed) implements Event {}

  /** The image is in the active's store, verified. */
  public record Fetched(long number, String image, String release, long octets, boolean isSigned)
      implements Event {}

  public record FetchFailed(long number, String why) implements Event {}

  /** A slot has it, or has not. */
  public record Stored(Slot slot, String image, Optional<String> error) implements Event {}

  /**
   * The standby is to start with it.
   *
   * @param formerA what slot A runs
   * @param formerB what slot B runs
   * @param verdict what becomes of the state
   */
  public record Run(
      Slot standby, String formerA, String formerB, int rollbackMinutes, Verdict verdict)
      implements Event {}

  /**
   * What is to be expected of a release.
   *
   * @param accepted whether a person takes less than everything
   * @param text the worst that was found, for people
   */
  public record Verdict(Compatibility.Level level, boolean accepted, String text) {}

  /** The standby runs it and is in sync. */
  public record StandbyReady(long number) implements Event {}

  /** Whoever runs it is active. */
  public record TakenOver(long number) implements Event {}

  public record BootFailed(long number, String why) implements Event {}

  public record Commit() implements Event {}

  /** Both slots run it. */
  public record Followed(long number) implements Event {}

  public record Abort(String why) implements Event {}

  /** No slot runs it any more. */
  public record Returned(long number) implements Event {}

  /** Says what is waited for. */
  public record Waits(long number, String text) implements Event {}

  /** To be looked at now and then: a phase may have lasted too long. */
  public record TimePassed(long number) implements Event {}

  /** The newest upgrade. */
  public static Optional<UpgradeRow> newest(ImageView image) {
    return image.rows(UpgradeRow.getDefaultInstance()).stream()
        .max(Comparator.comparingLong(row -> row.getKey().getNumber()));
  }

  /** True while something is to be done for it. */
  public static boolean underWay(UpgradeRow row) {
    return switch (row.getPhase()) {
      case UPGRADE_PHASE_FETCHING,
          UPGRADE_PHASE_COPYING,
          UPGRADE_PHASE_BOOTING,
          UPGRADE_PHASE_TAKING_OVER,
          UPGRADE_PHASE_TRIAL,
          UPGRADE_PHASE_COMMITTING,
          UPGRADE_PHASE_ABORTING ->
          true;
      case UPGRADE_PHASE_INSTALLED,
          UPGRADE_PHASE_COMMITTED,
          UPGRADE_PHASE_ABORTED,
          UPGRADE_PHASE_FAILED,
          UPGRADE_PHASE_UNSPECIFIED,
          UNRECOGNIZED ->
          false;
    };
  }

  /** Names the latest attempt to start a slot with it. */
  public static String attempt(UpgradeRow row) {
    long starts =
        row.getStepsList().stream()
            .filter(step ->
                step.getPhase() == UpgradePhase.UPGRADE_PHASE_BOOTING
                    || step.getPhase() == UpgradePhase.UPGRADE_PHASE_COMMITTING)
            .count();
    return row.getKey().getNumber() + "." + starts;
  }

  /** As people see it, for example {@code taking-over}. */
  public static String name(UpgradePhase phase) {
    return phase
        .name()
        .substring("UPGRADE_PHASE_".length())
        .toLowerCase(Locale.ROOT)
        .replace('_', '-');
  }

  /** What a slot ran before. */
  public static String former(UpgradeRow row, Slot slot) {
    return slot == Slot.SLOT_A ? row.getFormerA() : row.getFormerB();
  }

  /** What an event changes. */
  public static Change on(ImageView image, Moment at, Event event) {
    UpgradeRow row = newest(image).orElse(UpgradeRow.getDefaultInstance());
    return switch (event) {
      case Install install -> install(image, row, install, at);
      case Fetched fetched ->
          is(row, fetched.number, UpgradePhase.UPGRADE_PHASE_FETCHING)
              ? put(
                  enter(row, UpgradePhase.UPGRADE_PHASE_COPYING, "", at)
                      .setImage(fetched.image)
                      .setRelease(fetched.release)
                      .setOctets(fetched.octets)
                      .setIsSigned(fetched.isSigned))
              : stale();
      case FetchFailed failed ->
          is(row, failed.number, UpgradePhase.UPGRADE_PHASE_FETCHING)
              ? put(enter(row, UpgradePhase.UPGRADE_PHASE_FAILED, failed.why, at))
              : stale();
      case Stored stored -> stored(row, stored, at);
      case Run run -> run(row, run, at);
      case StandbyReady ready ->
          is(row, ready.number, UpgradePhase.UPGRADE_PHASE_BOOTING)
              ? put(
                  enter(row, UpgradePhase.UPGRADE_PHASE_TAKING_OVER, "", at)
                      .setPhaseDeadlineNanos(at.now().plusSeconds(TAKE_OVER_SECONDS_MAX).nanos()))
              : stale();
      case TakenOver taken ->
          is(row, taken.number, UpgradePhase.UPGRADE_PHASE_BOOTING)
                  || is(row, taken.number, UpgradePhase.UPGRADE_PHASE_TAKING_OVER)
              ? put(trial(row, "commit it, or abort it", at))
              : stale();
      case BootFailed failed -> bootFailed(row, failed.number, failed.why, at);
      case Commit _ -> commit(row, at);
      case Followed followed ->
          is(row, followed.number, UpgradePhase.UPGRADE_PHASE_COMMITTING)
              ? put(enter(row, UpgradePhase.UPGRADE_PHASE_COMMITTED, "", at))
              : stale();
      case Abort abort -> abort(row, abort.why, at);
      case Returned returned ->
          is(row, returned.number, UpgradePhase.UPGRADE_PHASE_ABORTING)
              ? put(enter(row, UpgradePhase.UPGRADE_PHASE_ABORTED, row.getText(), at))
              : stale();
      case Waits waits ->
          row.getKey().getNumber() == waits.number && !row.getText().equals(waits.text)
              ? put(row.toBuilder().setText(waits.text))
              : stale();
      case TimePassed passed ->
          row.getKey().getNumber() == passed.number ? timePassed(row, at) : stale();
    };
  }

  private static boolean is(UpgradeRow row, long number, UpgradePhase phase) {
    return row.getKey().getNumber() == number && row.getPhase() == phase;
  }

  private static Change stale() {
    return Change.nothing("that is over");
  }

  private static Change put(UpgradeRow.Builder row) {
    return new Change(true, describe(row), List.of(row.build()), List.of());
  }

  private static String describe(UpgradeRow.Builder row) {
    return "upgrade "
        + row.getKey().getNumber()
        + (row.getImage().isEmpty() ? "" : " to " + row.getImage())
        + ": "
        + name(row.getPhase())
        + (row.getText().isEmpty() ? "" : ", " + row.getText());
  }

  private static Change install(ImageView image, UpgradeRow row, Install install, Moment at) {
    if (underWay(row)) {
      return Change.refused(
          describe(row.toBuilder()) + "; `upgrade abort` gives it up, then install again");
    }
    long number = row.getKey().getNumber() + 1;
    List<Message> gone = new ArrayList<>();
    for (UpgradeRow old : image.rows(UpgradeRow.getDefaultInstance())) {
      if (old.getKey().getNumber() <= number - KEPT) {
        gone.add(old);
      }
    }
    UpgradeRow.Builder next =
        enter(
                UpgradeRow.newBuilder()
                    .setKey(UpgradeRow.Key.newBuilder().setNumber(number))
                    .build(),
                UpgradePhase.UPGRADE_PHASE_FETCHING,
                "",
                at)
            .setLocation(install.location)
            .setUnsignedAllowed(install.unsignedAllowed);
    return new Change(true, describe(next), List.of(next.build()), gone);
  }

  private static Change stored(UpgradeRow row, Stored stored, Moment at) {
    if (row.getPhase() != UpgradePhase.UPGRADE_PHASE_COPYING
        || !row.getImage().equals(stored.image)) {
      return stale();
    }
    return stored.error.isPresent()
        ? put(
            row.toBuilder()
                .setText(
                    "slot "
                        + Settings.letter(stored.slot)
                        + " does not have it yet: "
                        + stored.error.get()))
        : put(stored(row.toBuilder(), stored.slot, at));
  }

  private static UpgradeRow.Builder stored(UpgradeRow.Builder row, Slot slot, Moment at) {
    if (slot == Slot.SLOT_A) {
      row.setStoredA(true);
    } else {
      row.setStoredB(true);
    }
    return row.getStoredA() && row.getStoredB()
        ? enter(row.build(), UpgradePhase.UPGRADE_PHASE_INSTALLED, "", at)
        : row;
  }

  private static Change run(UpgradeRow row, Run run, Moment at) {
    boolean possible =
        row.getPhase() == UpgradePhase.UPGRADE_PHASE_INSTALLED
            || row.getPhase() == UpgradePhase.UPGRADE_PHASE_ABORTED;
    if (!possible) {
      return Change.refused(
          row.getPhase() == UpgradePhase.UPGRADE_PHASE_UNSPECIFIED
              ? "nothing is installed: `understudy upgrade install FILE` first"
              : describe(row.toBuilder()) + "; only an installed image can be run");
    }
    if (run.formerA.equals(row.getImage()) && run.formerB.equals(row.getImage())) {
      return Change.refused("both supervisors run " + row.getImage() + " already");
    }
    if (run.rollbackMinutes < 1 || run.rollbackMinutes > ROLLBACK_MINUTES_MAX) {
      return Change.refused(
          "the way back can wait for 1 to "
              + ROLLBACK_MINUTES_MAX
              + " minutes, not "
              + run.rollbackMinutes);
    }
    Optional<String> objection = objection(run.verdict);
    if (objection.isPresent()) {
      return Change.refused(objection.get());
    }
    return put(
        enter(row, UpgradePhase.UPGRADE_PHASE_BOOTING, "", at)
            .setVerdict(run.verdict.level.name().toLowerCase(Locale.ROOT))
            .setDegradedAccepted(run.verdict.accepted)
            .setFirst(run.standby)
            .setFormerA(run.formerA)
            .setFormerB(run.formerB)
            .setRollbackMinutes(run.rollbackMinutes)
            .setPhaseDeadlineNanos(at.now().plusSeconds(BOOT_SECONDS_MAX).nanos()));
  }

  private static Optional<String> objection(Verdict verdict) {
    return switch (verdict.level) {
      case COMPATIBLE -> Optional.empty();
      case DEGRADED ->
          verdict.accepted
              ? Optional.empty()
              : Optional.of(
                  "something would be lost: "
                      + verdict.text
                      + "; `understudy upgrade check` shows all of it, --accept-degraded goes on");
      case INCOMPATIBLE ->
          Optional.of(
              "that release can't take over: "
                  + verdict.text
                  + "; `understudy upgrade check` shows all of it");
    };
  }

  private static UpgradeRow.Builder trial(UpgradeRow row, String text, Moment at) {
    return enter(row, UpgradePhase.UPGRADE_PHASE_TRIAL, text, at)
        .setRollbackDeadlineNanos(at.now().plusSeconds(60L * row.getRollbackMinutes()).nanos());
  }

  private static Change bootFailed(UpgradeRow row, long number, String why, Moment at) {
    if (is(row, number, UpgradePhase.UPGRADE_PHASE_BOOTING)
        || is(row, number, UpgradePhase.UPGRADE_PHASE_TAKING_OVER)) {
      return put(enter(row, UpgradePhase.UPGRADE_PHASE_ABORTING, why, at));
    }
    return is(row, number, UpgradePhase.UPGRADE_PHASE_COMMITTING)
        ? put(trial(row, "the other supervisor could not follow: " + why, at))
        : stale();
  }

  private static Change commit(UpgradeRow row, Moment at) {
    return switch (row.getPhase()) {
      case UPGRADE_PHASE_TRIAL ->
          put(
              enter(row, UpgradePhase.UPGRADE_PHASE_COMMITTING, "", at)
                  .setRollbackDeadlineNanos(0)
                  .setPhaseDeadlineNanos(at.now().plusSeconds(BOOT_SECONDS_MAX).nanos()));
      case UPGRADE_PHASE_COMMITTING, UPGRADE_PHASE_COMMITTED ->
          Change.nothing(describe(row.toBuilder()));
      default -> Change.refused("there is nothing to commit: " + describe(row.toBuilder()));
    };
  }

  private static Change abort(UpgradeRow row, String why, Moment at) {
    return switch (row.getPhase()) {
      case UPGRADE_PHASE_FETCHING, UPGRADE_PHASE_COPYING ->
          put(enter(row, UpgradePhase.UPGRADE_PHASE_FAILED, "given up: " + why, at));
      case UPGRADE_PHASE_BOOTING, UPGRADE_PHASE_TAKING_OVER, UPGRADE_PHASE_TRIAL ->
          put(enter(row, UpgradePhase.UPGRADE_PHASE_ABORTING, why, at));
      case UPGRADE_PHASE_ABORTING, UPGRADE_PHASE_ABORTED ->
          Change.nothing(describe(row.toBuilder()));
      default -> Change.refused("there is nothing to abort: " + describe(row.toBuilder()));
    };
  }

  private static Change timePassed(UpgradeRow row, Moment at) {
    boolean late =
        row.getPhaseDeadlineNanos() != 0 && at.now().nanos() >= row.getPhaseDeadlineNanos();
    boolean uncommitted =
        row.getRollbackDeadlineNanos() != 0 && at.now().nanos() >= row.getRollbackDeadlineNanos();
    return switch (row.getPhase()) {
      case UPGRADE_PHASE_BOOTING ->
          late
              ? bootFailed(
                  row,
                  row.getKey().getNumber(),
                  "slot "
                      + Settings.letter(row.getFirst())
                      + " was not ready with it within "
                      + BOOT_SECONDS_MAX
                      + " s",
                  at)
              : stale();
      case UPGRADE_PHASE_TAKING_OVER ->
          late
              ? abort(
                  row,
                  "slot "
                      + Settings.letter(row.getFirst())
                      + " did not take over within "
                      + TAKE_OVER_SECONDS_MAX
                      + " s",
                  at)
              : stale();
      case UPGRADE_PHASE_COMMITTING ->
          late
              ? bootFailed(
                  row,
                  row.getKey().getNumber(),
                  "it was not ready within " + BOOT_SECONDS_MAX + " s",
                  at)
              : stale();
      case UPGRADE_PHASE_TRIAL ->
          uncommitted
              ? abort(row, "nobody committed it within " + row.getRollbackMinutes() + " min", at)
              : stale();
      default -> stale();
    };
  }

  /** The next phase begins, the one before ends. */
  private static UpgradeRow.Builder enter(
      UpgradeRow row, UpgradePhase phase, String text, Moment at) {
    UpgradeRow.Builder next =
        row.toBuilder()
            .setPhase(phase)
            .setText(text)
            .setPhaseDeadlineNanos(0)
            .setRollbackDeadlineNanos(0);
    int last = next.getStepsCount() - 1;
    if (last >= 0 && next.getSteps(last).getEndedWallMillis() == 0) {
      next.setSteps(
          last, next.getSteps(last).toBuilder().setEndedWallMillis(at.wallMillis()).build());
    }
    UpgradeStep.Builder step =
        UpgradeStep.newBuilder().setPhase(phase).setBeganWallMillis(at.wallMillis());
    if (!underWay(next.build())) {
      step.setEndedWallMillis(at.wallMillis());
    }
    return next.addSteps(step);
  }
}
