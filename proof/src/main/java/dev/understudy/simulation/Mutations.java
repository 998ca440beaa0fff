package dev.understudy.simulation;

import dev.understudy.core.Tables;
import dev.understudy.schema.Applied;
import dev.understudy.schema.BorderBracket;
import dev.understudy.schema.BracketKind;
import dev.understudy.schema.ClaimKind;
import dev.understudy.schema.Held;
import dev.understudy.schema.LearnedRow;
import dev.understudy.schema.Output;
import dev.understudy.schema.PortIdentityRow;
import dev.understudy.schema.PortRow;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StandbyReady;
import dev.understudy.schema.StpBridgeRow;
import dev.understudy.schema.StpPortRoleTransitionsState;
import dev.understudy.schema.StpPortRow;
import dev.understudy.schema.StpTreePortRow;
import dev.understudy.schema.TermRow;
import dev.understudy.schema.TimerRow;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Deliberate bugs, by name. Each is made anew for each world. */
final class Mutations {
  private static final long MILLI = 1_000_000L;
  private static final long FAR = 1_000_000_000_000L;

  private Mutations() {}

  static Map<String, Supplier<Tampering>> all() {
    Map<String, Supplier<Tampering>> all = new LinkedHashMap<>();
    engines(all);
    stream(all);
    supervisors(all);
    forwarder(all);
    return all;
  }

  private static void engines(Map<String, Supplier<Tampering>> all) {
    for (String timer :
        List.of(
            "mdelayWhile",
            "edgeDelayWhile",
            "helloWhen",
            "fdWhile",
            "rcvdInfoWhile",
            "tcWhile",
            "errDisableRecovery")) {
      all.put("the row of " + timer + " is forgotten", () -> EngineBug.forgetTimer(timer));
    }
    port(all, "sendRstp", row -> row.toBuilder().setSendRstp(!row.getSendRstp()).build());
    port(all, "txCount", row -> row.toBuilder().clearTxCount().build());
    port(all, "operEdge", row -> row.toBuilder().clearOperEdge().build());
    port(all, "newInfo", row -> row.toBuilder().setNewInfo(!row.getNewInfo()).build());
    port(all, "tcAck", row -> row.toBuilder().setTcAck(!row.getTcAck()).build());
    port(all, "downCount", row -> row.toBuilder().clearDownCount().build());
    all.put(
        "how often a link went down is forgotten",
        () -> EngineBug.rows(PortRow.class, row -> row.toBuilder().clearDownCount().build()));
    all.put(
        "what the forwarder counted of a link's downs is forgotten",
        () ->
            EngineBug.rows(
                PortRow.class, row -> row.toBuilder().clearForwarderDownCount().build()));
    tree(all, "synced", row -> row.toBuilder().setSynced(!row.getSynced()).build());
    tree(all, "agreed", row -> row.toBuilder().setAgreed(!row.getAgreed()).build());
    tree(all, "proposing", row -> row.toBuilder().setProposing(!row.getProposing()).build());
    tree(all, "portTimes", row -> row.toBuilder().clearPortTimes().build());
    tree(all, "portPriority", row -> row.toBuilder().clearPortPriority().build());
    tree(
        all,
        "the role transitions machine's state",
        row -> row.toBuilder().setPrtState(StpPortRoleTransitionsState.PRT_INIT_PORT).build());
    all.put(
        "the bridge's row is forgotten", () -> EngineBug.forget(StpBridgeRow.getDefaultInstance()));
    all.put(
        "the port's err-disable is forgotten",
        () -> EngineBug.rows(PortRow.class, row -> row.toBuilder().clearErrDisabled().build()));
    all.put(
        "the map of port numbers is forgotten",
        () -> EngineBug.forget(PortIdentityRow.getDefaultInstance()));
    all.put(
        "a flush is not told to the standby",
        () ->
            new EngineBug(
                change ->
                    java.util.Optional.of(change)
                        .filter(one ->
                            !one.deleted()
                                || one.key().table()
                                    != Tables.number(LearnedRow.getDefaultInstance())),
                row -> row));
    all.put(
        "timers are resumed with a wrong deadline",
        () ->
            EngineBug.reading(
                TimerRow.class,
                row -> row.toBuilder().setDeadlineNanos(row.getDeadlineNanos() + MILLI).build()));
  }

