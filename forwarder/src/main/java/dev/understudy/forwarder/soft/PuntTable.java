package dev.understudy.forwarder.soft;

import com.google.protobuf.ByteString;
import dev.understudy.core.Check;
import dev.understudy.schema.PuntAction;
import dev.understudy.schema.PuntRule;
import dev.understudy.schema.SetPuntRules;
import dev.understudy.wire.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which frames engines asked for. Immutable, so that the thread that forwards and the one that
 * reads control sockets share it; the first rule that fits counts, engines in the order of their
 * names.
 */
public final class PuntTable {
  /** Rules of all engines together. */
  public static final int RULES_MAX = 256;

  public static final PuntTable EMPTY = new PuntTable(new TreeMap<>());

  private static final long ANY = -1;

  private final NavigableMap<String, SetPuntRules> engines;
  private final List<PuntRule> rules;
  private final long[] destinations;
  private final int[] etherTypes;
  private final int[] ipProtocols;
  private final boolean dataRules;

  private PuntTable(NavigableMap<String, SetPuntRules> engines) {
    this.engines = engines;
    List<PuntRule> all = new ArrayList<>();
    engines.values().forEach(engine -> all.addAll(engine.getRulesList()));
    rules = List.copyOf(all);
    destinations = new long[rules.size()];
    etherTypes = new int[rules.size()];
    ipProtocols = new int[rules.size()];
    boolean anyDataRule = false;
    for (int i = 0; i < rules.size(); i++) {
      PuntRule rule = rules.get(i);
      destinations[i] = rule.getDestination().isEmpty() ? ANY : Macs.bits(rule.getDestination());
      etherTypes[i] = rule.getEtherType();
      ipProtocols[i] = rule.getIpProtocol();
      anyDataRule |= destinations[i] == ANY || !MacAddress.isReserved(destinations[i]);
    }
    dataRules = anyDataRule;
  }

  /** Why these rules can't be taken, or empty. */
  public Optional<String> refusal(SetPuntRules set) {
    for (PuntRule rule : set.getRulesList()) {
      ByteString destination = rule.getDestination();
      if (!destination.isEmpty() && destination.size() != MacAddress.LENGTH) {
        return Optional.of("a punt rule's destination has " + destination.size() + " octets");
      }
      if (rule.getEtherType() < 0 || rule.getEtherType() > 0xFFFF) {
        return Optional.of("a punt rule's EtherType is " + rule.getEtherType());
      }
      if (rule.getIpProtocol() < 0 || rule.getIpProtocol() > 0xFF) {
        return Optional.of("a punt rule's IP protocol is " + rule.getIpProtocol());
      }
      if (destination.isEmpty() && rule.getEtherType() == 0 && rule.getIpProtocol() == 0) {
        return Optional.of("a punt rule fits every frame");
      }
      if (rule.getRatePerSecond() <= 0 || rule.getBurst() <= 0) {
        return Optional.of("a punt rule has no rate or no burst");
      }
      if (rule.getAction() != PuntAction.PUNT_ACTION_TAKE
          && rule.getAction() != PuntAction.PUNT_ACTION_COPY) {
        return Optional.of("a punt rule says neither take nor copy");
      }
    }
    int others = rules.size() - rulesOf(set.getEngine());
    if (others + set.getRulesCount() > RULES_MAX) {
      return Optional.of("more than " + RULES_MAX + " punt rules");
    }
    return Optional.empty();
  }

  /** This table with the rules of one engine replaced. */
  public PuntTable with(SetPuntRules set) {
    Check.that(refusal(set).isEmpty(), "punt rules are checked before they are set");
    if (set.equals(engines.get(set.getEngine()))) {
      return this;
    }
    TreeMap<String, SetPuntRules> changed = new TreeMap<>(engines);
    if (set.getRulesCount() == 0) {
      changed.remove(set.getEngine());
    } else {
      changed.put(set.getEngine(), set);
    }
    return new PuntTable(changed);
  }

  /** All rules; a rule's number is its place here. */
  public List<PuntRule> rules() {
    return rules;
  }

  /** Is there a rule for addresses other than the reserved ones? */
  boolean hasDataRules() {
    return dataRules;
  }

  /** The number of the first rule that fits, or -1. */
  public int match(FrameView frame) {
    long destination = frame.destination();
    int etherType = -1;
    for (int i = 0; i < destinations.length; i++) {
      if (destinations[i] != ANY && destinations[i] != destination) {
        continue;
      }
      if (etherTypes[i] != 0) {
        etherType = etherType < 0 ? frame.etherType() : etherType;
        if (etherTypes[i] != etherType) {
          continue;
        }
      }
      if (ipProtocols[i] == 0 || ipProtocols[i] == frame.ipProtocol()) {
        return i;
      }
    }
    return -1;
  }

  /** Is it for one of the reserved addresses, which are never forwarded? */
  public boolean isReserved(int rule) {
    return destinations[rule] != ANY && MacAddress.isReserved(destinations[rule]);
  }

  public boolean takes(int rule) {
    return rules.get(rule).getAction() == PuntAction.PUNT_ACTION_TAKE;
  }

  public String trafficClass(int rule) {
    return rules.get(rule).getTrafficClass();
  }

  private int rulesOf(String engine) {
    SetPuntRules set = engines.get(engine);
    return set == null ? 0 : set.getRulesCount();
  }
}
