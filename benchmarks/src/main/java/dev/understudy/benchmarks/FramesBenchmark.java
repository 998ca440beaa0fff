package dev.understudy.benchmarks;

import dev.understudy.launcher.render.Json;
import dev.understudy.linux.FrameChannel;
import dev.understudy.linux.PacketOptions;
import dev.understudy.linux.UdpSocket;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.DoubleStream;
import tools.jackson.databind.JsonNode;

/**
 * Frames a second through the soft data plane, from one port to another, at 64 octets: one source
 * offers as much as it can, and what arrives counts. Beside it, measured in the same way, a program
 * in C that does nothing but receive and send with the same two system calls, and vde_switch on two
 * TAP devices. Then TCP through each, and what is lost of {@value #PACED_PER_SECOND} frames a
 * second.
 *
 * <p>On AF_PACKET all of them stand beside each other in one run and are measured in turns, so that
 * what else the machine does hits all alike; who is not measured has nothing to do. Source and sink
 * are threads of this process and share the machine's cores with what is measured.
 */
final class FramesBenchmark {
  private static final String NAME = "frames";
  private static final long SOURCE_MAC = 0x02_13_00_00_00_01L;
  private static final long SINK_MAC = 0x02_13_00_00_00_02L;
  private static final long WARM_UP_NANOS = 3_000_000_000L;
  private static final long WINDOW_NANOS = 1_000_000_000L;
  private static final int RECEIVE_BUFFER_OCTETS = 16 << 20;
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

  // ---- UDP ports

  private void udp() {
    List<InetSocketAddress> at = FreePorts.find(4);
    UdpSocket.Ends source = new UdpSocket.Ends(at.get(0), at.get(1));
    UdpSocket.Ends sink = new UdpSocket.Ends(at.get(3), at.get(2));
    String yaml =
        Configurations.edges(
            "  e1: {udp: {listen: \"%s\", peer: \"%s\"}}%n  e2: {udp: {listen: \"%s\", peer: \"%s\"}}%n"
                .formatted(
                    FreePorts.text(at.get(1)),
                    FreePorts.text(at.get(0)),
                    FreePorts.text(at.get(2)),
                    FreePorts.text(at.get(3))),
            "e1",
            "e2");
    try (SwitchUnderTest _ = SwitchUnderTest.start(yaml)) {
      udp("Understudy, UDP on loopback", source, sink);
    }
    try (Relay relay = Relay.udp(at)) {
      if (relay.runs()) {
        udp("base line in C, UDP on loopback", source, sink);
      } else {
        report.remark("frames: there is no base line: " + relay.reason());
      }
    }
  }

  private void udp(String name, UdpSocket.Ends source, UdpSocket.Ends sink) {
    PacketOptions.ReceiveBuffer buffer = new PacketOptions.ReceiveBuffer(RECEIVE_BUFFER_OCTETS);
    try (UdpSocket from = UdpSocket.open(source, buffer);
        UdpSocket to = UdpSocket.open(sink, buffer)) {
      measure(name, from, to);
    }
  }

  // ---- AF_PACKET ports

  /** One of those that stand beside each other. */
  private record Subject(
      String name, Cables cables, DoubleStream.Builder rates, DoubleStream.Builder tcp) {
    static Subject of(String name, Cables cables) {
      return new Subject(name, cables, DoubleStream.builder(), DoubleStream.builder());
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
      if (relay.runs()) {
        subjects.add(Subject.of("base line in C, AF_PACKET on veth", relayCables));
      } else {
        report.remark("frames: there is no base line in C: " + relay.reason());
      }
      if (Vde.isInstalled()) {
        try (Vde _ = Vde.start(vdeCables)) {
          subjects.add(Subject.of("vde_switch, TAP", vdeCables));
          inTurns(subjects);
        }
      } else {
        report.remark("frames: vde_switch is left out: it isn't installed (package vde2)");
        inTurns(subjects);
      }
    }
  }

  private void inTurns(List<Subject> subjects) {
    for (int turn = 0; turn < TURNS; turn++) {
      for (Subject subject : subjects) {
        try (FrameChannel from = subject.cables.source();
            FrameChannel to = subject.cables.sink()) {
          window(subject, from, to);
        }
      }
    }
    for (Subject subject : subjects) {
      add(Figure.Unit.FRAMES_PER_SECOND, subject.name, subject.rates, "64 octets, one direction");
    }
    paced(subjects.getFirst());
    if (!Commands.succeeds("iperf3", "--version")) {
      report.remark("frames: TCP is left out: iperf3 isn't installed");
      return;
    }
    for (int turn = 0; turn < TURNS; turn++) {
      subjects.forEach(FramesBenchmark::tcp);
    }
    for (Subject subject : subjects) {
      add(Figure.Unit.GIGABITS_PER_SECOND, subject.name + ": TCP", subject.tcp, "iperf3");
    }
  }

