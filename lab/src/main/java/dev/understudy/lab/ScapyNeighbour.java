package dev.understudy.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A neighbour bridge made with scapy that says what it is told to say; see neighbour.py. */
public final class ScapyNeighbour implements AutoCloseable {
  private final Daemon process;
  private final BufferedReader answers;

  private ScapyNeighbour(Daemon process) {
    this.process = process;
    this.answers = process.outputLines();
  }

  /** Starts it; it sends a BPDU every hello time from now on. */
  public static ScapyNeighbour start(Lab lab, Veth.End at, int priority, int helloSeconds) {
    Path script = lab.file("neighbour.py");
    try (InputStream resource = ScapyNeighbour.class.getResourceAsStream("neighbour.py")) {
      if (resource == null) {
        throw new LabException("neighbour.py is not on the class path");
      }
      Files.write(script, resource.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String python =
        Parts.pythonWithScapy().orElseThrow(() -> new LabException("no scapy")).toString();
    Daemon process =
        Daemon.startPiped(
            "scapy neighbour at " + at,
            lab.file("neighbour-" + at + ".log"),
            Map.of(),
            at.namespace()
                .inside(
                    List.of(
                        python,
                        script.toString(),
                        at.interfaceName(),
                        Integer.toString(priority),
                        Integer.toString(helloSeconds))));
    ScapyNeighbour neighbour = lab.add(new ScapyNeighbour(process));
    neighbour.expect("ready");
    return neighbour;
  }

  /** Sends a Proposal; returns the time just before it was sent, nanoseconds since 1970. */
  public long propose() {
    say("propose");
    return Long.parseLong(expect("sent").split(" ", -1)[1]);
  }

  /** Sends a BPDU with the topology change flag; returns the time just before it was sent. */
  public long change() {
    say("change");
    return Long.parseLong(expect("sent").split(" ", -1)[1]);
  }

  /** Sends nothing any more. */
  public void fallSilent() {
    say("silent");
    expect("silent");
  }

  private void say(String word) {
    try {
      process.input().write((word + "\n").getBytes(StandardCharsets.US_ASCII));
      process.input().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String expect(String word) {
    try {
      String line = answers.readLine();
      if (line == null || !line.startsWith(word)) {
        throw new LabException(process + " said " + line + ": " + process.log());
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
