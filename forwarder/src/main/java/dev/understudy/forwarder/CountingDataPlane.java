package dev.understudy.forwarder;

import dev.understudy.border.DataPlane;
import dev.understudy.border.DelegatingDataPlane;
import dev.understudy.edge.Counters;
import dev.understudy.schema.ForwarderCounter;
import java.util.ArrayList;
import java.util.List;

/** A data plane whose counters include those of the process around it. */
final class CountingDataPlane extends DelegatingDataPlane {
  private final Counters counted;

  CountingDataPlane(DataPlane plane, Counters counted) {
    super(plane);
    this.counted = counted;
  }

  @Override
  public List<ForwarderCounter> counters() {
    List<ForwarderCounter> all = new ArrayList<>(super.counters());
    counted
        .values()
        .forEach((name, value) ->
            all.add(ForwarderCounter.newBuilder().setName(name).setValue(value).build()));
    return all;
  }
}
