package dev.understudy.core;

import com.google.protobuf.Message;
import java.util.List;

/** How an engine is made, the first time or from its rows. */
public interface EngineType {
  /** Short and stable; part of keys, for example {@code stp}. */
  String name();

  /**
   * Default instances of the row messages that belong to this engine alone. Rows with its name in
   * the tables timer, punt, fail-safe and counter belong to it as well.
   */
  List<Message> tables();

  /**
   * Whether it can begin without its rows in a switch that runs, because others announce everything
   * that it needs. One that can't is restored from rows that may have grown old while it was
   * FAULTY.
   */
  default boolean beginsAnew() {
    return false;
  }

  /** An engine that goes on from the rows of an image; with an empty image, a new one. */
  Engine restore(ImageView image);
}
