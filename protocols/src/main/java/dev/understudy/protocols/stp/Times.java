package dev.understudy.protocols.stp;

import dev.understudy.wire.bpdu.BpduTimes;

/**
 * Timer parameter values (802.1Q-2018 13.27: msgTimes, portTimes, designatedTimes, rootTimes),
 * whole seconds from 0 to 255.
 *
 * @param remainingHops counts down inside an MST region only
 */
record Times(
    int messageAgeSeconds,
    int maxAgeSeconds,
    int forwardDelaySeconds,
    int helloTimeSeconds,
    int remainingHops) {
  /** 802.1Q-2018 Table 13-5. */
  static final int MAX_HOPS_DEFAULT = 20;

  /** The least that is believed of a neighbour, see {@link StpProcedures#recordTimes}. */
  static final int HELLO_TIME_MIN_SECONDS = 1;

  static final int SECONDS_MAX = 255;

  static final Times DEFAULT = new Times(0, 20, 15, 2, MAX_HOPS_DEFAULT);

  /** As a neighbour sent them. */
  static Times of(BpduTimes times) {
    return new Times(
        Math.min(SECONDS_MAX, times.messageAgeSeconds()),
        Math.min(SECONDS_MAX, times.maxAgeSeconds()),
        Math.min(SECONDS_MAX, times.forwardDelaySeconds()),
        Math.clamp(times.helloTimeSeconds(), HELLO_TIME_MIN_SECONDS, SECONDS_MAX),
        MAX_HOPS_DEFAULT);
  }

  BpduTimes toBpdu() {
    return BpduTimes.ofSeconds(
        messageAgeSeconds, maxAgeSeconds, helloTimeSeconds, forwardDelaySeconds);
  }

  /** One bridge further from the root. */
  Times older() {
    return new Times(
        Math.min(SECONDS_MAX, messageAgeSeconds + 1),
        maxAgeSeconds,
        forwardDelaySeconds,
        helloTimeSeconds,
        remainingHops);
  }

  Times withHelloTimeSeconds(int seconds) {
    return new Times(messageAgeSeconds, maxAgeSeconds, forwardDelaySeconds, seconds, remainingHops);
  }
}
