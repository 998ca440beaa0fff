package dev.understudy.lab;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * One round: numbered frames cross the switch, something happens on the wire, the switch is struck,
 * and captures at both ends of each link tell what anybody outside could have seen.
 */
final class Round {
  /** Silence limit (5 ticks of 20 ms) and what a busy machine may add. */
  static final Duration TOLERANCE = Duration.ofMillis(100 + 50);

  private static final Duration FLOW_LIMIT = Duration.ofSeconds(15);
  private static final Duration EVENT_LIMIT = Duration.ofSeconds(20);
  private static final Duration BEFORE_HELLO = Duration.ofMillis(10);
  private static final Duration FLAP_LENGTH = Duration.ofMillis(1500);
  private static final Duration BACK_LIMIT = Duration.ofSeconds(20);
  private static final Duration CALM_LIMIT = Duration.ofSeconds(40);
  private static final Duration AFTER_HELLO = Duration.ofMillis(300);
  private static final long TRANSMIT_HOLD_COUNT = 6;

  /** No strike, for the rounds that others are compared with. */
  static final Runnable NOTHING = () -> {};

  /** Nothing that the switch itself is asked to do. */
  static final Consumer<Event> NOTHING_ASKED = event -> {};

  private static final AtomicInteger ROUNDS = new AtomicInteger();

  private Round() {}

  /** What is seen on the wire before the strike. */
  enum Event {
    /** Nothing: the steady state. */
    NONE,
    /** A hello is due in 10 ms. */
    HELLO_DUE,
    /** A bridge behind a neighbour was joined again; its topology change was just seen. */
    TOPOLOGY_CHANGE,
    /** A blocked link of the switch itself came up; a proposal was just seen. */
    LINK_UP,
    /** A configuration was just applied and acknowledged. */
    CONFIGURATION,
    /** The standby was restarted, and its snapshot has just begun. */
    SNAPSHOT
  }

  /**
   * A plan.
   *
   * @param delay from the event to the strike
   */
  record Plan(Event event, Duration delay) {}

  /** The captures of a link. */
  private record Tap(Network.Link link, Capture atSwitch, Capture atNeighbour) {}

  /**
   * What was seen on a link, by the sender.
   *
   * @param episodes of telling a topology change
   * @param renewals how often one was told again after the receiver's own telling was over
   *     (tcWhile, hello + 1 s), so that the receiver tells it anew
   */
  record Side(
      long frames,
      int sources,
      long topologyChanges,
      long episodes,
      long renewals,
      long acknowledgments,
      long proposals,
      List<String> story,
      long mostPerSecond,
      Duration longestGap) {}

  /**
   * What was seen on a link at its neighbour's end.
   *
   * @param flapped whether the round's event took it down for a while, in which nothing is heard
   */
  record LinkReport(Network.Role role, boolean flapped, Side ofSwitch, Side ofNeighbour) {
    private void hits(
        String port, Report twin, Report report, Duration helloTime, List<String> hits) {
      LinkReport before = twin.link(port);
      long renewed = report.renewals() - twin.renewals();
      compare(port + ", the switch", before.ofSwitch, ofSwitch, renewed, hits);
      compare(port + ", its neighbour", before.ofNeighbour, ofNeighbour, renewed, hits);
      if (role != Network.Role.DESIGNATED) {
        return;
      }
      Duration gapMax =
          before.ofSwitch.longestGap.compareTo(helloTime) > 0
              ? before.ofSwitch.longestGap
              : helloTime;
      if (ofSwitch.longestGap.compareTo(gapMax.plus(TOLERANCE)) > 0) {
        hits.add("%s: %s without a BPDU".formatted(port, ofSwitch.longestGap));
      }
      // A standby that speaks too, or an old active that wakes, would be heard as frames too many.
      if (ofSwitch.frames > framesMax(before.ofSwitch.frames, twin.seconds, report.seconds)) {
        hits.add(
            "%s: %d BPDUs in %.1f s, without the strike %d in %.1f s"
                .formatted(
                    port, ofSwitch.frames, report.seconds, before.ofSwitch.frames, twin.seconds));
      }
    }

    /**
     * How many frames a sender of the twin's pace sends at most: n frames in a time say that it is
     * at most n + 1, and a time begins anywhere between two of them.
     */
    static double framesMax(long twinFrames, double twinSeconds, double seconds) {
      return (twinFrames + 1) * Math.max(1, seconds / twinSeconds) + 1;
    }

