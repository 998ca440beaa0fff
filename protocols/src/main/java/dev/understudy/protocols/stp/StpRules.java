package dev.understudy.protocols.stp;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.understudy.core.ImageView;
import dev.understudy.core.Step;
import dev.understudy.core.SwitchTime;
import dev.understudy.schema.FailSafeRow;
import dev.understudy.schema.Output;
import dev.understudy.schema.PortState;
import dev.understudy.schema.PuntAction;
import dev.understudy.schema.PuntRow;
import dev.understudy.schema.PuntRule;
import dev.understudy.schema.SetFailSafe;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.SetPuntRules;
import dev.understudy.wire.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the forwarder does for this engine by itself: it hands BPDUs up, and when nobody has driven
 * the engine for two hello times it closes every port that may have a bridge behind it. A neighbour
 * gives up on a bridge after three hello times, and may then open a port of its own.
 */
final class StpRules {
  static final long HOLD_HELLO_TIMES = 2;

  private static final PuntRule BPDUS =
      PuntRule.newBuilder()
          .setDestination(
              ByteString.copyFrom(MacAddress.BRIDGE_GROUP_ADDRESS.octets().toByteArray()))
          .setAction(PuntAction.PUNT_ACTION_TAKE)
          .setTrafficClass(StpEngine.TRAFFIC_CLASS)
          .build();

  private static final PuntRow PUNT =
      PuntRow.newBuilder()
          .setKey(PuntRow.Key.newBuilder().setEngine(StpBridge.ENGINE).setIndex(0))
          .setRule(BPDUS)
          .build();

  private Optional<PuntRow> punt;
  private Optional<FailSafeRow> failSafe;
  private boolean tellAgain;

  private StpRules(Optional<PuntRow> punt, Optional<FailSafeRow> failSafe) {
    this.punt = punt;
    this.failSafe = failSafe;
  }

  static StpRules restore(ImageView image) {
    return new StpRules(
        image.row(PUNT),
        image.row(
            FailSafeRow.newBuilder()
                .setKey(FailSafeRow.Key.newBuilder().setEngine(StpBridge.ENGINE))
                .build()));
  }

  List<Message> export() {
    List<Message> rows = new ArrayList<>();
    punt.ifPresent(rows::add);
    failSafe.ifPresent(rows::add);
    return rows;
  }

  /** The forwarder may not know; at the end of this step it will. */
  void tellAgain() {
    tellAgain = true;
  }

  /**
   * At the end of a step in which the set of ports or a parameter may have changed. Without a
   * protocol no BPDU is handed up, so they are dropped, and nothing is to be closed.
   */
  void update(StpBridge bridge, boolean portsChanged, Step.Builder step) {
    Optional<PuntRow> puntNow = bridge.runsProtocol() ? Optional.of(PUNT) : Optional.empty();
    if (tellAgain || !puntNow.equals(punt)) {
      SetPuntRules.Builder rules = SetPuntRules.newBuilder().setEngine(StpBridge.ENGINE);
      puntNow.ifPresent(row -> rules.addRules(row.getRule()));
      bridge.step.rule(Output.newBuilder().setSetPuntRules(rules).build());
      puntNow.ifPresentOrElse(step::put, () -> step.delete(PUNT));
      punt = puntNow;
    }
    if (tellAgain || portsChanged || holdNanos(bridge) != heldNanos()) {
      SetFailSafe now = failSafe(bridge);
      bridge.step.rule(Output.newBuilder().setSetFailSafe(now).build());
      FailSafeRow row =
          FailSafeRow.newBuilder()
              .setKey(FailSafeRow.Key.newBuilder().setEngine(StpBridge.ENGINE))
              .setHoldNanos(now.getHoldNanos())
              .setOutputs(now.getPortStatesCount())
              .build();
      step.put(row);
      failSafe = Optional.of(row);
    }
    tellAgain = false;
  }

  private long heldNanos() {
    return failSafe.map(FailSafeRow::getHoldNanos).orElse(0L);
  }

  private static long holdNanos(StpBridge bridge) {
    return HOLD_HELLO_TIMES
        * bridge.cist.bridgeTimes.helloTimeSeconds()
        * SwitchTime.NANOS_PER_SECOND;
  }

  private static SetFailSafe failSafe(StpBridge bridge) {
    SetFailSafe.Builder set =
        SetFailSafe.newBuilder().setEngine(StpBridge.ENGINE).setHoldNanos(holdNanos(bridge));
    for (StpPort port : bridge.ports.values()) {
      if (port.belongsInFailSafe()) {
        for (StpTreePort p : port.trees) {
          set.addPortStates(
              SetPortState.newBuilder()
                  .setBridgePort(port.number)
                  .setTree(p.tree.number)
                  .setState(PortState.PORT_STATE_DISCARDING));
        }
      }
    }
    return set.build();
  }
}
