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

/**
 * A data plane that leaves everything to another one: to be extended by who does something else.
 */
public abstract class DelegatingDataPlane implements DataPlane {
  private final DataPlane plane;

  protected DelegatingDataPlane(DataPlane plane) {
    this.plane = plane;
  }

  @Override
  public Optional<String> carryOut(Output output) {
    return plane.carryOut(output);
  }

  @Override
  public void bracketBegins(long term, long number) {
    plane.bracketBegins(term, number);
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
    return plane.counters();
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
