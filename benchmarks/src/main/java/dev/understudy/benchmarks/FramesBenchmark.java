package dev.understudy.benchmarks;

import dev.understudy.linux.FrameChannel;
import dev.understudy.linux.PacketOptions;
import dev.understudy.linux.UdpSocket;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.DoubleStream;

/**
 * Frames a second through the soft data plane, from one port to another, at 64 octets: one source
 * offers as much as it can, and what arrives counts. Beside it, measured in the same way, a program
 * in C that does nothing but receive and send with the same two system calls.
 *
 * <p>Source and sink are threads of this process and share the machine's cores with what is
 * measured.
 */
final class FramesBenchmark {
  private static final String NAME = "frames";
  private static final long SOURCE_MAC = 0x02_13_00_00_00_01L;
  private static final long SINK_MAC = 0x02_13_00_00_00_02L;
  private static final long WARM_UP_NANOS = 3_000_000_000L;
  private static final long WINDOW_NANOS = 1_000_000_000L;
  private static final int RECEIVE_BUFFER_OCTETS = 16 << 20;

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

  private void packet() {
    try (Cables cables = Cables.make()) {
      String yaml =
          Configurations.edges("  e1: {interface: e1}\n  e2: {interface: e2}\n", "e1", "e2");
      try (SwitchUnderTest _ = SwitchUnderTest.start(cables.inMiddle(), yaml)) {
        packet("Understudy, AF_PACKET on veth", cables);
      }
      try (Relay relay = Relay.packet(cables.inMiddle())) {
        if (relay.runs()) {
          packet("base line in C, AF_PACKET on veth", cables);
        }
      }
    }
  }

  private void packet(String name, Cables cables) {
    try (FrameChannel from = cables.source();
        FrameChannel to = cables.sink()) {
      measure(name, from, to);
    }
  }

  // ---- both

  private void measure(String name, FrameChannel from, FrameChannel to) {
    // So that the switch knows where the sink is and doesn't flood.
    new FrameSource(to, SOURCE_MAC, SINK_MAC).send(1);
    LockSupport.parkNanos(100_000_000);
    FrameSource source = new FrameSource(from, SINK_MAC, SOURCE_MAC);
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
