package dev.understudy.simulation;

import dev.understudy.schema.Config;
import dev.understudy.schema.PortConfig;
import dev.understudy.schema.SpanningTreeConfig;
import dev.understudy.schema.SpanningTreeMode;
import dev.understudy.schema.SpanningTreePortConfig;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a world's text may say of a bridge's or a port's configuration, by name and number. */
enum Knob {
  PRIORITY("priority", false, 0, 61_440),
  HELLO("hello", false, 1, 2),
  MAX_AGE("max-age", false, 4, 40),
  FORWARD_DELAY("forward-delay", false, 4, 30),
  TX_HOLD("tx-hold", false, 1, 10),
  LEGACY("legacy", false, 0, 1),
  AGEING("ageing", false, 10, 1_000),
  TICK("tick", false, 10, 100),
  RECOVERY("recovery", false, 1, 300),
  COST("cost", true, 0, 200_000_000),
  PORT_PRIORITY("port-priority", true, 0, 240),
  EDGE("edge", true, 0, 1),
  AUTO_EDGE("auto-edge", true, 0, 1),
  BPDU_GUARD("bpdu-guard", true, 0, 1),
  ROOT_GUARD("root-guard", true, 0, 1),
  ADMIN("admin", true, 0, 1),
  VLAN("vlan", true, 1, 4_094),
  /** Whether the configuration names the port at all; only for changes. */
  CONFIGURED("configured", true, 0, 1);

  final String text;
  final boolean ofPort;
  final long least;
  final long most;

  Knob(String text, boolean ofPort, long least, long most) {
    this.text = text;
    this.ofPort = ofPort;
    this.least = least;
    this.most = most;
  }

  static Optional<Knob> of(String text, boolean ofPort) {
    return Arrays.stream(values())
        .filter(knob -> knob.text.equals(text) && knob.ofPort == ofPort)
        .findFirst();
  }

  static String names(boolean ofPort) {
    return Arrays.stream(values())
        .filter(knob -> knob.ofPort == ofPort)
        .map(knob -> knob.text)
        .collect(Collectors.joining(", "));
  }

  /** Turns a bridge's knob. */
  void turn(Config.Builder config, long value) {
    SpanningTreeConfig.Builder stp = config.getSpanningTreeBuilder();
    int small = (int) value;
    switch (this) {
      case PRIORITY -> stp.setPriority(small);
      case HELLO -> stp.setHelloTimeSeconds(small);
      case MAX_AGE -> stp.setMaxAgeSeconds(small);
      case FORWARD_DELAY -> stp.setForwardDelaySeconds(small);
      case TX_HOLD -> stp.setTxHoldCount(small);
      case LEGACY ->
          stp.setMode(
              value == 0
                  ? SpanningTreeMode.SPANNING_TREE_MODE_RSTP
                  : SpanningTreeMode.SPANNING_TREE_MODE_STP);
      case AGEING -> config.setAgeingSeconds(small);
      case TICK -> config.getRedundancyBuilder().setTickMillis(small);
      case RECOVERY -> config.getRedundancyBuilder().setErrDisableRecoverySeconds(small);
      case COST, PORT_PRIORITY, EDGE, AUTO_EDGE, BPDU_GUARD, ROOT_GUARD, ADMIN, VLAN, CONFIGURED ->
          throw new IllegalArgumentException(text + " is a port's");
    }
  }

  /** Turns a port's knob. */
  void turn(PortConfig.Builder port, SpanningTreePortConfig.Builder stp, long value) {
    int small = (int) value;
    switch (this) {
      case COST -> stp.setCost(small);
      case PORT_PRIORITY -> stp.setPriority(small);
      case EDGE -> stp.setAdminEdge(value != 0);
      case AUTO_EDGE -> stp.setAutoEdge(value != 0);
      case BPDU_GUARD -> stp.setBpduGuard(value != 0);
      case ROOT_GUARD -> stp.setRootGuard(value != 0);
      case ADMIN -> port.setAdminUp(value != 0);
      case VLAN -> port.setAccessVlan(small);
      case CONFIGURED -> throw new IllegalArgumentException(text + " is of a change");
      case PRIORITY, HELLO, MAX_AGE, FORWARD_DELAY, TX_HOLD, LEGACY, AGEING, TICK, RECOVERY ->
          throw new IllegalArgumentException(text + " is a bridge's");
    }
  }
}
