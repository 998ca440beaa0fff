package dev.understudy.protocols.configuration;

import com.google.protobuf.Message;
import dev.understudy.core.Engine;
import dev.understudy.core.EngineType;
import dev.understudy.core.ImageView;
import dev.understudy.core.Input;
import dev.understudy.core.Moment;
import dev.understudy.core.Step;
import dev.understudy.core.SwitchTime;
import dev.understudy.core.Timers;
import dev.understudy.core.UnknownFields;
import dev.understudy.schema.Config;
import dev.understudy.schema.ConfigHistoryRow;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.ConfigurationCell;
import dev.understudy.schema.ConfigurationVersion;
import dev.understudy.schema.IdentityRow;
import dev.understudy.schema.Output;
import dev.understudy.schema.PortIdentityRow;
import dev.understudy.schema.StoreConfiguration;
import dev.understudy.schema.StoredConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Owns the configuration in force, its history and the identity of switch and ports. */
public final class ConfigurationEngine implements Engine {
  public static final String NAME = "configuration";

  /** The longest time for a confirmation: a day. */
  public static final int CONFIRM_MINUTES_MAX = 24 * 60;

  public static final EngineType TYPE =
      new EngineType() {
        @Override
        public String name() {
          return NAME;
        }

        @Override
        public List<Message> tables() {
          return List.of(
              IdentityRow.getDefaultInstance(),
              PortIdentityRow.getDefaultInstance(),
              ConfigRow.getDefaultInstance(),
              ConfigHistoryRow.getDefaultInstance());
        }

        @Override
        public Engine restore(ImageView image) {
          return new ConfigurationEngine(
              ConfigurationState.restore(image), Timers.restore(NAME, image));
        }
      };

  private static final Timers.Timer CONFIRM = new Timers.Timer("confirm", 0, 0);

  private final ConfigurationState state;
  private final Timers timers;

  private ConfigurationEngine(ConfigurationState state, Timers timers) {
    this.state = state;
    this.timers = timers;
  }

