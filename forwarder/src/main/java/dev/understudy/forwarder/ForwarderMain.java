package dev.understudy.forwarder;

import dev.understudy.edge.CertifiedRole;
import dev.understudy.edge.Network;
import dev.understudy.edge.ProcessLog;
import dev.understudy.edge.ProcessStart;
import dev.understudy.edge.StateDirectory;
import dev.understudy.forwarder.dataplane.SoftDataPlane;
import dev.understudy.forwarder.kernel.KernelDataPlane;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;

/** The forwarder as a process of its own. */
public final class ForwarderMain {
  private static final String USAGE =
      "forwarder --state DIR [--bridge NAME] [--fault-injection] [--break release-before-held] "
          + Network.USAGE_FORWARDER;

  private ForwarderMain() {}

  /**
   * What was asked for on the command line.
   *
   * @param bridge the kernel's bridge to forward with; without one the forwarder does it itself
   */
  record Arguments(
      Path state,
      Optional<String> bridge,
      Forwarder.Breakage breakage,
      Optional<Network.Plan> network) {
    static Arguments parse(String... arguments) {
      Optional<Path> state = Optional.empty();
      Optional<String> bridge = Optional.empty();
      Forwarder.Breakage breakage = Forwarder.Breakage.NONE;
      Network.Arguments network = new Network.Arguments();
      for (Iterator<String> it = Arrays.asList(arguments).iterator(); it.hasNext(); ) {
        String name = it.next();
        switch (name) {
          case "--state" -> state = Optional.of(Path.of(ProcessStart.value(name, it)));
          case "--bridge" -> bridge = Optional.of(ProcessStart.value(name, it));
          case "--fault-injection" -> {
            // The forwarder has no faults of its own; the launcher gives all processes the same.
          }
          case "--break" ->
              breakage =
                  ProcessStart.member(Forwarder.Breakage.class, name, ProcessStart.value(name, it));
          default -> {
            if (!network.take(name, it)) {
              throw new IllegalArgumentException("unknown argument \"" + name + "\"");
            }
          }
        }
      }
      return new Arguments(
          state.orElseThrow(() -> new IllegalArgumentException("--state DIR is needed")),
          bridge,
          breakage,
          network.plan(CertifiedRole.FORWARDER));
    }
  }

  public static void main(String[] arguments) {
    ProcessStart.main(
        "forwarder", USAGE, arguments, Arguments::parse, parsed -> "forwarder", ForwarderMain::run);
  }

  private static void run(Arguments arguments) {
    StateDirectory state = StateDirectory.open(arguments.state);
    ProcessLog.start(state.make(state.forwarder()), "process");
    Path directory = state.forwarder();
    Forwarder forwarder =
        new Forwarder(
            new Forwarder.Options(
                state,
                arguments
                    .bridge
                    .map(bridge -> KernelDataPlane.maker(bridge, directory))
                    .orElseGet(() -> SoftDataPlane.maker(state)),
                arguments.breakage,
                arguments.network.map(Network.Plan::open)));
    Forwarder.Ready ready = forwarder.start();
    var _ =
        forwarder
            .ended()
            .exceptionally(failure -> {
              ProcessStart.broken(failure);
              return null;
            });
    ProcessStart.endInOrder(forwarder);
    System.out.printf(
        "forwarder: ready, process %d, incarnation %d, terms above %d, %s, state in %s%n",
        ProcessHandle.current().pid(),
        ready.incarnation(),
        ready.term(),
        ready.scheduling(),
        state.root());
    System.out.flush();
  }
}
