package dev.understudy.edge;

import com.google.protobuf.MessageLite;

/**
 * Hears of links. Called on the event loop's thread, which it must not hold.
 *
 * @param <I> what comes in
 * @param <O> what goes out
 */
public interface LinkListener<I, O extends MessageLite> {
  void opened(Link<I, O> link);

  /** A message; {@link Link#taken} must be called for it once it is dealt with. */
  void received(Link<I, O> link, I message);

  /** Follows {@link #opened} once, whoever ended the link. */
  void closed(Link<I, O> link, String reason);
}
