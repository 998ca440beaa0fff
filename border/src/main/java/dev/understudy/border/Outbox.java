package dev.understudy.border;

import dev.understudy.schema.ToSupervisor;

/** Where the judgement's messages leave. */
public interface Outbox {
  /** Sends a message; one to a closed session is dropped. */
  void send(long session, ToSupervisor message);

  /** Ends a session, after what was sent. The border hears of it by {@link Border#closed}. */
  void close(long session);
}