  private void add(Figure.Unit unit, String name, DoubleStream.Builder samples, String state) {
    report.add(new Figure(NAME, name, unit, Figure.Samples.of(samples.build()), state));
  }

  /** As much as goes, for a while; the first half second of each turn doesn't count. */
  private void window(Subject subject, FrameChannel from, FrameChannel to) {
    FrameSource source = learned(from, to);
    try (FrameSink sink = new FrameSink(to)) {
      sendUntil(source, System.nanoTime() + SETTLE_NANOS);
      long begun = System.nanoTime();
      long before = sink.received();
      sendUntil(source, begun + Math.max(1, settings.seconds() / TURNS) * WINDOW_NANOS);
      subject.rates.add((sink.received() - before) * 1e9 / (System.nanoTime() - begun));
    }
  }

  private static FrameSource learned(FrameChannel from, FrameChannel to) {
    // So that the switch knows where the sink is and doesn't flood.
    new FrameSource(to, SOURCE_MAC, SINK_MAC).send(1);
    LockSupport.parkNanos(100_000_000);
    return new FrameSource(from, SINK_MAC, SOURCE_MAC);
  }

  private void paced(Subject subject) {
    DoubleStream.Builder lost = DoubleStream.builder();
    long sent;
    try (FrameChannel from = subject.cables.source();
        FrameChannel to = subject.cables.sink();
        FrameSink sink = new FrameSink(to)) {
      FrameSource source = learned(from, to);
      long begun = System.nanoTime();
      long batches = (long) settings.seconds() * PACED_PER_SECOND / PACED_BATCH;
      for (long i = 0; i < batches; i++) {
        while (System.nanoTime() - begun < i * WINDOW_NANOS * PACED_BATCH / PACED_PER_SECOND) {
          Thread.onSpinWait();
        }
        source.send(PACED_BATCH);
      }
      sent = source.sent();
      long took = System.nanoTime() - begun;
      LockSupport.parkNanos(SETTLE_NANOS);
      lost.add((double) (sent - sink.received()));
      add(
          Figure.Unit.FRAMES,
          subject.name + ": lost at an offered rate",
          lost,
          "of %,d at %,.0f/s".formatted(sent, sent * 1e9 / took));
    }
  }

  private static void tcp(Subject subject) {
    List<String> server = new ArrayList<>(subject.cables.inSink());
    server.addAll(List.of("iperf3", "-s", "-D", "-1"));
    Commands.run(Map.of(), server);
    LockSupport.parkNanos(SETTLE_NANOS);
    List<String> client = new ArrayList<>(subject.cables.inSource());
    client.addAll(List.of("iperf3", "-J", "-t", "" + TCP_SECONDS, "-c", Cables.SINK_ADDRESS));
    JsonNode end = Json.parse(Commands.run(Map.of(), client)).path("end");
    subject.tcp.add(end.path("sum_received").path("bits_per_second").asDouble() / 1e9);
  }

  // ---- UDP ports, one after the other

  private void measure(String name, FrameChannel from, FrameChannel to) {
    FrameSource source = learned(from, to);
    DoubleStream.Builder rates = DoubleStream.builder();
    DoubleStream.Builder offered = DoubleStream.builder();
    try (FrameSink sink = new FrameSink(to)) {
      long windowBegun = System.nanoTime();
      sendUntil(source, windowBegun + WARM_UP_NANOS);
      for (int window = 0; window < settings.seconds(); window++) {
        windowBegun = System.nanoTime();
        long receivedBefore = sink.received();
        long sentBefore = source.sent();
        sendUntil(source, windowBegun + WINDOW_NANOS);
        long nanos = System.nanoTime() - windowBegun;
        rates.add((sink.received() - receivedBefore) * 1e9 / nanos);
        offered.add((source.sent() - sentBefore) * 1e9 / nanos);
      }
    }
    Figure.Samples offers = Figure.Samples.of(offered.build());
    report.add(
        new Figure(
            NAME,
            name,
            Figure.Unit.FRAMES_PER_SECOND,
            Figure.Samples.of(rates.build()),
            "64 octets, one direction, %,.0f/s offered".formatted(offers.percentile(50))));
  }

  private static void sendUntil(FrameSource source, long nanos) {
    while (System.nanoTime() - nanos < 0) {
      source.send(FrameSource.BATCH);
    }
  }
}
