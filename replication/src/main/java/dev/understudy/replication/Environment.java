package dev.understudy.replication;

import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.ReadBack;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.schema.ToForwarder;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Where a supervisor's messages leave. Nothing here waits. */
public interface Environment {
  /** Dropped when there is no session. */
  void toForwarder(ToForwarder message);

  /** Ends the session to the forwarder; {@link SupervisorCore#forwarderDisconnected} follows. */
  void closeForwarder(String reason);

  /** Dropped when there is no session. When the bound of its queue is reached, the session ends. */
  void toPeer(CanonicalMessage message);

  /** True while the peer's queue is short enough for bulk, such as a snapshot's next part. */
  boolean peerReady();

  /** Ends the session to the peer; {@link SupervisorCore#peerDisconnected} follows. */
  void closePeer(String reason);

  /**
   * The answer to a person's request.
   *
   * @param copies in how many homes the configuration is, 0 where that doesn't apply
   */
  void answer(String requestId, boolean ok, String text, int copies);

  /**
   * Puts the configuration on this module's disk; {@link SupervisorCore#configurationStored}
   * follows.
   */
  void store(StoredConfiguration configuration);

  /** The forwarder's answer to a request to read back. */
  void readBack(ReadBack answer);

  /**
   * Work that may take long and touches nothing of this supervisor: it is done beside the loop.
   *
   * @param then gets the result, on the loop
   */
  <T> void beside(Supplier<T> work, Consumer<T> then);

  /** A line of the event stream. */
  void event(Severity severity, String code, String text);

  /** This process must end, and come back as standby. */
  void exit(String reason);
}