    /**
     * Compares a sender with the same sender in the round without a strike.
     *
     * @param renewed how often more than there the neighbours began to tell the same news anew,
     *     which each bridge passes on in two BPDUs
     */
    private static void compare(String who, Side twin, Side side, long renewed, List<String> hits) {
      if (side.sources > 1) {
        hits.add("%s: %d source addresses".formatted(who, side.sources));
      }
      // The news goes out with every hello for a while, so that one more or less of it depends on
      // the moment between
      // two hellos; another change's news would be an episode of its own, or several frames more.
      boolean sameNews =
          side.episodes == twin.episodes
              && Math.abs(side.topologyChanges - twin.topologyChanges)
                  <= (twin.episodes > 0 ? 1 + 2 * Math.abs(renewed) : 0);
      if (!sameNews || side.acknowledgments != twin.acknowledgments) {
        hits.add(
            "%s: %d topology changes in %d BPDUs, %d acknowledgments; without the strike %d in %d, %d"
                .formatted(
                    who,
                    side.episodes,
                    side.topologyChanges,
                    side.acknowledgments,
                    twin.episodes,
                    twin.topologyChanges,
                    twin.acknowledgments));
      }
      if (!side.story.equals(twin.story)) {
        hits.add("%s: told %s, without the strike %s".formatted(who, side.story, twin.story));
      }
      if (side.mostPerSecond > TRANSMIT_HOLD_COUNT) {
        hits.add("%s: %d BPDUs in one second".formatted(who, side.mostPerSecond));
      }
    }
  }

  /**
   * What anybody outside could have seen.
   *
   * @param invalid what went wrong in the lab itself, which says nothing about the switch
   * @param converged how long after the event the last thing changed on any link; zero without
   *     event
   * @param seconds how long the captures ran
   */
  record Report(
      Plan plan,
      NumbersJudge.Verdict leftToRight,
      NumbersJudge.Verdict rightToLeft,
      Map<String, LinkReport> links,
      List<String> neighbourChanges,
      boolean neighboursAsBefore,
      Optional<String> invalid,
      Duration converged,
      double seconds) {

    /**
     * What somebody outside could have noticed beyond what the same event brings without a strike.
     *
     * @param twin the round with the same event and no strike
     * @param helloTime of the root
     * @return sentences; none means hitless
     */
    List<String> hits(Report twin, Duration helloTime) {
      List<String> hits = new ArrayList<>();
      hitsOnNumbers(hits);
      links.forEach((port, link) -> link.hits(port, twin, this, helloTime, hits));
      if (!neighboursAsBefore) {
        hits.add("roles or states of the neighbours are not as before");
      }
      if (neighbourChanges.size() != twin.neighbourChanges.size()) {
        hits.add(
            "neighbours' ports changed state: %s; without the strike %s"
                .formatted(neighbourChanges, twin.neighbourChanges));
      }
      if (converged.compareTo(twin.converged.plus(TOLERANCE)) > 0) {
        hits.add("converged after %s, without the strike %s".formatted(converged, twin.converged));
      }
      return hits;
    }

    /**
     * What is amiss although nothing was done to the switch: then the lab or the machine can't be a
     * judge.
     */
    List<String> faultsOfBaseline(Duration helloTime) {
      List<String> faults = hits(this, helloTime);
      links.forEach((port, link) -> {
        boolean speaks = link.role == Network.Role.DESIGNATED && !link.flapped;
        if (speaks && link.ofSwitch.longestGap.compareTo(helloTime.plus(TOLERANCE)) > 0) {
          faults.add("%s: %s without a BPDU".formatted(port, link.ofSwitch.longestGap));
        }
      });
      invalid.ifPresent(faults::add);
      return faults;
    }

    long renewals() {
      return links.values().stream().mapToLong(link -> link.ofNeighbour.renewals).sum();
    }

    LinkReport link(String port) {
      return Objects.requireNonNull(links.get(port), port);
    }

    private void hitsOnNumbers(List<String> hits) {
      if (!leftToRight.clean()) {
        hits.add("left to right: " + leftToRight);
      }
      if (!rightToLeft.clean()) {
        hits.add("right to left: " + rightToLeft);
      }
    }
  }

