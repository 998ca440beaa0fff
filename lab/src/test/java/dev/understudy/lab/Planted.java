package dev.understudy.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A capture with known contents, written by scapy; see plant.py for the words. */
final class Planted {
  private final List<String> lines = new ArrayList<>();

  Planted frame(String line) {
    lines.add(line);
    return this;
  }

  /** Numbers of a stream, one a millisecond. */
  Planted numbers(int stream, int... numbers) {
    for (int number : numbers) {
      lines.add("number %d %d %d".formatted(lines.size(), stream, number));
    }
    return this;
  }

  Path write(Planter planter, Path folder, String name) {
    Path capture = folder.resolve(name + ".pcap");
    lines.add("write " + capture);
    planter.plant(lines);
    return capture;
  }

  /** The Python process that knows scapy; one is enough for many captures. */
  static final class Planter implements AutoCloseable {
    private final Process python;

    Planter(Path folder) {
      Path script = folder.resolve("plant.py");
      try (InputStream resource = Planted.class.getResourceAsStream("plant.py")) {
        if (resource == null) {
          throw new LabException("plant.py is not on the class path");
        }
        Files.write(script, resource.readAllBytes());
        python =
            new ProcessBuilder(Parts.pythonWithScapy().orElseThrow().toString(), script.toString())
                .redirectErrorStream(true)
                .start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void plant(List<String> lines) {
      try {
        byte[] octets = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        python.getOutputStream().write(octets);
        python.getOutputStream().flush();
        StringBuilder answer = new StringBuilder();
        for (int octet = 0; octet >= 0 && octet != '\n'; ) {
          octet = python.getInputStream().read();
          answer.append((char) octet);
        }
        if (!answer.toString().equals("written\n")) {
          String rest = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
          throw new LabException("plant.py: " + answer + rest);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      python.destroy();
    }
  }
}
