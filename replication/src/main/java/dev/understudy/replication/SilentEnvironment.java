package dev.understudy.replication;

import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.ReadBack;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.schema.ToForwarder;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Nobody is there: to be extended by who wants to hear something. */
public abstract class SilentEnvironment implements Environment {
  @Override
  public void toForwarder(ToForwarder message) {}

  @Override
  public void closeForwarder(String reason) {}

  @Override
  public void toPeer(CanonicalMessage message) {}

  @Override
  public boolean peerReady() {
    return false;
  }

  @Override
  public void closePeer(String reason) {}

  @Override
  public void answer(String requestId, boolean ok, String text, int copies) {}

  @Override
  public void store(StoredConfiguration configuration) {}

  @Override
  public void readBack(ReadBack answer) {}

  @Override
  public <T> void beside(Supplier<T> work, Consumer<T> then) {
    then.accept(work.get());
  }

  @Override
  public void event(Severity severity, String code, String text) {}

  @Override
  public void exit(String reason) {}
}
