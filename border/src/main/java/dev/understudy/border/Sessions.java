package dev.understudy.border;

import dev.understudy.schema.Rejected;
import dev.understudy.schema.Slot;
import dev.understudy.schema.ToSupervisor;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The supervisors' sessions: each unknown until it has said hello, then one a slot. */
final class Sessions {
  private final Outbox outbox;
  private final Counters counters;
  private final TreeMap<Long, Session> sessions = new TreeMap<>();

  Sessions(Outbox outbox, Counters counters) {
    this.outbox = outbox;
    this.counters = counters;
  }

  void opened(long id) {
    sessions.put(id, new Session(id));
  }

  @Nullable Session closed(long id) {
    return sessions.remove(id);
  }

  @Nullable Session get(long id) {
    return sessions.get(id);
  }

  Optional<Session> of(Slot slot) {
    return sessions.values().stream().filter(session -> session.slot == slot).findFirst();
  }

  List<Session> all() {
    return List.copyOf(sessions.values());
  }

  void send(Session session, ToSupervisor message) {
    outbox.send(session.id, message);
  }

  /** Tells those that have said who they are. */
  void tellAll(ToSupervisor message) {
    tell(session -> true, message);
  }

  /** Tells those of them that are meant. */
  void tell(Predicate<Session> meant, ToSupervisor message) {
    for (Session session : sessions.values()) {
      if (session.known() && meant.test(session)) {
        outbox.send(session.id, message);
      }
    }
  }

  void reject(Session session, String reason) {
    counters.count("rejected-sessions");
    send(
        session,
        ToSupervisor.newBuilder().setRejected(Rejected.newBuilder().setReason(reason)).build());
    outbox.close(session.id);
  }

  void close(Session session) {
    outbox.close(session.id);
  }

  /** A or B. */
  static String letter(Slot slot) {
    return slot == Slot.SLOT_A ? "A" : slot == Slot.SLOT_B ? "B" : "none";
  }
}
