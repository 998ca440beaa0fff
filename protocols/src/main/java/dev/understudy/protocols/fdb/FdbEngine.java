package dev.understudy.protocols.fdb;

import com.google.protobuf.Message;
import dev.understudy.core.Engine;
import dev.understudy.core.EngineType;
import dev.understudy.core.ImageView;
import dev.understudy.core.Input;
import dev.understudy.core.Moment;
import dev.understudy.core.Step;
import dev.understudy.core.SwitchTime;
import dev.understudy.schema.LearnedChange;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.LearnedRow;
import dev.understudy.schema.LearningLaneRow;
import dev.understudy.schema.Output;
import dev.understudy.schema.SetStaticMac;
import dev.understudy.schema.StaticMacRow;
import dev.understudy.wire.MacAddress;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;

/** Owns learned and static addresses. Comes after the ports engine. */
public final class FdbEngine implements Engine {
  public static final String NAME = "fdb";

  public static final EngineType TYPE =
      new EngineType() {
        @Override
        public String name() {
          return NAME;
        }

        @Override
        public List<Message> tables() {
          return List.of(
              LearnedRow.getDefaultInstance(),
              StaticMacRow.getDefaultInstance(),
              LearningLaneRow.getDefaultInstance());
        }

        @Override
        public Engine restore(ImageView image) {
          return new FdbEngine(FdbState.restore(image));
        }
      };

  private final FdbState state;

  private FdbEngine(FdbState state) {
    this.state = state;
  }

  @Override
  public Step on(Input input, Moment at) {
    Step.Builder step = new Step.Builder();
    switch (input) {
      case Input.Learned learned -> learned(learned.batch(), step);
      case Input.TermStarted started -> {
        if (!started.nothingNew()) {
          state.statics().forEach((key, port) -> step.output(setStatic(key, port)));
        }
      }
      case Input.ConfigurationChanged changed -> {
        state.setWanted(changed.now().getStaticMacsList());
        reconcileStatics(step);
      }
      case Input.BridgePortChanged changed -> {
        if (state.setBridgePort(changed.name(), changed.bridgePort())) {
          reconcileStatics(step);
        }
      }
      case Input.BridgePortRemoved removed -> {
        if (state.removeBridgePort(removed.bridgePort())) {
          reconcileStatics(step);
        }
      }
      case Input.Frame _,
          Input.Tick _,
          Input.Link _,
          Input.Lost _,
          Input.Skipped _,
          Input.OutputFailed _,
          Input.FailSafeCarriedOut _,
          Input.ApplyConfiguration _,
          Input.ConfirmConfiguration _,
          Input.RollBackConfiguration _,
          Input.ClearErrDisable _,
          Input.ErrDisable _ -> {}
    }
    return step.build();
  }

  @Override
  public Optional<SwitchTime> nextDeadline() {
    return Optional.empty();
  }

  @Override
  public List<Message> export() {
    return state.export();
  }

  /**
   * A dump's first batch forgets everything; so does a batch of another forwarder, whose tables
   * know nothing of what the former one had learned.
   */
  private void learned(LearnedInput batch, Step.Builder step) {
    LearningLaneRow lane = state.lane();
    if (batch.getDumpBegin() || batch.getIncarnation() != lane.getIncarnation()) {
      state.flush(0, 0, step);
    }
    int ignored = 0;
    for (LearnedChange change : batch.getChangesList()) {
      ignored += apply(change, step) ? 0 : 1;
    }
    state.setLane(
        lane.toBuilder()
            .setIncarnation(batch.getIncarnation())
            .setSequence(batch.getSequence())
            .setIgnoredChanges(lane.getIgnoredChanges() + ignored)
            .build(),
        step);
  }

  /** False if the change makes no sense. */
  private boolean apply(LearnedChange change, Step.Builder step) {
    if (Integer.compareUnsigned(change.getFid(), LearnedAddresses.FID_MAX) > 0) {
      return false;
    }
    if (change.getFlush()) {
      state.flush(change.getFid(), change.getBridgePort(), step);
      return true;
    }
    if (change.getMac().size() != MacAddress.LENGTH) {
      return false;
    }
    long mac = FdbState.mac(change.getMac());
    long key = LearnedAddresses.key(change.getFid(), mac);
    if (change.getBridgePort() == LearnedAddresses.NONE) {
      state.forget(key, step);
      return true;
    }
    boolean room =
        state.learnedCount() < LearnedAddresses.ENTRIES_MAX
            || state.learnedAt(key) != LearnedAddresses.NONE;
    if (MacAddress.isGroup(mac) || change.getBridgePort() < 0 || !room) {
      return false;
    }
    state.learn(key, change.getBridgePort(), step);
    return true;
  }

  private void reconcileStatics(Step.Builder step) {
    NavigableMap<FdbState.StaticKey, Integer> before = state.statics();
    NavigableMap<FdbState.StaticKey, Integer> now = state.wantedStatics();
    before.forEach((key, port) -> {
      if (!now.containsKey(key)) {
        state.removeStatic(key, step);
        step.output(setStatic(key, 0));
      }
    });
    now.forEach((key, port) -> {
      if (!port.equals(before.get(key))) {
        state.putStatic(key, port, step);
        step.output(setStatic(key, port));
      }
    });
  }

  private static Output setStatic(FdbState.StaticKey key, int bridgePort) {
    return Output.newBuilder()
        .setSetStaticMac(
            SetStaticMac.newBuilder()
                .setVid(key.vid())
                .setMac(FdbState.octets(key.mac()))
                .setBridgePort(bridgePort))
        .build();
  }
}
