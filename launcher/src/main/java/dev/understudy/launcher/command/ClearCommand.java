package dev.understudy.launcher.command;

import dev.understudy.schema.ClearErrDisableRequest;
import dev.understudy.schema.ManagementRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code clear}. */
@Command(
    name = "clear",
    description = "Clears a condition.",
    footer = {"", "Example:", "  understudy clear err-disable p3", ""})
final class ClearCommand {

  /** {@code clear err-disable}. */
  @Command(
      name = "err-disable",
      description = "Puts a port back into service that was switched off for a fault.",
      footer = {"", "Example:", "  understudy clear err-disable p3", ""})
  static final class ErrDisable implements java.util.concurrent.Callable<Integer> {
    private final Console console;

    @Mixin AskOptions ask = new AskOptions();

    @Parameters(paramLabel = "PORT", description = "The port's name.")
    String port = "";

    ErrDisable(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      return ask.change(
          console,
          ManagementRequest.newBuilder()
              .setClearErrDisable(ClearErrDisableRequest.newBuilder().setPort(port)));
    }
  }
}