  private static void port(
      Map<String, Supplier<Tampering>> all, String what, UnaryOperator<StpPortRow> bug) {
    all.put(what + " of a port is told wrongly", () -> EngineBug.rows(StpPortRow.class, bug));
  }

  private static void tree(
      Map<String, Supplier<Tampering>> all, String what, UnaryOperator<StpTreePortRow> bug) {
    all.put(
        what + " of a port in a tree is told wrongly",
        () -> EngineBug.rows(StpTreePortRow.class, bug));
  }

  private static void stream(Map<String, Supplier<Tampering>> all) {
    all.put(
        "a close is not checked: a bracket's first row is lost now and then",
        () ->
            StreamBug.in(
                BracketKind.BRACKET_KIND_STEP,
                (open, message, index) -> message.hasRow() && open.getNumber() % 7 == 0));
    all.put(
        "outputs are not kept by the standby",
        () ->
            StreamBug.in(
                BracketKind.BRACKET_KIND_STEP, (open, message, index) -> message.hasOutput()));
    all.put(
        "a snapshot lacks a row",
        () ->
            StreamBug.in(BracketKind.BRACKET_KIND_SNAPSHOT, (open, message, index) -> index == 8));
    all.put(
        "terms are not told",
        () -> {
          int table = Tables.number(TermRow.getDefaultInstance());
          return new StreamBug(
              (open, message, index) -> message.hasRow() && table(message.getRow()) == table);
        });
  }

