package dev.understudy.benchmarks;

import dev.understudy.launcher.process.Part;
import dev.understudy.launcher.render.Json;
import dev.understudy.linux.PacketOptions;
import dev.understudy.linux.UdpSocket;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Hosts behind edge ports of the switch, whose addresses it learns. */
final class LearnedLoad implements AutoCloseable {
  /** Addresses of one port; the soft data plane takes 16,384. */
  private static final int ROWS_PER_PORT_MAX = 16_000;

  private static final long FIRST_MAC = 0x02_10_00_00_00_00L;
  private static final long NOBODY = 0x02_11_00_00_00_00L;
  private static final int TRIES_MAX = 20;
  private static final int RECEIVE_BUFFER_OCTETS = 1 << 20;

  private final int rows;
  private final List<InetSocketAddress> ports;
  private final List<InetSocketAddress> hosts;
  private final List<UdpSocket> sockets = new ArrayList<>();

  LearnedLoad(int rows) {
    this.rows = rows;
    int count = Math.ceilDiv(rows, ROWS_PER_PORT_MAX);
    List<InetSocketAddress> found = FreePorts.find(2 * count);
    ports = found.subList(0, count);
    hosts = found.subList(count, 2 * count);
  }

  /** Lines of a configuration. */
  String yaml() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < ports.size(); i++) {
      text.append(
          "  %s: {udp: {listen: \"%s\", peer: \"%s\"}}%n"
              .formatted(name(i), FreePorts.text(ports.get(i)), FreePorts.text(hosts.get(i))));
    }
    return text.toString();
  }

  String[] portNames() {
    return java.util.stream.IntStream.range(0, ports.size())
        .mapToObj(LearnedLoad::name)
        .toArray(String[]::new);
  }

  private static String name(int port) {
    return "e" + (port + 1);
  }

  /** Sends a frame from every address, again until the standby has a row for each. */
  void fill(SwitchUnderTest tested) {
    if (rows == 0) {
      return;
    }
    List<FrameSource> sources = new ArrayList<>();
    for (int i = 0; i < ports.size(); i++) {
      UdpSocket socket =
          UdpSocket.open(
              new UdpSocket.Ends(hosts.get(i), ports.get(i)),
              new PacketOptions.ReceiveBuffer(RECEIVE_BUFFER_OCTETS));
      sockets.add(socket);
      sources.add(new FrameSource(socket, NOBODY, FIRST_MAC));
    }
    Part standby = standby(tested);
    for (int tries = 0; tries < TRIES_MAX; tries++) {
      for (int row = 0; row < rows; row += FrameSource.BATCH) {
        FrameSource source = sources.get(row / FrameSource.BATCH % sources.size());
        int count = Math.min(FrameSource.BATCH, rows - row);
        for (int i = 0; i < count; i++) {
          source.source(i, FIRST_MAC + row + i);
        }
        source.send(count);
        LockSupport.parkNanos(1_000_000);
      }
      LockSupport.parkNanos(500_000_000);
      if (tested.table("learned", standby).size() >= rows) {
        return;
      }
    }
    throw new BenchmarkFailure("the switch doesn't learn " + rows + " addresses");
  }

  static Part standby(SwitchUnderTest tested) {
    String active = Json.text(tested.awaitReady(), "active");
    return active.equals("A") ? Part.SUPERVISOR_B : Part.SUPERVISOR_A;
  }

  @Override
  public void close() {
    sockets.forEach(UdpSocket::close);
  }
}
