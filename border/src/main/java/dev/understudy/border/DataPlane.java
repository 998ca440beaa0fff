package dev.understudy.border;

import dev.understudy.schema.ForwarderCounter;
import dev.understudy.schema.LearnedChange;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.LinkInput;
import dev.understudy.schema.Output;
import dev.understudy.schema.SetPort;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.SetStaticMac;
import dev.understudy.schema.SetVlans;
import java.util.List;
import java.util.Optional;

/** The body as the judgement sees it. Called by the judgement's thread only. */
public interface DataPlane {
  /**
   * Carries out one output; effective on return. StoreConfiguration, SetTiming and SetFailSafe
   * never come here: they are the border's own.
   *
   * @return empty when done; otherwise why not, as a phrase for people
   */
  Optional<String> carryOut(Output output);

  /** Says by which bracket the following outputs come. */
  default void bracketBegins(long term, long number) {}

  List<SetPortState> portStates();

  List<SetStaticMac> staticMacs();

  List<SetVlans.Vlan> vlans();

  List<SetPort> ports();

  List<LinkInput> links();

  List<ForwarderCounter> counters();

  long learnedCount();

  /**
   * Learned addresses as they are now, for inspection: at most so many, in order of FID and
   * address.
   */
  List<LearnedChange> learned(int most);

  /**
   * Changes of learned addresses after a sequence, at most 512 of them.
   *
   * <p>Asked for another incarnation than the present one, or for changes that are no longer kept,
   * the answer is the first batch of a dump ({@code dump_begin}); the following ones are asked for
   * with the sequence of the former, until {@code dump_end}. With nothing new, the batch has no
   * changes.
   */
  LearnedInput learnedAfter(long incarnation, long sequence);
}
