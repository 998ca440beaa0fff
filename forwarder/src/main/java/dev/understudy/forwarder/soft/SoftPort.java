package dev.understudy.forwarder.soft;

import dev.understudy.schema.SetPort;

/** A port: the thing with a link. */
final class SoftPort {
  final int number;
  final long[] counters;
  final Policers policers = new Policers();
  final BridgePort bridgePort;
  SetPort settings;
  boolean up;

  /** Its control frames to reserved addresses come to the judgement by a socket of their own. */
  boolean controlApart;

  /** Longest frame without tag that may leave, in octets. */
  int untaggedLengthMax = Integer.MAX_VALUE;

  SoftPort(SetPort settings, long[] counters) {
    number = settings.getPort();
    this.settings = settings;
    this.counters = counters;
    bridgePort = new BridgePort(settings.getBridgePort(), this);
  }

  void count(PortCounter counter) {
    counters[counter.index()]++;
  }

  void count(PortCounter counter, long more) {
    counters[counter.index()] += more;
  }
}