  @Override
  public Step on(Input input, Moment at) {
    Step.Builder step = new Step.Builder();
    switch (input) {
      case Input.TermStarted started -> termStarted(started, at, step);
      case Input.ApplyConfiguration request -> apply(request, at, step);
      case Input.ConfirmConfiguration request -> confirm(request, step);
      case Input.RollBackConfiguration request -> rollBack(request, at, step);
      case Input.Tick _ -> tick(at, step);
      case Input.Frame _,
          Input.Link _,
          Input.Learned _,
          Input.Lost _,
          Input.Skipped _,
          Input.OutputFailed _,
          Input.FailSafeCarriedOut _,
          Input.ClearErrDisable _,
          Input.ConfigurationChanged _,
          Input.BridgePortChanged _,
          Input.BridgePortRemoved _,
          Input.ErrDisable _ -> {}
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
    List<Message> rows = new ArrayList<>(state.export());
    rows.addAll(timers.export());
    return rows;
  }

  /**
   * With a configuration in the image, only the forwarder's copy is renewed, and nothing at all
   * happens in a hitless start. A stored one is taken when there is none, or when the image is not
   * known to be complete and the stored one descends from the image's: it was acknowledged, and
   * this supervisor missed it.
   */
  private void termStarted(Input.TermStarted started, Moment at, Step.Builder step) {
    Optional<StoredConfiguration> stored = started.stored().filter(StoredConfiguration::hasConfig);
    if (state.config().isEmpty()) {
      stored.ifPresent(found -> adopt(found, at, step));
      return;
    }
    if (!started.anew().isEmpty()) {
      step.signal(
          new Input.ConfigurationChanged(
              Config.getDefaultInstance(), inForce(), state.identities()));
    }
    if (started.start() == Input.Start.UNSYNCED
        && stored.isPresent()
        && StoredConfigurations.newer(stored.get(), state.stored())
            == StoredConfigurations.Relation.A_NEWER) {
      adopt(stored.get(), at, step);
    } else if (!started.nothingNew()) {
      store(step);
    }
  }

  private void adopt(StoredConfiguration stored, Moment at, Step.Builder step) {
    Config before = inForce();
    state.setIdentity(stored.getIdentity(), step);
    state.setIdentities(stored.getPortIdentitiesList(), step);
    ConfigRow.Builder row = stored.getConfig().toBuilder();
    if (row.getAppliedWallMillis() == 0) {
      row.setAppliedWallMillis(at.wallMillis());
    }
    timers.stop(CONFIRM);
    if (row.getConfirmDeadlineNanos() != 0) {
      SwitchTime deadline = at.now().plusNanos(1);
      row.setConfirmDeadlineNanos(deadline.nanos());
      timers.start(CONFIRM, deadline);
    }
    state.setConfig(row.build(), step);
    state.clearHistory(step);
    for (ConfigurationVersion version : stored.getLineageList()) {
      state.addHistory(
          ConfigHistoryRow.newBuilder()
              .setKey(ConfigHistoryRow.Key.newBuilder().setVersion(version.getVersion()))
              .setId(version.getId())
              .build(),
          step);
    }
    stored.getHistoryList().forEach(version -> state.addHistory(version, step));
    state.addHistory(StoredConfigurations.history(row.build()).build(), step);
    state.prune(step);
    store(step);
    step.signal(new Input.ConfigurationChanged(before, inForce(), state.identities()));
  }

  private void apply(Input.ApplyConfiguration request, Moment at, Step.Builder step) {
    Optional<String> refusal = refusal(request);
    if (refusal.isPresent()) {
      step.answer(false, refusal.get());
      return;
    }
    ConfigRow former = state.config().orElseThrow();
    if (UnknownFields.saySame(request.config(), former.getConfig())
        && (request.confirmMinutes() > 0 || !waitsForConfirmation())) {
      step.answer(true, describe(former) + " already, with the same content; nothing changed");
      return;
    }
    Optional<Confirmation> confirmation =
        request.confirmMinutes() == 0
            ? Optional.empty()
            : Optional.of(
                confirmation(former, at.now().plusSeconds(60L * request.confirmMinutes())));
    install(
        new Version(request.config(), request.comment(), request.requestId(), confirmation),
        at,
        step);
    String returns =
        confirmation
            .map(wait ->
                "; the content of version %d returns unless it is confirmed within %d min"
                    .formatted(wait.versionThatReturns, request.confirmMinutes()))
            .orElse("");
    step.answer(true, describe(state.config().orElseThrow()) + returns);
  }

  /** While one waits for its confirmation already, what returns stays the same. */
  private static Confirmation confirmation(ConfigRow former, SwitchTime deadline) {
    return new Confirmation(
        former.getConfirmDeadlineNanos() == 0 ? former.getVersion() : former.getRollbackVersion(),
        deadline);
  }

  private Optional<String> refusal(Input.ApplyConfiguration request) {
    Config config = request.config();
    if (state.config().isEmpty() || state.identity().isEmpty()) {
      return Optional.of("this switch has no identity yet: start it with a configuration first");
    }
    if (request.confirmMinutes() < 0 || request.confirmMinutes() > CONFIRM_MINUTES_MAX) {
      return Optional.of(
          "a confirmation can wait for 1 to %d minutes, not %d"
              .formatted(CONFIRM_MINUTES_MAX, request.confirmMinutes()));
    }
    if (config.getSerializedSize() > StoredConfigurations.CONFIG_OCTETS_MAX) {
      return Optional.of(
          "the configuration is too large: %d octets, at most %d"
              .formatted(config.getSerializedSize(), StoredConfigurations.CONFIG_OCTETS_MAX));
    }
    if (identities(config).stream().anyMatch(row -> row.getNumber() > PortIdentities.NUMBER_MAX)) {
      return Optional.of(
          "no port numbers are left: a port keeps its number for life, and %d were given"
              .formatted(PortIdentities.NUMBER_MAX));
    }
    return Optional.empty();
  }

  private void confirm(Input.ConfirmConfiguration request, Step.Builder step) {
    Optional<ConfigRow> config = state.config();
    if (config.isEmpty() || !waitsForConfirmation()) {
      step.answer(
          false,
          "nothing waits for a confirmation"
              + config.map(row -> "; " + describe(row)).orElse("")
              + " (request "
              + request.requestId()
              + ")");
      return;
    }
    timers.stop(CONFIRM);
    ConfigRow confirmed =
        config.get().toBuilder().clearConfirmDeadlineNanos().clearRollbackVersion().build();
    state.setConfig(confirmed, step);
    state.prune(step);
    store(step);
    step.answer(true, describe(confirmed) + " and confirmed");
  }

  private void rollBack(Input.RollBackConfiguration request, Moment at, Step.Builder step) {
    Optional<Config> content = state.content(request.version());
    if (state.config().isEmpty() || content.isEmpty()) {
      step.answer(
          false,
          "version %d is not kept; there are versions %s"
              .formatted(request.version(), state.versions()));
      return;
    }
    ConfigRow former = state.config().get();
    if (former.getVersion() == request.version()) {
      step.answer(false, describe(former) + " already");
      return;
    }
    String comment = "content of version " + request.version();
    install(new Version(content.get(), comment, request.requestId(), Optional.empty()), at, step);
    step.answer(true, describe(state.config().orElseThrow()) + ", with the " + comment);
  }

  private void tick(Moment at, Step.Builder step) {
    if (timers.takeExpired(at.now()).isEmpty() || !waitsForConfirmation()) {
      return;
    }
    ConfigRow withdrawn = state.config().orElseThrow();
    long returns = withdrawn.getRollbackVersion();
    String comment =
        "content of version %d, because version %d was not confirmed"
            .formatted(returns, withdrawn.getVersion());
    // A copy that lost the former content can only keep what it has.
    Config content = state.content(returns).orElse(withdrawn.getConfig());
    install(new Version(content, comment, "not confirmed", Optional.empty()), at, step);
  }

  /** Until when a version must be confirmed, and what returns otherwise. */
  private record Confirmation(long versionThatReturns, SwitchTime deadline) {}

  /** A new version to come. */
  private record Version(
      Config config, String comment, String requestId, Optional<Confirmation> confirmation) {}

  private void install(Version version, Moment at, Step.Builder step) {
    ConfigRow former = state.config().orElseThrow();
    timers.stop(CONFIRM);
    ConfigRow.Builder row =
        ConfigRow.newBuilder()
            .setKey(former.getKey())
            .setVersion(former.getVersion() + 1)
            .setConfig(version.config)
            .setAppliedWallMillis(at.wallMillis())
            .setComment(version.comment)
            .setId(StoredConfigurations.id(former.getId(), version.config, version.requestId));
    version.confirmation.ifPresent(wait -> {
      row.setConfirmDeadlineNanos(wait.deadline.nanos());
      row.setRollbackVersion(wait.versionThatReturns);
      timers.start(CONFIRM, wait.deadline);
    });
    state.setIdentities(identities(version.config), step);
    state.setConfig(row.build(), step);
    state.addHistory(StoredConfigurations.history(row.build()).build(), step);
    state.prune(step);
    store(step);
    step.signal(
        new Input.ConfigurationChanged(former.getConfig(), version.config, state.identities()));
  }

  private void store(Step.Builder step) {
    StoredConfiguration stored = state.stored();
    step.output(
        Output.newBuilder()
            .setStoreConfiguration(
                StoreConfiguration.newBuilder()
                    .setVersion(stored.getConfig().getVersion())
                    .setSwitchUuid(stored.getIdentity().getUuid())
                    .setCell(ConfigurationCell.newBuilder().setOctets(stored.toByteString())))
            .build());
  }

  private List<PortIdentityRow> identities(Config config) {
    return PortIdentities.complete(
        state.identities(),
        config,
        PortIdentities.mac(state.identity().orElseThrow().getBridgeMac()));
  }

  private Config inForce() {
    return state.config().map(ConfigRow::getConfig).orElse(Config.getDefaultInstance());
  }

  private boolean waitsForConfirmation() {
    return state.config().map(row -> row.getConfirmDeadlineNanos() != 0).orElse(false);
  }

  private static String describe(ConfigRow row) {
    return "configuration version " + row.getVersion() + " is in force";
  }
}
