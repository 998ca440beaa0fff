package dev.understudy.launcher.command;

import dev.understudy.launcher.process.Part;
import dev.understudy.launcher.render.Json;
import dev.understudy.launcher.render.Renderers;
import dev.understudy.schema.ManagementRequest;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** What all commands share that ask a supervisor and show the answer. */
public final class AskOptions {
  @Mixin StateOptions state = new StateOptions();

  @Option(names = "--json", description = "Print the answer as JSON (docs/cli-json.md).")
  boolean json;

  /** Asks once and prints the answer. */
  int ask(Console console, String what, ManagementRequest.Builder request, long patienceMillis) {
    try (Asking asking = new Asking(state.existing(console))) {
      print(console, what, asking.document(request, patienceMillis));
    }
    return ExitStatus.DONE;
  }

  /** Asks for a change and prints the sentence that comes back. */
  int change(Console console, ManagementRequest.Builder request) {
    return ask(console, "", request, Asking.PATIENCE_MILLIS);
  }

  /** Asks one supervisor and no other, once. */
  int askAt(Console console, String slot, ManagementRequest.Builder request) {
    if (!slot.equals("A") && !slot.equals("B")) {
      throw new CommandFailure(ExitStatus.USAGE, "--at takes A or B, not \"" + slot + "\"");
    }
    try (Asking asking = new Asking(state.existing(console))) {
      print(console, "", asking.documentOf(Part.supervisor(slot), request, Asking.PATIENCE_MILLIS));
    }
    return ExitStatus.DONE;
  }

  void print(Console console, String what, JsonNode document) {
    console.out().print(text(console, what, document));
    console.out().flush();
  }

  private String text(Console console, String what, JsonNode document) {
    if (json) {
      return Json.pretty(document) + "\n";
    }
    return document.has("message")
        ? message(document)
        : Renderers.render(what, document, console.coloured());
  }

  /** The sentence of an answer to a change. */
  private static String message(JsonNode document) {
    StringBuilder text = new StringBuilder(document.path("message").asString("")).append('\n');
    int copies = document.path("copies").asInt(-1);
    if (copies >= 0) {
      text.append(copies).append(copies == 1 ? " copy" : " copies").append(" of 3 are there");
      if (copies < 3) {
        text.append(": a further failure may lose it");
      }
      text.append('\n');
    }
    return text.toString();
  }

  /** Asks again and again until interrupted. */
  int watch(Console console, String what, ManagementRequest.Builder request, double seconds) {
    try (Asking asking = new Asking(state.existing(console))) {
      boolean moving = console.terminal() && !json;
      if (moving) {
        console.out().print("\u001b[2J");
      }
      while (true) {
        String text;
        try {
          text = text(console, what, asking.document(request, Asking.PATIENCE_MILLIS));
        } catch (CommandFailure failure) {
          text = failure.getMessage() + "\n";
        }
        // Home, each line cleared to its end, the rest of the screen cleared: no flicker.
        console
            .out()
            .print(moving ? "\u001b[H" + text.replace("\n", "\u001b[K\n") + "\u001b[J" : text);
        console.out().flush();
        if (console.out().checkError()) {
          return ExitStatus.DONE;
        }
        Thread.sleep(Math.max(100, (long) (seconds * 1000)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitStatus.DONE;
    }
  }
}
