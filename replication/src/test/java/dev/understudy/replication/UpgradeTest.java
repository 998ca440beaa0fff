package dev.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.understudy.core.Image;
import dev.understudy.core.Moment;
import dev.understudy.core.RowChange;
import dev.understudy.core.SwitchTime;
import dev.understudy.core.compatibility.Compatibility;
import dev.understudy.schema.Slot;
import dev.understudy.schema.UpgradePhase;
import dev.understudy.schema.UpgradeRow;
import dev.understudy.schema.UpgradeStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The phases of an upgrade: what leads on, what leads back, and what is refused. */
final class UpgradeTest {
  private final Image image = new Image();
  private long seconds = 1_000;

  private Change on(Upgrade.Event event) {
    Change change =
        Upgrade.on(
            image, new Moment(new SwitchTime(seconds * 1_000_000_000L), seconds * 1_000), event);
    List<RowChange> rows = new ArrayList<>();
    for (Message row : change.rows()) {
      rows.add(RowChange.put(row));
    }
    for (Message row : change.gone()) {
      rows.add(RowChange.delete(row));
    }
    image.apply(rows, new Image.Position(1, image.position().number() + 1), image.mark());
    seconds++;
    return change;
  }

  private UpgradeRow row() {
    return Upgrade.newest(image).orElseThrow();
  }

  private String phase() {
    return Upgrade.name(row().getPhase());
  }

  private long number() {
    return row().getKey().getNumber();
  }

  private void installed() {
    on(new Upgrade.Install("/images/2.tar", false));
    on(new Upgrade.Fetched(number(), "2.0-b", "2.0", 100, true));
    on(new Upgrade.Stored(Slot.SLOT_A, "2.0-b", Optional.empty()));
    on(new Upgrade.Stored(Slot.SLOT_B, "2.0-b", Optional.empty()));
  }

  private void booting() {
    installed();
    on(new Upgrade.Run(Slot.SLOT_B, "1.0-a", "1.0-a", 45, FINE));
  }

  private void trial() {
    booting();
    on(new Upgrade.StandbyReady(number()));
    on(new Upgrade.TakenOver(number()));
  }

  private void committing() {
    trial();
    on(new Upgrade.Commit());
  }

  private static final Upgrade.Verdict FINE =
      new Upgrade.Verdict(Compatibility.Level.COMPATIBLE, false, "");

  @Test
  void an_upgrade_goes_through_its_phases_and_says_how_long_each_took() {
    committing();
    on(new Upgrade.Followed(number()));
    assertThat(phase()).isEqualTo("committed");
    assertThat(row().getStepsList().stream().map(UpgradeStep::getPhase).map(Upgrade::name))
        .containsExactly(
            "fetching",
            "copying",
            "installed",
            "booting",
            "taking-over",
            "trial",
            "committing",
            "committed");
    assertThat(row().getStepsList()).allMatch(step -> step.getEndedWallMillis() != 0);
  }

  @Test
  void both_slots_must_have_it_before_it_can_be_run() {
    on(new Upgrade.Install("/images/2.tar", false));
    on(new Upgrade.Fetched(number(), "2.0-b", "2.0", 100, true));
    on(new Upgrade.Stored(Slot.SLOT_A, "2.0-b", Optional.empty()));
    on(new Upgrade.Stored(Slot.SLOT_A, "2.0-b", Optional.empty()));
    assertThat(phase()).isEqualTo("copying");
    assertThat(on(new Upgrade.Run(Slot.SLOT_B, "1.0-a", "1.0-a", 45, FINE)).ok()).isFalse();
    on(new Upgrade.Stored(Slot.SLOT_B, "2.0-b", Optional.of("no space left")));
    assertThat(phase()).isEqualTo("copying");
    assertThat(row().getText()).contains("slot B").contains("no space left");
    on(new Upgrade.Stored(Slot.SLOT_B, "another", Optional.empty()));
    assertThat(phase()).isEqualTo("copying");
    on(new Upgrade.Stored(Slot.SLOT_B, "2.0-b", Optional.empty()));
    assertThat(phase()).isEqualTo("installed");
  }

  @Test
  void nobody_commits_and_it_goes_back_by_itself_at_the_minute_that_was_asked_for() {
    trial();
    seconds += 45 * 60 - 5;
    on(new Upgrade.TimePassed(number()));
    assertThat(phase()).isEqualTo("trial");
    seconds += 10;
    on(new Upgrade.TimePassed(number()));
    assertThat(phase()).isEqualTo("aborting");
    assertThat(row().getText()).isEqualTo("nobody committed it within 45 min");
    on(new Upgrade.Returned(number()));
    assertThat(phase()).isEqualTo("aborted");
    assertThat(row().getText()).contains("nobody committed");
  }

  @Test
  void a_commit_ends_the_way_back() {
    committing();
    assertThat(row().getRollbackDeadlineNanos()).isZero();
    assertThat(on(new Upgrade.Abort("x")).ok()).isFalse();
    assertThat(on(new Upgrade.Commit()).ok()).isTrue();
    assertThat(phase()).isEqualTo("committing");
  }

