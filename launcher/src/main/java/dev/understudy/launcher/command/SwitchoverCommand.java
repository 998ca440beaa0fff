package dev.understudy.launcher.command;

import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.SwitchoverRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code switchover}. */
@Command(
    name = "switchover",
    description = "Makes the standby the active supervisor. Refused unless it is ready.",
    footer = {"", "Example:", "  understudy switchover && understudy show redundancy", ""})
final class SwitchoverCommand implements java.util.concurrent.Callable<Integer> {
  private final Console console;

  @Mixin AskOptions ask = new AskOptions();

  @Option(
      names = "--force",
      description = "Go ahead even if the standby isn't ready: outsiders may notice.")
  boolean force;

  SwitchoverCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    return ask.change(
        console,
        ManagementRequest.newBuilder()
            .setSwitchover(SwitchoverRequest.newBuilder().setForce(force)));
  }
}
