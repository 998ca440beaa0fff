package dev.understudy.forwarder;

import dev.understudy.border.DataPlane;
import dev.understudy.edge.Counters;
import dev.understudy.schema.ForwarderCounter;
import dev.understudy.schema.LearnedChange;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.LinkInput;
import dev.understudy.schema.Output;
import dev.understudy.schema.SetPort;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.SetStaticMac;
import dev.understudy.schema.SetVlans;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A data plane whose counters include those of the process around it. */
record CountingDataPlane(DataPlane plane, Counters counted) implements DataPlane {
  @Override
  public Optional<String> carryOut(Output output) {
    return plane.carryOut(output);
  }

  @Override
  public List<SetPortState> portStates() {
    return plane.portStates();
  }

  @Override
  public List<SetStaticMac> staticMacs() {
    return plane.staticMacs();
  }

  @Override
  public List<SetVlans.Vlan> vlans() {
    return plane.vlans();
  }

  @Override
  public List<SetPort> ports() {
    return plane.ports();
  }

  @Override
  public List<LinkInput> links() {
    return plane.links();
  }

  @Override
  public List<ForwarderCounter> counters() {
    List<ForwarderCounter> all = new ArrayList<>(plane.counters());
    counted
        .values()
        .forEach((name, value) ->
            all.add(ForwarderCounter.newBuilder().setName(name).setValue(value).build()));
    return all;
  }

  @Override
  public long learnedCount() {
    return plane.learnedCount();
  }

  @Override
  public List<LearnedChange> learned(int most) {
    return plane.learned(most);
  }

  @Override
  public LearnedInput learnedAfter(long incarnation, long sequence) {
    return plane.learnedAfter(incarnation, sequence);
  }
}
