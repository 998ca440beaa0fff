package dev.understudy.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Cuts a failing world down to what a person can read: leaves out faults, changes, flows, hosts,
 * links and bridges, and shortens it, as long as it goes on to fail.
 */
final class Shrinker {
  private static final long SECOND = 1_000_000_000L;

  private final Predicate<World> fails;
  private int triesLeft;
  private World best;

  private Shrinker(World failing, Predicate<World> fails, int tries) {
    this.best = failing;
    this.fails = fails;
    this.triesLeft = tries;
  }

  /**
   * The smallest failing world that was found.
   *
   * @param fails true if a world shows the failure that is looked for
   * @param tries so many worlds are tried at most
   */
  static World shrink(World failing, Predicate<World> fails, int tries) {
    Shrinker shrinker = new Shrinker(failing, fails, tries);
    World before;
    do {
      before = shrinker.best;
      shrinker.pass();
    } while (shrinker.triesLeft > 0 && !shrinker.best.equals(before));
    return shrinker.best;
  }

  private void pass() {
    leaveOut(World::faults, World::withFaults);
    shorten();
    leaveOut(World::changes, World::withChanges);
    leaveOut(World::flows, (world, flows) -> with(world, world.links(), flows, world.ports()));
    leaveOut(World::ports, (world, ports) -> with(world, world.links(), world.flows(), ports));
    leaveOut(World::links, (world, links) -> with(world, links, world.flows(), world.ports()));
    leaveOut(World::faults, World::withFaults);
    simplify();
  }

  /** Leaves out parts of a list: large parts first, then smaller ones, the last ones first. */
  private <T> void leaveOut(Function<World, List<T>> part, BiFunction<World, List<T>, World> with) {
    for (int size = Math.max(1, part.apply(best).size()); size >= 1; size /= 2) {
      for (int from = part.apply(best).size() - size; from > -size; from -= size) {
        List<T> items = new ArrayList<>(part.apply(best));
        int begin = Math.max(0, from);
        if (begin < items.size()) {
          items.subList(begin, Math.min(items.size(), begin + size)).clear();
          attempt(with.apply(best, items));
        }
      }
    }
  }

  private void shorten() {
    while (best.runNanos() > 3 * SECOND) {
      World shorter =
          new World(
              best.seed(),
              best.runNanos() - SECOND,
              best.bridges(),
              best.hosts(),
              best.links(),
              best.ports(),
              best.flows(),
              best.changes(),
              best.faults());
      if (!attempt(shorter)) {
        return;
      }
    }
  }

  /** Fewer redundant bridges, links without impairments. */
  private void simplify() {
    for (int i = 0; i < best.bridges().size(); i++) {
      World.Bridge bridge = best.bridges().get(i);
      if (bridge.redundant()
          && best.faults().stream().noneMatch(fault -> fault.bridge().equals(bridge.name()))) {
        List<World.Bridge> bridges = new ArrayList<>(best.bridges());
        bridges.set(
            i, new World.Bridge(bridge.name(), false, 0, bridge.restartNanos(), bridge.knobs()));
        attempt(
            new World(
                best.seed(),
                best.runNanos(),
                bridges,
                best.hosts(),
                best.links(),
                best.ports(),
                best.flows(),
                best.changes(),
                best.faults()));
      }
    }
    for (int i = 0; i < best.links().size(); i++) {
      World.Link link = best.links().get(i);
      if (link.impaired()) {
        List<World.Link> links = new ArrayList<>(best.links());
        links.set(i, new World.Link(link.a(), link.b(), link.delayNanos(), 0, 0, 0));
        attempt(with(best, links, best.flows(), best.ports()));
      }
    }
  }

  /** A world with other lists, without hosts and bridges that nothing is linked to any more. */
  private static World with(
      World world, List<World.Link> links, List<World.Flow> flows, List<World.Port> ports) {
    List<World.Flow> keptFlows =
        flows.stream()
            .filter(flow -> linked(links, flow.from()) && linked(links, flow.to()))
            .toList();
    return new World(
        world.seed(),
        world.runNanos(),
        world.bridges().stream()
            .filter(bridge ->
                linked(links, bridge.name())
                    || world.faults().stream()
                        .anyMatch(fault -> fault.bridge().equals(bridge.name())))
            .toList(),
        world.hosts().stream().filter(host -> linked(links, host)).toList(),
        links,
        ports.stream().filter(port -> hasEnd(links, port.end())).toList(),
        keptFlows,
        world.changes().stream()
            .filter(change ->
                change.end().port() == 0
                    ? linked(links, change.end().name())
                    : hasEnd(links, change.end()))
            .toList(),
        world.faults());
  }

  private static boolean linked(List<World.Link> links, String name) {
    return links.stream()
        .anyMatch(link -> link.a().name().equals(name) || link.b().name().equals(name));
  }

  private static boolean hasEnd(List<World.Link> links, World.End end) {
    return links.stream().anyMatch(link -> link.a().equals(end) || link.b().equals(end));
  }

  private boolean attempt(World smaller) {
    if (triesLeft <= 0 || smaller.equals(best) || smaller.bridges().isEmpty()) {
      return false;
    }
    triesLeft--;
    if (fails.test(smaller)) {
      best = smaller;
      return true;
    }
    return false;
  }
}