  private static int table(com.google.protobuf.ByteString row) {
    try {
      return com.google.protobuf.WireFormat.getTagFieldNumber(row.newCodedInput().readTag());
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void supervisors(Map<String, Supplier<Tampering>> all) {
    brackets(
        all,
        "inputs are freed too early",
        bracket -> bracket.setConsumed(bracket.getConsumed() + 1));
    brackets(all, "inputs are never freed", BorderBracket.Builder::clearConsumed);
    brackets(all, "brackets are no heartbeat", BorderBracket.Builder::clearTick);
    brackets(
        all,
        "what is sent again has lost its outputs",
        bracket -> bracket.getMadeInTerm() < bracket.getTerm() ? bracket.clearOutputs() : bracket);
    brackets(all, "nobody asks to be woken", BorderBracket.Builder::clearWakeAtNanos);
    brackets(
        all,
        "the configuration's cell is not written",
        bracket -> without(bracket, Output::hasStoreConfiguration));
    brackets(
        all,
        "the fail-safe's hold time is endless",
        bracket -> {
          for (Output.Builder output : bracket.getOutputsBuilderList()) {
            if (output.hasSetFailSafe()) {
              output.getSetFailSafeBuilder().setHoldNanos(FAR);
            }
          }
          return bracket;
        });
    brackets(
        all,
        "fail-safe outputs are never told to the forwarder",
        bracket -> without(bracket, Output::hasSetFailSafe));
    brackets(
        all,
        "the fail-safe's hold time is too short",
        bracket -> {
          for (Output.Builder output : bracket.getOutputsBuilderList()) {
            if (output.hasSetFailSafe()) {
              output.getSetFailSafeBuilder().setHoldNanos(150 * MILLI);
            }
          }
          return bracket;
        });
    brackets(
        all,
        "the forwarder isn't told that an engine is FAULTY",
        bracket -> {
          bracket.getHealthBuilder().clearFaultyEngines();
          return bracket;
        });
    all.put(
        "changes of learned addresses are asked for once only",
        () ->
            edit(message ->
                message.hasLearnedRequest() && message.getLearnedRequest().getSequence() > 0
                    ? List.of()
                    : List.of(message)));
    all.put(
        "the standby says held one bracket early",
        () ->
            edit(message ->
                message.hasHeld()
                    ? List.of(
                        message.toBuilder()
                            .setHeld(
                                message.getHeld().toBuilder()
                                    .setNumber(message.getHeld().getNumber() + 1))
                            .build())
                    : List.of(message)));
    all.put(
        "one witness is enough for a takeover",
        () ->
            edit(message ->
                message.hasClaim() && message.getClaim().getKind() == ClaimKind.IF_LOST
                    ? List.of(
                        message.toBuilder()
                            .setClaim(message.getClaim().toBuilder().setKind(ClaimKind.FORCE))
                            .build())
                    : List.of(message)));
  }

  private static BorderBracket.Builder without(
      BorderBracket.Builder bracket, Predicate<Output> what) {
    List<Output> kept = bracket.getOutputsList().stream().filter(what.negate()).toList();
    return bracket.clearOutputs().addAllOutputs(kept);
  }

  private static void brackets(
      Map<String, Supplier<Tampering>> all, String name, UnaryOperator<BorderBracket.Builder> bug) {
    all.put(
        name,
        () ->
            edit(message ->
                message.hasBracket()
                    ? List.of(
                        message.toBuilder()
                            .setBracket(bug.apply(message.getBracket().toBuilder()))
                            .build())
                    : List.of(message)));
  }

  private static Tampering edit(java.util.function.Function<ToForwarder, List<ToForwarder>> bug) {
    return new Tampering() {
      @Override
      public List<ToForwarder> toForwarder(SimulatedSupervisor from, ToForwarder message) {
        return bug.apply(message);
      }
    };
  }

  private static void forwarder(Map<String, Supplier<Tampering>> all) {
    all.put("brackets are carried out before the standby holds them", ReleaseBeforeHeld::new);
    all.put("the term of a bracket is not checked", NoFence::new);
    all.put("a standby is listed before it holds anything", ReadyTooEarly::new);
    all.put(
        "a new active is told that one input more is consumed",
        () ->
            told(message ->
                message.hasGranted() && message.getGranted().getApplied() > 0
                    ? message.toBuilder()
                        .setGranted(
                            message.getGranted().toBuilder()
                                .setConsumed(message.getGranted().getConsumed() + 1))
                        .build()
                    : message));
    all.put(
        "lost inputs are not told to a new active",
        () ->
            told(message ->
                message.hasGranted()
                    ? message.toBuilder()
                        .setGranted(message.getGranted().toBuilder().clearLostInputs())
                        .build()
                    : message));
    all.put(
        "answers are released before the bracket is carried out",
        () ->
            new Tampering() {
              @Override
              public List<ToForwarder> toForwarder(SimulatedSupervisor from, ToForwarder message) {
                if (message.hasBracket()) {
                  from.soon(
                      ToSupervisor.newBuilder()
                          .setApplied(
                              Applied.newBuilder()
                                  .setTerm(message.getBracket().getTerm())
                                  .setNumber(message.getBracket().getNumber()))
                          .build());
                }
                return List.of(message);
              }
            });
    all.put(
        "a new active starts at the wrong time",
        () ->
            told(message ->
                message.hasInput() && message.getInput().getDeliveries() > 0
                    ? message.toBuilder()
                        .setInput(
                            message.getInput().toBuilder()
                                .setStampNanos(message.getInput().getStampNanos() + MILLI))
                        .build()
                    : message));
  }

  private static Tampering told(UnaryOperator<ToSupervisor> bug) {
    return new Tampering() {
      @Override
      public List<ToSupervisor> toSupervisor(SimulatedSwitch from, Slot to, ToSupervisor message) {
        return List.of(bug.apply(message));
      }
    };
  }

  private static final class ReleaseBeforeHeld implements Tampering {
    @Override
    public void atForwarder(SimulatedSwitch at, ToForwarder message) {
      Slot standby = at.border().inSync();
      if (message.hasBracket() && standby != Slot.SLOT_UNSPECIFIED) {
        at.forge(
            standby,
            ToForwarder.newBuilder()
                .setHeld(
                    Held.newBuilder()
                        .setTerm(at.border().term())
                        .setNumber(message.getBracket().getNumber()))
                .build());
      }
    }
  }

  private static final class NoFence implements Tampering {
    @Override
    public void atForwarder(SimulatedSwitch at, ToForwarder message) {
      if (message.hasBracket() && message.getBracket().getTerm() < at.border().term()) {
        message.getBracket().getOutputsList().forEach(at.body()::carryOut);
      }
    }
  }

  private static final class ReadyTooEarly implements Tampering {
    @Override
    public void atForwarder(SimulatedSwitch at, ToForwarder message) {
      if (message.hasHello() && at.border().holderAlive()) {
        Slot slot = message.getHello().getSlot();
        at.forgeSoon(
            slot,
            () ->
                ToForwarder.newBuilder()
                    .setStandbyReady(
                        StandbyReady.newBuilder()
                            .setTerm(at.border().term())
                            .setNumber(at.border().applied()))
                    .build());
      }
    }
  }
}
