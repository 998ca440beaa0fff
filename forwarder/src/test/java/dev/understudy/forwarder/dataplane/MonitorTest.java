package dev.understudy.forwarder.dataplane;

import static dev.understudy.forwarder.soft.TestFrames.BRIDGE_GROUP;
import static dev.understudy.forwarder.soft.TestFrames.forwarding;
import static dev.understudy.forwarder.soft.TestFrames.frame;
import static dev.understudy.forwarder.soft.TestFrames.port;
import static dev.understudy.forwarder.soft.TestFrames.tagged;
import static dev.understudy.forwarder.soft.TestFrames.vlans;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import dev.understudy.forwarder.monitor.MonitorClient;
import dev.understudy.forwarder.monitor.MonitorServer;
import dev.understudy.schema.Output;
import dev.understudy.schema.SendFrame;
import dev.understudy.schema.SetPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a monitor of a port gets, on UDP ports; read by tshark. */
final class MonitorTest {
  private static final long A = 0x0200_0000_000AL;
  private static final long B = 0x0200_0000_000BL;

  private final Judgement judgement = new Judgement();
  private final UdpPeer one = new UdpPeer();
  private final UdpPeer two = new UdpPeer();

  @TempDir Path directory;

  @BeforeEach
  void open() {
    judgement.plane.serveMonitors(socket());
    judgement.set(vlans(1, 10), set(1, one), set(2, two), forwarding(1), forwarding(2));
  }

  @AfterEach
  void close() {
    judgement.close();
    one.close();
    two.close();
  }

  private Path socket() {
    return directory.resolve("monitor.sock");
  }

  private static Output set(int number, UdpPeer peer) {
    SetPort.Builder port = port(number).setName("p" + number);
    port.setUdpListen(peer.listen()).setUdpPeer(peer.peer()).setAccessVlan(1).addTrunkVlans(10);
    return Output.newBuilder().setSetPort(port.setAccessVlan(0).setNativeVlan(1)).build();
  }

  /** A reader on a thread of its own, while the test's thread is the judgement. */
  private final class Reader implements AutoCloseable {
    private final Path file;
    private final Thread thread;
    private volatile @Nullable MonitorClient client;
    private volatile @Nullable Exception failure;

    Reader(String port, String name) {
      file = directory.resolve(name);
      thread = Thread.ofPlatform().start(() -> read(port));
      judgement.until("it reads", () -> client != null || failure != null);
    }

    private void read(String port) {
      try (OutputStream out = Files.newOutputStream(file)) {
        MonitorClient opened = MonitorClient.open(socket(), port);
        client = opened;
        opened.copyTo(out);
      } catch (IOException | MonitorServer.Refused e) {
        failure = e;
      }
    }

    void until(long frames) {
      judgement.until(
          frames + " frames are read", () -> Objects.requireNonNull(client).frames() >= frames);
    }

    List<String> tshark(String... fields) {
      close();
      assertThat(failure).isNull();
      return MonitorTest.tshark(file, fields);
    }

