package dev.understudy.replication;

import com.google.protobuf.Message;
import java.util.List;

/**
 * What becomes of rows that no engine owns.
 *
 * @param ok whether it was done
 * @param text the answer, for people
 * @param rows whole rows to be put
 * @param gone rows to be deleted
 */
public record Change(boolean ok, String text, List<Message> rows, List<Message> gone) {
  public Change {
    rows = List.copyOf(rows);
    gone = List.copyOf(gone);
  }

  static Change refused(String text) {
    return new Change(false, text, List.of(), List.of());
  }

  static Change nothing(String text) {
    return new Change(true, text, List.of(), List.of());
  }
}
