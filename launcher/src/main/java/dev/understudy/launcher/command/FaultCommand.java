package dev.understudy.launcher.command;

import dev.understudy.schema.FaultRequest;
import dev.understudy.schema.ManagementRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fault}, for tests. */
@Command(
    name = "fault",
    hidden = true,
    description = "Does something bad to a switch that was started with --fault-injection.",
    footer = {
      "",
      "FAULT is one of corrupt-row, stall-loop, throw-in-engine, slow-engine, out-of-memory,",
      "cut-peer, cut-forwarder, die-half-sent.",
      "Examples:",
      "  understudy fault stall-loop 500 --at A",
      "  understudy fault corrupt-row stp-port:unreadable --at B",
      ""
    })
final class FaultCommand implements java.util.concurrent.Callable<Integer> {
  private final Console console;

  @Mixin AskOptions ask = new AskOptions();

  @Parameters(index = "0", paramLabel = "FAULT", description = "What to do.")
  String fault = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "ARGUMENT", description = "How.")
  String argument = "";

  @Option(
      names = "--at",
      required = true,
      paramLabel = "A|B",
      description = "To which supervisor: this one and no other is asked.")
  String at = "";

  FaultCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    return ask.askAt(
        console,
        at,
        ManagementRequest.newBuilder()
            .setFault(FaultRequest.newBuilder().setFault(fault).setArgument(argument)));
  }
}
