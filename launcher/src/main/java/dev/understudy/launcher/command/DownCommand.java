package dev.understudy.launcher.command;

import dev.understudy.edge.StateDirectory;
import dev.understudy.forwarder.dataplane.SoftDataPlane;
import dev.understudy.forwarder.kernel.KernelDataPlane;
import dev.understudy.launcher.process.Part;
import dev.understudy.launcher.process.RunDirectory;
import dev.understudy.launcher.process.Stopper;
import dev.understudy.launcher.render.Json;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.ShowRequest;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** {@code down}. */
@Command(
    name = "down",
    description =
        "Stops a switch: its launcher, the standby, the active, the forwarder. Its state directory"
            + " stays.",
    footer = {"", "Example:", "  understudy down --state /var/lib/understudy/sw1", ""})
final class DownCommand implements java.util.concurrent.Callable<Integer> {
  private static final long ASK_MILLIS = 4_000;

  private final Console console;

  @Mixin StateOptions state = new StateOptions();

  DownCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    RunDirectory directory = state.existing(console);
    directory.create();
    int stopped =
        new Stopper(directory, text -> console.out().println(text)).stop(() -> active(directory));
    if (directory.living().isEmpty()) {
      Path forwarder = StateDirectory.at(directory.path()).forwarder();
      KernelDataPlane.removeBridge(forwarder);
      SoftDataPlane.putBackInterfaces(forwarder);
    }
    if (stopped == 0) {
      console.out().println("the switch in " + directory.path() + " wasn't running");
    }
    return ExitStatus.DONE;
  }

  /** The active supervisor, if somebody says who that is. */
  static Optional<Part> active(RunDirectory directory) {
    try (Asking asking = new Asking(directory)) {
      JsonNode answer =
          asking.document(
              ManagementRequest.newBuilder()
                  .setShow(ShowRequest.newBuilder().setWhat("redundancy")),
              ASK_MILLIS);
      String slot = Json.text(answer, "active");
      return slot.equals("A") || slot.equals("B")
          ? Optional.of(Part.supervisor(slot))
          : Optional.empty();
    } catch (CommandFailure e) {
      return Optional.empty();
    }
  }
}
