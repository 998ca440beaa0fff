package dev.understudy.border;

import com.google.protobuf.ByteString;
import dev.understudy.schema.LinkInput;

/** What the data plane tells the judgement. Calls come in on the judgement's thread. */
public interface DataPlaneListener {
  /** A control frame that a punt rule asked for. */
  void frame(int port, ByteString frame, String trafficClass);

  /** The present truth about a port's link. */
  void link(LinkInput link);

  /** There are learned addresses to fetch. */
  void learnedAvailable();
}
