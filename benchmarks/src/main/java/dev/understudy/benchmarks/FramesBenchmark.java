package dev.understudy.benchmarks;

import dev.understudy.launcher.render.Json;
import dev.understudy.linux.FrameChannel;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import tools.jackson.databind.JsonNode;

/**
 * Frames a second through the soft data plane, from one port to another, at 64 octets. Beside it,
 * measured in the same way in the same run, a program in C that does nothing but receive and send
 * with the same two system calls, and vde_switch on two TAP devices. Then TCP through each.
 *
 * <p>All stand beside each other and are measured in turns, so that what else the machine does hits
 * all alike; who is not measured has nothing to do. All run under the same scheduling ({@link
 * RealTime}): the product's forwarding thread asks for SCHED_FIFO, so the others are given it.
 *
 * <p>Three questions:
 *
 * <ul>
 *   <li><b>How many pass</b>: one thread sends and receives, and stops while {@link
 *       FrameLoop#WINDOW} frames are under way. Two threads on two cores, so that nobody starves
 *       anybody, and what is measured is what the switch can.
 *   <li><b>How many pass of too many</b>: a source that never waits and a sink, one thread each. On
 *       two cores that is three threads that want all they can get, and how the scheduler divides
 *       the cores decides as much as the switch does; the figure says whether a switch passes less
 *       when it is offered more, and no more than that.
 *   <li><b>How many are lost</b> of {@value #PACED_PER_SECOND} a second.
 * </ul>
 */
final class FramesBenchmark {
  private static final String NAME = "frames";
  private static final long SOURCE_MAC = 0x02_13_00_00_00_01L;
  private static final long SINK_MAC = 0x02_13_00_00_00_02L;
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final int TURNS = 5;
  private static final int PACED_PER_SECOND = 200_000;
  private static final int PACED_BATCH = 20;
  private static final long SETTLE_NANOS = 500_000_000;
  private static final int TCP_SECONDS = 3;

  private final Settings settings;
  private final Report report;

  FramesBenchmark(Settings settings, Report report) {
    this.settings = settings;
    this.report = report;
  }

  void run() {
    udp();
    if (!"root".equals(System.getProperty("user.name")) || !Commands.succeeds("ip", "netns")) {
      report.remark("frames: AF_PACKET is left out: it needs root and the command ip");
      return;
    }
    packet();
  }

  /** One of those that stand beside each other. */
  private record Subject(String name, Hosts hosts, Map<Question, DoubleStream.Builder> samples) {
    static Subject of(String name, Hosts hosts) {
      return new Subject(name, hosts, new EnumMap<>(Question.class));
    }

    void add(Question question, double sample) {
      samples.computeIfAbsent(question, asked -> DoubleStream.builder()).add(sample);
    }
  }

  private enum Question {
    PASSED("", Figure.Unit.FRAMES_PER_SECOND),
    OVERLOADED(": of too many", Figure.Unit.FRAMES_PER_SECOND),
    LOST(": lost at an offered rate", Figure.Unit.FRAMES),
    OFFERED(": the rate at which those were offered", Figure.Unit.FRAMES_PER_SECOND),
    TCP(": TCP", Figure.Unit.GIGABITS_PER_SECOND);

    private final String suffix;
    private final Figure.Unit unit;

    Question(String suffix, Figure.Unit unit) {
      this.suffix = suffix;
      this.unit = unit;
    }
  }

  // ---- who is asked

  private void udp() {
    UdpHosts hosts = UdpHosts.choose();
    UdpHosts relayHosts = UdpHosts.choose();
    try (SwitchUnderTest _ =
            SwitchUnderTest.start(Configurations.edges(hosts.ports("e1", "e2"), "e1", "e2"));
        Relay relay = Relay.udp(relayHosts.addresses())) {
      List<Subject> subjects = new ArrayList<>();
      subjects.add(Subject.of("Understudy, UDP on loopback", hosts));
      addRelay(subjects, relay, "UDP on loopback", relayHosts);
      inTurns(subjects);
      report(subjects);
    }
  }

  private void packet() {
    try (Cables cables = Cables.make("u");
        Cables relayCables = Cables.make("c");
        Cables vdeCables = Cables.unplugged("v");
        SwitchUnderTest _ =
            SwitchUnderTest.start(
                cables.inMiddle(),
                Configurations.edges(
                    "  e1: {interface: e1}\n  e2: {interface: e2}\n", "e1", "e2"));
        Relay relay = Relay.packet(relayCables.inMiddle())) {
      List<Subject> subjects = new ArrayList<>();
      subjects.add(Subject.of("Understudy, AF_PACKET on veth", cables));
      addRelay(subjects, relay, "AF_PACKET on veth", relayCables);
      if (Vde.isInstalled()) {
        try (Vde _ = Vde.start(vdeCables)) {
          subjects.add(Subject.of("vde_switch, TAP", vdeCables));
          packet(subjects);
        }
      } else {
        report.remark("frames: vde_switch is left out: it isn't installed (package vde2)");
        packet(subjects);
      }
    }
  }

