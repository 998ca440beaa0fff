package dev.understudy.replication;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.understudy.core.EngineHost;
import dev.understudy.core.Image;
import dev.understudy.core.Input;
import dev.understudy.core.Moment;
import dev.understudy.core.RowChange;
import dev.understudy.core.RowKey;
import dev.understudy.core.SwitchTime;
import dev.understudy.core.Tables;
import dev.understudy.schema.Cause;
import dev.understudy.schema.CauseCode;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.Granted;
import dev.understudy.schema.HistoryRow;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.schema.TermRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a term begins, worked out from the grant and the image before the first bracket: what the
 * image is worth, which configuration is the newest, and what an outsider could have noticed.
 *
 * @param anew engines that were FAULTY and get another try, whatever else the term begins with
 * @param at the first bracket's time
 * @param causes of a hit, as far as they are known already
 * @param changed rows that were changed in the image, which the first bracket tells the standby
 * @param stored the newest configuration, where the image is not known to have it
 */
record TermStart(
    Input.Start kind,
    List<String> anew,
    Moment at,
    String trigger,
    List<Cause> causes,
    List<RowChange> changed,
    Optional<StoredConfiguration> stored) {

  /**
   * Works it out, and makes of the image what the term begins with.
   *
   * @param complete whether the image was complete at its position when the claim was made
   * @param wasActive whether this supervisor held the term before, under another forwarder process
   */
  static TermStart plan(
      Settings settings,
      Environment environment,
      Image image,
      Granted granted,
      boolean complete,
      boolean wasActive) {
    List<Cause> causes = new ArrayList<>();
    boolean newEpoch =
        granted.getIncarnation() != image.mark().incarnation()
            && !image.position().equals(Image.Position.NONE);
    boolean behind = granted.getApplied() > image.position().number();
    boolean strayed = complete && !behind && !standsOnWhatIsApplied(image, granted);
    boolean known = complete && !behind && !strayed;
    String trigger = trigger(granted, wasActive);
    Optional<StoredConfiguration> stored = Optional.empty();
    if (!known) {
      stored = Optional.of(newestConfiguration(settings, environment, granted, causes));
      dropUnlessNewer(settings, environment, image, stored.get(), causes);
      if (granted.getApplied() > 0) {
        causes.add(
            strayed
                ? cause(
                    CauseCode.STATE_BEHIND_BORDER,
                    "bracket "
                        + granted.getApplied()
                        + " was carried out of term "
                        + granted.getLastApplied().getTerm()
                        + ", which the image here does not descend from")
                : behind && complete
                    ? cause(
                        CauseCode.STATE_BEHIND_BORDER,
                        "bracket "
                            + granted.getApplied()
                            + " was carried out, "
                            + image.position().number()
                            + " is the last one held here")
                    : cause(CauseCode.STANDBY_NOT_SYNCED, "the image here was not complete"));
      }
    }
    // One that has a configuration, but has carried out nothing, takes the place of another one.
    boolean another = newEpoch || !granted.getConfiguration().getOctets().isEmpty();
    if (granted.getNewForwarder() && another) {
      causes.add(
          cause(
              CauseCode.FORWARDER_RESTARTED, "forwarder incarnation " + granted.getIncarnation()));
    }
    if (granted.getLostInputs() > 0) {
      causes.add(
          cause(
              CauseCode.INPUT_LOST,
              granted.getLostInputs() + " control frames did not fit the log"));
    }
    Moment begins = new Moment(new SwitchTime(granted.getNowNanos()), granted.getWallMillis());
    List<String> anew = EngineHost.faulty(settings.engines(), image);
    List<RowChange> changed = new ArrayList<>(EngineHost.anotherTry(settings.engines(), image));
    changed.forEach(image::apply);
    if (!anew.isEmpty()) {
      causes.add(
          cause(
              CauseCode.ENGINE_FAULTY,
              "FAULTY before, with another try now: " + String.join(", ", anew)));
    }
    List<String> undriven =
        granted.getFailSafesList().stream().filter(engine -> !anew.contains(engine)).toList();
    if (!undriven.isEmpty()) {
      causes.add(cause(CauseCode.TIMER_LATE, undriven(String.join(", ", undriven))));
    }
    if (newEpoch) {
      changed.addAll(
          rebase(environment, image, granted.getNowNanos() - image.mark().at().now().nanos()));
    }
    Input.Start kind =
        !known ? Input.Start.UNSYNCED : newEpoch ? Input.Start.NEW_FORWARDER : Input.Start.HITLESS;
    boolean goesOn = kind == Input.Start.HITLESS && anew.isEmpty();
    return new TermStart(
        kind, anew, goesOn ? image.mark().at() : begins, trigger, causes, changed, stored);
  }

  /** What is to be told when fail-safe outputs were carried out. */
  static String undriven(String engines) {
    return "nobody drove " + engines + " for so long that the forwarder closed its ports";
  }

  /**
   * Whether the last bracket carried out is one of those that made this image. One of the same
   * number but of another term is not: its term began without what this supervisor holds.
   */
  private static boolean standsOnWhatIsApplied(Image image, Granted granted) {
    return granted.getApplied() == 0
        || granted.getNewForwarder()
        || granted.getInSync() // also in a term that began from nothing and had nothing carried out
        || image.descendsFrom(
            new Image.Position(
                granted.getLastApplied().getTerm(), granted.getLastApplied().getNumber()));
  }

  private static String trigger(Granted granted, boolean wasActive) {
    if (wasActive) {
      return "forwarder-restart";
    }
    return switch (granted.getKind()) {
      case IF_LOST -> "failure";
      case HANDED_OVER -> "switchover";
      case FORCE -> "forced";
      case COLD, CLAIM_KIND_UNSPECIFIED, UNRECOGNIZED -> "start";
    };
  }

  private static StoredConfiguration newestConfiguration(
      Settings settings, Environment environment, Granted granted, List<Cause> causes) {
    Optional<StoredConfiguration> disk = settings.homes().disk();
    Optional<StoredConfiguration> cell = parse(granted.getConfiguration().getOctets());
    if (disk.isEmpty() || cell.isEmpty()) {
      return disk.or(() -> cell).orElseGet(settings.homes()::first);
    }
    ConfigurationHomes.Choice choice = settings.homes().choose(disk.get(), cell.get());
    if (!choice.diverged()) {
      return choice.chosen();
    }
    // What was acknowledged is in the cell; a disk may hold what was never carried out.
    diverged(settings, environment, disk.get(), cell.get(), "on the disk", causes);
    return cell.get();
  }

  private static void diverged(
      Settings settings,
      Environment environment,
      StoredConfiguration other,
      StoredConfiguration chosen,
      String where,
      List<Cause> causes) {
    settings.homes().keepAside(other);
    String evidence =
        "versions "
            + other.getConfig().getVersion()
            + " "
            + where
            + " and "
            + chosen.getConfig().getVersion()
            + " in the forwarder don't descend from each other";
    causes.add(cause(CauseCode.CONFIGURATION_DIVERGED, evidence));
    environment.event(Severity.WARNING, "CONFIGURATION_DIVERGED", evidence);
  }

  private static Optional<StoredConfiguration> parse(ByteString octets) {
    if (octets.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(StoredConfiguration.parseFrom(octets));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  /**
   * An image with an older configuration than the newest acknowledged one, or with one of another
   * lineage, is worth less than that configuration.
   */
  private static void dropUnlessNewer(
      Settings settings,
      Environment environment,
      Image image,
      StoredConfiguration stored,
      List<Cause> causes) {
    if (image.isEmpty()) {
      return;
    }
    if (image
        .row(ConfigRow.newBuilder().setKey(ConfigRow.Key.getDefaultInstance()).build())
        .isPresent()) {
      StoredConfiguration held = settings.homes().export(image);
      ConfigurationHomes.Choice choice = settings.homes().choose(held, stored);
      if (choice.diverged()) {
        diverged(settings, environment, held, stored, "in the image", causes);
      } else if (choice.chosen().equals(held)) {
        return;
      }
    }
    int terms = Tables.number(TermRow.getDefaultInstance());
    int history = Tables.number(HistoryRow.getDefaultInstance());
    for (int table : image.tables()) {
      if (table != terms && table != history) {
        image.clear(RowKey.first(table), null);
      }
    }
  }

  private static List<RowChange> rebase(Environment environment, Image image, long deltaNanos) {
    List<RowChange> moved = new ArrayList<>();
    for (RowKey key : image.after(RowKey.first(0)).keySet()) {
      if (!Tables.known(key.table())) {
        continue;
      }
      try {
        ByteString octets = image.octets(key).orElseThrow();
        Message before = Tables.decode(key.table(), octets);
        Message after = Tables.rebase(before, deltaNanos);
        if (!after.equals(before)) {
          moved.add(RowChange.put(after));
        }
      } catch (InvalidProtocolBufferException e) {
        environment.event(
            Severity.ERROR, "ROW_DAMAGED", "row " + key + " can't be read: " + e.getMessage());
      }
    }
    moved.forEach(image::apply);
    return moved;
  }

  private static Cause cause(CauseCode code, String evidence) {
    return Cause.newBuilder().setCode(code).setEvidence(evidence).build();
  }
}
