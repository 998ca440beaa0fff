package dev.understudy.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Hosts by the thousand behind one interface, each of which says one thing; see addresses.py. */
public final class Addresses {
  private Addresses() {}

  /** Sends a frame from each of so many addresses. */
  public static void send(Lab lab, Veth.End at, int count) {
    Path script = lab.file("addresses.py");
    try (InputStream resource = Addresses.class.getResourceAsStream("addresses.py")) {
      if (resource == null) {
        throw new LabException("addresses.py is not on the class path");
      }
      Files.write(script, resource.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    at.namespace().run("python3", script.toString(), at.interfaceName(), Integer.toString(count));
  }
}