  private void addRelay(List<Subject> subjects, Relay relay, String ports, Hosts hosts) {
    if (relay.runs()) {
      subjects.add(Subject.of("base line in C, " + ports, hosts));
    } else {
      report.remark("frames: there is no base line in C for " + ports + ": " + relay.reason());
    }
  }

  private void packet(List<Subject> subjects) {
    inTurns(subjects);
    if (Commands.succeeds("iperf3", "--version")) {
      turns(subjects, FramesBenchmark::tcp);
    } else {
      report.remark("frames: TCP is left out: iperf3 isn't installed");
    }
    report(subjects);
  }

  // ---- asking

  private void inTurns(List<Subject> subjects) {
    turns(subjects, this::passed);
    turns(subjects, this::overloaded);
    turns(subjects, this::lost);
  }

  private static void turns(List<Subject> subjects, Consumer<Subject> ask) {
    for (int turn = 0; turn < TURNS; turn++) {
      subjects.forEach(ask);
    }
  }

  private long windowNanos() {
    return Math.max(1, settings.seconds() / TURNS) * SECOND_NANOS;
  }

  private static FrameSource learned(FrameChannel from, FrameChannel to) {
    // So that the switch knows where the sink is and doesn't flood.
    new FrameSource(to, SOURCE_MAC, SINK_MAC).send(1);
    LockSupport.parkNanos(100_000_000);
    return new FrameSource(from, SINK_MAC, SOURCE_MAC);
  }

  /** The first half second of each turn doesn't count. */
  private void passed(Subject subject) {
    try (FrameChannel from = subject.hosts.source();
        FrameChannel to = subject.hosts.sink();
        FrameLoop loop = new FrameLoop(learned(from, to), to)) {
      loop.run(SETTLE_NANOS);
      subject.add(Question.PASSED, loop.run(windowNanos()));
    }
  }

  private void overloaded(Subject subject) {
    try (FrameChannel from = subject.hosts.source();
        FrameChannel to = subject.hosts.sink()) {
      FrameSource source = learned(from, to);
      try (FrameSink sink = new FrameSink(to)) {
        sendUntil(source, System.nanoTime() + SETTLE_NANOS);
        long begun = System.nanoTime();
        long before = sink.received();
        sendUntil(source, begun + windowNanos());
        subject.add(
            Question.OVERLOADED, (sink.received() - before) * 1e9 / (System.nanoTime() - begun));
      }
    }
  }

  private static void sendUntil(FrameSource source, long nanos) {
    while (System.nanoTime() - nanos < 0) {
      source.send(FrameSource.BATCH);
    }
  }

  private void lost(Subject subject) {
    try (FrameChannel from = subject.hosts.source();
        FrameChannel to = subject.hosts.sink();
        FrameSink sink = new FrameSink(to)) {
      FrameSource source = learned(from, to);
      long begun = System.nanoTime();
      long batches = windowNanos() / SECOND_NANOS * PACED_PER_SECOND / PACED_BATCH;
      for (long i = 0; i < batches; i++) {
        while (System.nanoTime() - begun < i * SECOND_NANOS * PACED_BATCH / PACED_PER_SECOND) {
          Thread.onSpinWait();
        }
        source.send(PACED_BATCH);
      }
      subject.add(Question.OFFERED, source.sent() * 1e9 / (System.nanoTime() - begun));
      LockSupport.parkNanos(SETTLE_NANOS);
      subject.add(Question.LOST, (double) (source.sent() - sink.received()));
    }
  }

  private static void tcp(Subject subject) {
    if (!(subject.hosts instanceof Cables cables)) {
      throw new IllegalArgumentException(subject.name + " has no hosts with a TCP of their own");
    }
    List<String> server = new ArrayList<>(cables.inSink());
    server.addAll(List.of("iperf3", "-s", "-D", "-1"));
    Commands.run(Map.of(), server);
    LockSupport.parkNanos(SETTLE_NANOS);
    List<String> client = new ArrayList<>(cables.inSource());
    client.addAll(List.of("iperf3", "-J", "-t", "" + TCP_SECONDS, "-c", Cables.SINK_ADDRESS));
    JsonNode end = Json.parse(Commands.run(Map.of(), client)).path("end");
    subject.add(Question.TCP, end.path("sum_received").path("bits_per_second").asDouble() / 1e9);
  }

  // ---- answers

  private void report(List<Subject> subjects) {
    for (Question question : Question.values()) {
      for (Subject subject : subjects) {
        DoubleStream.Builder samples = subject.samples.get(question);
        if (samples != null) {
          report.add(
              new Figure(
                  NAME,
                  subject.name + question.suffix,
                  question.unit,
                  Figure.Samples.of(samples.build()),
                  state(question)));
        }
      }
    }
  }

  private String state(Question question) {
    return switch (question) {
      case PASSED ->
          "64 octets, one direction, at most %,d under way, %s"
              .formatted(FrameLoop.WINDOW, RealTime.text());
      case OVERLOADED -> "64 octets, one direction, offered without end";
      case LOST -> "of %,d in each turn".formatted(windowNanos() / SECOND_NANOS * PACED_PER_SECOND);
      case OFFERED -> "%,d/s asked for".formatted(PACED_PER_SECOND);
      case TCP -> "iperf3, %d s".formatted(TCP_SECONDS);
    };
  }
}