  @Test
  void a_standby_that_is_not_ready_in_time_or_can_t_boot_it_leads_back_with_the_reason() {
    booting();
    String attempt = Upgrade.attempt(row());
    seconds += Upgrade.BOOT_SECONDS_MAX;
    on(new Upgrade.TimePassed(number()));
    assertThat(phase()).isEqualTo("aborting");
    assertThat(row().getText()).contains("slot B was not ready with it within");
    on(new Upgrade.Returned(number()));
    on(new Upgrade.Run(Slot.SLOT_B, "1.0-a", "1.0-a", 45, FINE));
    assertThat(phase()).as("it may be tried again").isEqualTo("booting");
    assertThat(Upgrade.attempt(row())).isNotEqualTo(attempt);
    on(new Upgrade.BootFailed(number(), "it never came up"));
    assertThat(phase()).isEqualTo("aborting");
  }

  @Test
  void a_take_over_that_does_not_come_leads_back() {
    booting();
    on(new Upgrade.StandbyReady(number()));
    seconds += Upgrade.TAKE_OVER_SECONDS_MAX;
    on(new Upgrade.TimePassed(number()));
    assertThat(phase()).isEqualTo("aborting");
  }

  @Test
  void an_active_lost_while_the_other_one_takes_over_doesn_t_matter() {
    booting();
    on(new Upgrade.TakenOver(number())); // StandbyReady was never heard
    assertThat(phase()).isEqualTo("trial");
  }

  @Test
  void a_follower_that_can_t_boot_it_leaves_the_trial_with_a_new_way_back() {
    committing();
    on(new Upgrade.BootFailed(number(), "it never came up"));
    assertThat(phase()).isEqualTo("trial");
    assertThat(row().getText()).contains("could not follow");
    assertThat(row().getRollbackDeadlineNanos()).isNotZero();
  }

  @Test
  void one_upgrade_at_a_time() {
    booting();
    Change refused = on(new Upgrade.Install("/images/3.tar", false));
    assertThat(refused.ok()).isFalse();
    assertThat(refused.text()).contains("upgrade 1 to 2.0-b: booting");
    on(new Upgrade.Abort("a person aborted it"));
    on(new Upgrade.Returned(number()));
    assertThat(on(new Upgrade.Install("/images/3.tar", false)).ok()).isTrue();
    assertThat(number()).isEqualTo(2);
  }

  @Test
  void what_belongs_to_an_earlier_upgrade_or_another_phase_changes_nothing() {
    installed();
    UpgradeRow before = row();
    for (Upgrade.Event event :
        List.of(
            new Upgrade.Fetched(1, "2.0-b", "2.0", 100, true),
            new Upgrade.FetchFailed(1, "x"),
            new Upgrade.StandbyReady(1),
            new Upgrade.TakenOver(1),
            new Upgrade.BootFailed(1, "x"),
            new Upgrade.Followed(1),
            new Upgrade.Returned(1),
            new Upgrade.TimePassed(1),
            new Upgrade.TimePassed(7),
            new Upgrade.Stored(Slot.SLOT_A, "2.0-b", Optional.empty()))) {
      assertThat(on(event).rows()).as(event.toString()).isEmpty();
    }
    assertThat(row()).isEqualTo(before);
  }

  @Test
  void nonsense_is_refused_with_what_is_the_case() {
    assertThat(on(new Upgrade.Run(Slot.SLOT_B, "a", "a", 45, FINE)).text())
        .contains("nothing is installed");
    assertThat(on(new Upgrade.Commit()).ok()).isFalse();
    assertThat(on(new Upgrade.Abort("x")).ok()).isFalse();
    installed();
    assertThat(on(new Upgrade.Run(Slot.SLOT_B, "a", "a", 0, FINE)).text()).contains("1 to 1440");
    assertThat(on(new Upgrade.Run(Slot.SLOT_B, "2.0-b", "2.0-b", 45, FINE)).text())
        .contains("both supervisors run 2.0-b already");
  }

  @Test
  void a_fetch_that_fails_says_why_and_old_upgrades_are_forgotten() {
    for (int i = 0; i < Upgrade.KEPT + 3; i++) {
      on(new Upgrade.Install("/images/" + i + ".tar", true));
      on(new Upgrade.FetchFailed(number(), "no such file"));
    }
    assertThat(row().getPhase()).isEqualTo(UpgradePhase.UPGRADE_PHASE_FAILED);
    assertThat(row().getText()).isEqualTo("no such file");
    assertThat(image.rows(UpgradeRow.getDefaultInstance())).hasSize(Upgrade.KEPT);
  }

  private Change runAs(Compatibility.Level level, boolean accepted) {
    return on(
        new Upgrade.Run(
            Slot.SLOT_B,
            "1.0-a",
            "1.0-a",
            45,
            new Upgrade.Verdict(level, accepted, "table x has 3 rows")));
  }

  @Test
  void what_would_lose_something_runs_only_when_a_person_accepts_it_and_that_is_remembered() {
    installed();
    Change refused = runAs(Compatibility.Level.DEGRADED, false);
    assertThat(refused.ok()).isFalse();
    assertThat(refused.text()).contains("table x has 3 rows", "--accept-degraded");
    assertThat(row().getPhase()).isEqualTo(UpgradePhase.UPGRADE_PHASE_INSTALLED);

    assertThat(runAs(Compatibility.Level.DEGRADED, true).ok()).isTrue();
    assertThat(row().getVerdict()).isEqualTo("degraded");
    assertThat(row().getDegradedAccepted()).isTrue();
  }

  @Test
  void what_would_be_misread_never_runs() {
    installed();
    Change refused = runAs(Compatibility.Level.INCOMPATIBLE, true);
    assertThat(refused.ok()).isFalse();
    assertThat(refused.text()).contains("can't take over", "table x has 3 rows");
    assertThat(row().getPhase()).isEqualTo(UpgradePhase.UPGRADE_PHASE_INSTALLED);
  }
}