  /**
   * Runs a round.
   *
   * @param ask what makes an event that the switch itself is asked for: {@link
   *     Event#CONFIGURATION}, {@link Event#SNAPSHOT}
   */
  static Report run(Lab lab, Network network, Plan plan, Consumer<Event> ask, Runnable strike) {
    String name = "r" + ROUNDS.incrementAndGet();
    String statusBefore = network.neighbourStatus().get();
    List<Tap> taps = new ArrayList<>();
    for (Network.Link link : network.links()) {
      taps.add(
          new Tap(
              link,
              Capture.live(lab, link.cable().a(), name + "-" + link.port()),
              Capture.live(lab, link.neighbourEnd(), name + "-" + link.neighbourEnd())));
    }
    Capture leftCapture = Capture.numbered(lab, network.leftPort(), name + "-left");
    Capture rightCapture = Capture.numbered(lab, network.rightPort(), name + "-right");
    int changesBefore = network.neighbourChanges().get().size();
    NumberedTraffic traffic =
        NumberedTraffic.start(
            lab, network.left(), network.right(), NumberedTraffic.FRAMES_PER_SECOND);
    traffic.awaitFlow(2_000, FLOW_LIMIT);
    awaitCalm(taps, network.helloTime());

    long start = TimeSpan.now();
    long event;
    try {
      event = cause(network, plan, taps, ask);
    } catch (LabException e) {
      lab.keepFiles();
      throw e;
    }
    strike.run();
    Await.pause(network.watch());
    TimeSpan span = TimeSpan.since(start);
    List<String> changes = network.neighbourChanges().get();
    traffic.stop();
    List<Capture> captures = new ArrayList<>(List.of(leftCapture, rightCapture));
    taps.forEach(tap -> captures.addAll(List.of(tap.atSwitch(), tap.atNeighbour())));
    captures.forEach(Capture::close);

    Map<String, LinkReport> links = new LinkedHashMap<>();
    long lastChange = event;
    for (Tap tap : taps) {
      Network.Link link = tap.link();
      BpduJudge judge = BpduJudge.of(tap.atNeighbour().file()).during(span);
      String neighbourMac = link.neighbourEnd().mac();
      boolean flapped = link.cable().equals(network.flaps().get(plan.event()));
      // Down, it is silent for as long as the flap and up to a hello time before it.
      TimeSpan speaking = flapped ? new TimeSpan(event, span.endNanos()) : span;
      links.put(
          link.port(),
          new LinkReport(
              link.role(),
              flapped,
              side(judge.notFrom(neighbourMac), speaking, network.helloTime()),
              side(judge.from(neighbourMac), speaking, network.helloTime())));
      lastChange = Math.max(lastChange, judge.lastChangeNanos());
    }
    return new Report(
        plan,
        NumbersJudge.judge(leftCapture.file(), rightCapture.file(), network.left().stream()),
        NumbersJudge.judge(rightCapture.file(), leftCapture.file(), network.right().stream()),
        links,
        List.copyOf(changes.subList(changesBefore, changes.size())),
        backAsBefore(network, statusBefore),
        invalid(captures, traffic),
        network.flaps().containsKey(plan.event())
            ? Duration.ofNanos(lastChange - event)
            : Duration.ZERO,
        span.length().toMillis() / 1000.0);
  }

  /**
   * Makes the event happen, waits until it is seen on the wire and then the plan's delay; returns
   * the event's time.
   */
  private static long cause(Network network, Plan plan, List<Tap> taps, Consumer<Event> ask) {
    return switch (plan.event()) {
      case NONE -> {
        Await.pause(plan.delay());
        yield TimeSpan.now();
      }
      case HELLO_DUE -> {
        long hello = awaitBpdu(taps, glance -> true, () -> {});
        long due = hello + network.helloTime().minus(BEFORE_HELLO).toNanos();
        Await.pause(Duration.ofNanos(Math.max(0, due - TimeSpan.now())).plus(plan.delay()));
        yield due;
      }
      case CONFIGURATION, SNAPSHOT -> {
        ask.accept(plan.event());
        long done = TimeSpan.now();
        Await.pause(plan.delay());
        yield done;
      }
      case TOPOLOGY_CHANGE, LINK_UP -> flap(taps, network.flapped(plan.event()), plan.delay());
    };
  }

