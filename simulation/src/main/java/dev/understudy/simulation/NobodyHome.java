package dev.understudy.simulation;

import dev.understudy.core.Image;
import dev.understudy.protocols.stp.StpEngine;
import dev.understudy.protocols.stp.StpView;
import dev.understudy.schema.PortState;
import dev.understudy.schema.SetPortState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * 15: no port with a bridge behind it forwards longer than the hold time with nobody behind it, be
 * it that no supervisor is there or that its engine is FAULTY; and edge ports go on.
 *
 * <p>A port with a bridge behind it may be an edge port for all that the standard knows, when that
 * bridge says nothing: 802.1D bridges don't at their root ports (802.1Q-2018 13.33: edgeDelayWhile
 * runs out while proposing). It counts as one only if the spanning tree says so and nothing that
 * was heard there says otherwise.
 */
final class NobodyHome {
  private static final long SECOND = 1_000_000_000L;

  /** MigrateTime, 802.1Q-2018 13.26.9: so long after a BPDU a port is no edge port. */
  private static final long MIGRATE_NANOS = 3 * SECOND;

  private final World world;
  private final Network network;
  private final List<String> problems;
  private final TreeMap<String, Silence> silences = new TreeMap<>();

  /**
   * Nobody drives the spanning tree of a switch.
   *
   * @param sinceNanos when it was driven last
   * @param term the term then, or a newer one: whoever begins a term from less than the whole state
   *     closes the ports, even if its engine is FAULTY right after
   * @param edges ports that are edge ports, by what it said last and by what had been heard till
   *     then
   * @param open ports that it said forward
   */
  private record Silence(long sinceNanos, long term, Set<String> edges, Set<String> open) {}

  NobodyHome(World world, Network network, List<String> problems) {
    this.world = world;
    this.network = network;
    this.problems = problems;
  }

  /** Looks at all bridges; called once in {@link Simulation#STEP_NANOS}. */
  void check() {
    network.bridges().values().forEach(this::check);
  }

  private void check(Network.Bridge bridge) {
    SimulatedSwitch device = bridge.device();
    String name = bridge.spec().name();
    Optional<Image> faulty = faulty(device);
    if (!device.forwarderAlive() || (device.border().holderAlive() && faulty.isEmpty())) {
      silences.remove(name);
      return;
    }
    Silence silence = silences.get(name);
    if (silence == null
        || silence.sinceNanos != device.drivenNanos()
        || silence.term != device.border().term()) {
      silence = silence(bridge, faulty);
      silences.put(name, silence);
    }
    long hold = 2 * bridge.spec().knob(Knob.HELLO, 1) * SECOND + 2 * Simulation.STEP_NANOS;
    if (network.scheduler().nanos() - silence.sinceNanos > hold) {
      closed(bridge, silence, faulty.isPresent());
    }
  }

  private static Silence silence(Network.Bridge bridge, Optional<Image> faulty) {
    SimulatedSwitch device = bridge.device();
    TreeSet<String> edges = new TreeSet<>();
    TreeSet<String> open = new TreeSet<>();
    long since = device.drivenNanos();
    // Before an engine is FAULTY it has thrown once, and what it got then it doesn't know.
    long known = faulty.isPresent() ? since - Simulation.STEP_NANOS : since;
    faulty
        .or(() -> device.lastWriter().map(last -> last.core().image()))
        .map(image -> StpView.of(image).ports())
        .orElse(Map.of())
        .forEach((name, port) -> {
          int number = Integer.parseInt(name.substring(1));
          if (port.edge() && !bridge.heardBpdu(number, known - MIGRATE_NANOS, known)) {
            edges.add(name);
          }
          if (port.state().equals("forwarding")) {
            open.add(name);
          }
        });
    return new Silence(since, device.border().term(), edges, open);
  }

  /** The image of an active whose spanning tree engine is FAULTY. */
  private static Optional<Image> faulty(SimulatedSwitch device) {
    return device
        .active()
        .filter(active ->
            active.core().host().filter(host -> host.isFaulty(StpEngine.NAME)).isPresent())
        .map(active -> active.core().image());
  }

  /**
   * Looks at a bridge whose hold time is over.
   *
   * @param supervised an active is there, and its spanning tree engine is FAULTY
   */
  private void closed(Network.Bridge bridge, Silence silence, boolean supervised) {
    for (SetPortState state : bridge.plane().portStates()) {
      World.End end = bridge.end(state.getBridgePort());
      String name = "p" + end.port();
      boolean closed = state.getState() == PortState.PORT_STATE_DISCARDING;
      boolean edge = silence.edges.contains(name);
      if (!closed && !edge && toBridge(end)) {
        problems.add("15: " + end + " forwards with nobody behind it");
      }
      // A port that loses its link is closed by the forwarder, as is one that is put into the
      // configuration again, and nobody is there to open it. So are all of a forwarder that begins,
      // as long as there is no supervisor at all: a new term gives a FAULTY engine another try.
      boolean beganClosed =
          !supervised && bridge.device().forwarderSinceNanos() >= silence.sinceNanos;
      if (closed
          && edge
          && silence.open.contains(name)
          && !beganClosed
          && bridge.lastDownNanos(end.port()) < silence.sinceNanos - Simulation.STEP_NANOS) {
        problems.add("15: " + end + " was closed, though it is an edge port");
      }
    }
  }

  private boolean toBridge(World.End end) {
    return world.links().stream()
        .anyMatch(link ->
            (link.a().equals(end) && world.bridge(link.b().name()).isPresent())
                || (link.b().equals(end) && world.bridge(link.a().name()).isPresent()));
  }
}