    @Override
    public void close() {
      try {
        MonitorClient opened = client;
        if (opened != null) {
          opened.close();
        }
        thread.join();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static List<String> tshark(Path file, String... fields) {
    try {
      List<String> command = new java.util.ArrayList<>(List.of("tshark", "-r", file.toString()));
      command.addAll(List.of("-T", "fields", "-E", "separator=|"));
      for (String field : fields) {
        command.addAll(List.of("-e", field));
      }
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String text =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      assertThat(process.waitFor()).isZero();
      return text.lines().toList();
    } catch (IOException e) {
      assumeTrue(System.getenv("UNDERSTUDY_LAB") != null, "tshark isn't installed");
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Test
  void both_directions_are_there_with_tags_directions_and_times() {
    Instant before = Instant.now();
    try (Reader reader = new Reader("p1", "both.pcapng")) {
      one.send(frame(B, A, 1));
      assertThat(two.receive()).isNotEmpty();
      two.send(tagged(frame(A, B, 2), 0xE00A));
      assertThat(one.receive()).isNotEmpty();
      reader.until(2);
      List<String> seen =
          reader.tshark(
              "frame.interface_name",
              "frame.packet_flags_direction",
              "vlan.id",
              "frame.len",
              "eth.src",
              "frame.time_epoch");
      assertThat(seen).hasSize(2);
      assertThat(seen.get(0)).startsWith("p1|0x00000001||60|02:00:00:00:00:0a|");
      assertThat(seen.get(1)).startsWith("p1|0x00000002|10|64|02:00:00:00:00:0b|");
      for (String line : seen) {
        String[] time = line.substring(line.lastIndexOf('|') + 1).split("\\.", -1);
        Instant stamp = Instant.ofEpochSecond(Long.parseLong(time[0]), Long.parseLong(time[1]));
        assertThat(stamp)
            .isBetween(before.minus(Duration.ofSeconds(1)), Instant.now().plusSeconds(1));
      }
    }
  }

  @Test
  void frames_of_a_supervisor_say_by_which_bracket_they_left() {
    try (Reader reader = new Reader("p2", "bracket.pcapng")) {
      judgement.plane.bracketBegins(7, 4_711);
      byte[] bpdu = frame(BRIDGE_GROUP, A, 3);
      judgement.set(
          Output.newBuilder()
              .setSendFrame(SendFrame.newBuilder().setPort(2).setFrame(ByteString.copyFrom(bpdu)))
              .build());
      assertThat(two.receiveHex()).isEqualTo(HexFormat.of().formatHex(bpdu));
      reader.until(1);
      assertThat(reader.tshark("frame.comment", "eth.dst", "frame.packet_flags_direction"))
          .containsExactly("bracket (7, 4711)|01:80:c2:00:00:00|0x00000002");
    }
  }

  @Test
  void a_slow_reader_misses_frames_and_holds_up_nothing() throws Exception {
    Thread reading =
        Thread.ofPlatform()
            .start(() -> {
              try (MonitorClient client = MonitorClient.open(socket(), "p1")) {
                Thread.sleep(Duration.ofMinutes(1));
                client.copyTo(new ByteArrayOutputStream());
              } catch (IOException | MonitorServer.Refused e) {
                throw new AssertionError(e);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    judgement.until("monitored", () -> judgement.plane.monitors().judgement(1) != null);
    byte[] long1 = new byte[1_400];
    System.arraycopy(frame(B, A, 1), 0, long1, 0, 60);
    long sent = 0;
    while (judgement.counter("monitor-lost-frames", 1) == 0) {
      for (int i = 0; i < 100; i++, sent++) {
        one.send(long1);
        assertThat(two.receive()).hasSize(1_400);
      }
      assertThat(sent).as("frames of 1,400 octets that found room").isLessThan(20_000);
    }
    reading.interrupt();
    reading.join();
    judgement.until("ended", () -> judgement.plane.monitors().judgement(1) == null);
    long lost = judgement.counter("monitor-lost-frames", 1);
    one.send(long1);
    assertThat(two.receive()).hasSize(1_400);
    assertThat(judgement.counter("monitor-lost-frames", 1)).isEqualTo(lost);
  }

  @Test
  void who_names_no_port_of_the_switch_is_told_which_there_are() {
    Reader reader = new Reader("p9", "none.pcapng");
    assertThat(reader.failure).hasMessage("no port p9; there are p1, p2");
    try (Reader _ = new Reader("p1", "first.pcapng");
        Reader second = new Reader("p1", "second.pcapng")) {
      assertThat(second.failure).hasMessage("port p1 is monitored already");
    }
    assertThatThrownBy(() -> MonitorClient.open(directory.resolve("elsewhere.sock"), "p1"))
        .isInstanceOf(IOException.class);
  }
}