  private static long flap(List<Tap> taps, Veth flapped, Duration delay) {
    flapped.set(Namespace.Link.DOWN);
    Await.pause(FLAP_LENGTH);
    // At the same moment between two hellos each time: otherwise one round would count a hello more
    // than another.
    awaitBpdu(taps, glance -> true, () -> {});
    Await.pause(AFTER_HELLO);
    long time = TimeSpan.now();
    awaitBpdu(
        taps,
        glance -> glance.topologyChange() || glance.proposal(),
        () -> flapped.set(Namespace.Link.UP));
    Await.pause(delay);
    return time;
  }

  /** Waits until nobody has told of a topology change for two hellos: an earlier one is over. */
  private static void awaitCalm(List<Tap> taps, Duration helloTime) {
    long calm = helloTime.multipliedBy(2).plus(AFTER_HELLO).toNanos();
    AtomicLong last = new AtomicLong(TimeSpan.now());
    Pcap.Sink listener =
        (long time, ByteBuffer octets) -> {
          Capture.Glance glance = Capture.Glance.at(octets);
          if (glance.isBpdu() && glance.topologyChange()) {
            last.accumulateAndGet(time, Math::max);
          }
        };
    List<Capture> captures = taps.stream().map(Tap::atSwitch).toList();
    captures.forEach(capture -> capture.listen(listener));
    try {
      Await.until(
          "no topology change is told",
          CALM_LIMIT,
          () -> TimeSpan.now() - last.get() > calm,
          () -> captures.stream().map(Capture::file).toList().toString());
    } finally {
      captures.forEach(capture -> capture.forget(listener));
    }
  }

  /** Waits until the neighbours are as they were; returns whether they are. */
  private static boolean backAsBefore(Network network, String statusBefore) {
    long end = System.nanoTime() + BACK_LIMIT.toNanos();
    while (!network.neighbourStatus().get().equals(statusBefore)) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      Await.pause(Duration.ofMillis(200));
    }
    return true;
  }

  /**
   * Waits for a BPDU at any of the switch's ports that comes after an action; returns its stamp.
   */
  private static long awaitBpdu(List<Tap> taps, Predicate<Capture.Glance> wanted, Runnable action) {
    CompletableFuture<Long> seen = new CompletableFuture<>();
    long from = TimeSpan.now();
    Pcap.Sink listener =
        (long time, ByteBuffer octets) -> {
          Capture.Glance glance = Capture.Glance.at(octets);
          if (time >= from && glance.isBpdu() && wanted.test(glance)) {
            seen.complete(time);
          }
        };
    List<Capture> captures = taps.stream().map(Tap::atSwitch).toList();
    captures.forEach(capture -> capture.listen(listener));
    try {
      action.run();
      return seen.get(EVENT_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new LabException(
          "the event was not seen at any port of the switch: "
              + captures.stream().map(Capture::file).toList(),
          e);
    } finally {
      captures.forEach(capture -> capture.forget(listener));
    }
  }

  private static Side side(BpduJudge judge, TimeSpan span, Duration helloTime) {
    long episodes = judge.topologyChangeEpisodes(helloTime.multipliedBy(3));
    return new Side(
        judge.bpdus().size(),
        judge.sources().size(),
        judge.topologyChanges(),
        episodes,
        judge.topologyChangeEpisodes(helloTime.plusSeconds(1)) - episodes,
        judge.topologyChangeAcknowledgments(),
        judge.proposals(),
        judge.story(),
        judge.mostWithin(Duration.ofSeconds(1)),
        judge.longestGap(span));
  }

  private static Optional<String> invalid(List<Capture> captures, NumberedTraffic traffic) {
    long dropped = captures.stream().mapToLong(Capture::dropped).sum();
    if (dropped > 0) {
      return Optional.of("the captures lost %d frames".formatted(dropped));
    }
    for (NumberedTraffic.Host host : List.of(traffic.left(), traffic.right())) {
      if (host.account().generatorFailed()) {
        return Optional.of("the generator failed: " + host.account());
      }
    }
    return Optional.empty();
  }

  /** Removes a clean round's captures, which are large. */
  static void forgetFiles(Lab lab) {
    try (var files = java.nio.file.Files.list(lab.directory())) {
      for (Path file : files.filter(f -> f.toString().endsWith(".pcap")).toList()) {
        java.nio.file.Files.delete(file);
      }
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
