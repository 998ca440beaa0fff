package dev.understudy.supervisor;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Those who wait for the core's answer to a request. The loop's thread only. */
final class Waiting {
  private final Map<String, CompletableFuture<Answer>> waiting = new TreeMap<>();

  /**
   * What became of a request.
   *
   * @param copies homes that have the configuration; 0 where that doesn't apply
   */
  record Answer(boolean ok, String text, int copies) {}

  /** The answer that will come; whoever asks with the same id waits for the same one. */
  CompletableFuture<Answer> await(String requestId) {
    return waiting.computeIfAbsent(requestId, any -> new CompletableFuture<>());
  }

  boolean isAwaited(String requestId) {
    return waiting.containsKey(requestId);
  }

  void answer(String requestId, Answer answer) {
    CompletableFuture<Answer> future = waiting.remove(requestId);
    if (future != null) {
      future.complete(answer);
    }
  }
}
