package dev.understudy.launcher.command;

import dev.understudy.edge.StateDirectory;
import dev.understudy.forwarder.monitor.MonitorClient;
import dev.understudy.forwarder.monitor.MonitorServer;
import dev.understudy.launcher.process.RunDirectory;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code monitor}. */
@Command(
    name = "monitor",
    description = "Copies what passes the switch.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "Example:", "  understudy monitor port p1 --write p1.pcapng --seconds 10", ""})
final class MonitorCommand {

  /** {@code monitor port}. */
  @Command(
      name = "port",
      description =
          "Writes the frames that come in and leave by a port to a file, as pcapng with time stamps"
              + " in nanoseconds, until it is interrupted. A frame that a supervisor sent has a"
              + " comment with the term and the number of its bracket. Who reads too slowly misses"
              + " frames, never the switch; how many is in the file and in `show counters`"
              + " (monitor-lost-frames). Works without a supervisor, on the machine of the forwarder.",
      footer = {
        "",
        "Examples:",
        "  understudy monitor port p1 --write p1.pcapng --seconds 10",
        "  understudy monitor port p1 --write - | tshark -r -",
        ""
      })
  static final class Port implements Callable<Integer> {
    private final Console console;

    @Mixin StateOptions state = new StateOptions();

    @Parameters(paramLabel = "PORT", description = "The port's name.")
    String port = "";

    @Option(
        names = "--write",
        required = true,
        paramLabel = "FILE",
        description = "The file, which is replaced; - is standard output.")
    String file = "";

    @Option(
        names = "--seconds",
        paramLabel = "N",
        description = "Ends after so many seconds. Default: when it is interrupted.")
    int seconds;

    Port(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() throws IOException {
      RunDirectory directory = state.existing(console);
      try (MonitorClient client = open(directory)) {
        try (OutputStream out =
            file.equals("-") ? console.out() : Files.newOutputStream(Path.of(file))) {
          if (seconds > 0) {
            endLater(client);
          }
          client.copyTo(out);
        } catch (IOException e) {
          throw new CommandFailure("can't write to " + file + ": " + e);
        }
        console.err().printf("%,d frames of port %s%n", client.frames(), port);
        return ExitStatus.DONE;
      }
    }

    private MonitorClient open(RunDirectory directory) {
      try {
        return MonitorClient.open(
            StateDirectory.at(directory.path()).monitorEndpoint().socket(), port);
      } catch (MonitorServer.Refused e) {
        throw new CommandFailure(String.valueOf(e.getMessage()));
      } catch (IOException e) {
        throw new CommandFailure(
            ExitStatus.NOBODY,
            "no forwarder of the switch in "
                + directory.path()
                + " gives copies of frames: it isn't running, it is on another machine, or it"
                + " forwards by the kernel's bridge, where `tcpdump -i INTERFACE` does the same");
      }
    }

    private void endLater(MonitorClient client) {
      Thread.ofVirtual()
          .start(() -> {
            try {
              Thread.sleep(seconds * 1_000L);
              client.close();
            } catch (InterruptedException | IOException e) {
              console.err().println("understudy: " + e);
            }
          });
    }
  }
}
