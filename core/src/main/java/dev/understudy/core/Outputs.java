package dev.understudy.core;

import com.google.protobuf.ByteString;
import dev.understudy.schema.FlushLearned;
import dev.understudy.schema.Output;
import dev.understudy.schema.PortState;
import dev.understudy.schema.SendFrame;
import dev.understudy.schema.SetPortState;
import java.util.List;

/** Makes the outputs that engines make often. */
public final class Outputs {
  private Outputs() {}

  /** A control frame that leaves whatever the port's state is. */
  public static Output send(int port, ByteString frame) {
    return Output.newBuilder()
        .setSendFrame(SendFrame.newBuilder().setPort(port).setFrame(frame))
        .build();
  }

  public static Output portState(int bridgePort, int tree, PortState state) {
    return Output.newBuilder()
        .setSetPortState(
            SetPortState.newBuilder().setBridgePort(bridgePort).setTree(tree).setState(state))
        .build();
  }

  /** Forgets the learned addresses of a bridge port in a tree. */
  public static Output flush(int bridgePort, int tree) {
    return Output.newBuilder()
        .setFlushLearned(FlushLearned.newBuilder().setBridgePort(bridgePort).setTree(tree))
        .build();
  }

  /** Field numbers of the kinds of output that this release knows, ascending. */
  public static List<Integer> known() {
    return Output.getDescriptor().getOneofs().get(0).getFields().stream()
        .map(field -> field.getNumber())
        .sorted()
        .toList();
  }
}
