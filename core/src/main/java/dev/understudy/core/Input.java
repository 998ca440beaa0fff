package dev.understudy.core;

import com.google.protobuf.ByteString;
import dev.understudy.schema.Config;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.PortIdentityRow;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.StoredConfiguration;
import java.util.List;
import java.util.Optional;

/** Everything that can change an engine's mind. */
public sealed interface Input {

  // ---- from the forwarder, in its order

  /**
   * A control frame that a punt rule asked for.
   *
   * @param port port number (not bridge port)
   * @param octets from the destination address on, without FCS; a VLAN tag is in its place
   */
  record Frame(int port, ByteString octets, String trafficClass) implements Input {}

  /** Time goes on. Timers fire at ticks only. */
  record Tick(long number) implements Input {}

  /**
   * The current truth about a port's link. A count that moved by more than the state says means it
   * was down in between.
   */
  record Link(int port, LinkState state) implements Input {}

  /** Changes of learned addresses, on a lane of their own. */
  record Learned(LearnedInput batch) implements Input {}

  /** Control frames that the forwarder had to drop from its log. */
  record Lost(int port, long count, String trafficClass) implements Input {}

  /** An input that two sessions were given and neither consumed; the forwarder has put it aside. */
  record Skipped(long number, int port, boolean tick) implements Input {}

  /** An output could not be carried out. */
  record OutputFailed(long bracket, int index, int port, String reason) implements Input {}

  /** The forwarder has carried out an engine's fail-safe outputs. */
  record FailSafeCarriedOut(String engine, List<SetPortState> portStates) implements Input {}

  // ---- from people

  /** A person's request. Its id is kept with the result. */
  sealed interface Request extends Input {
    String requestId();
  }

  /**
   * Makes a configuration, checked already, the one in force.
   *
   * @param confirmMinutes 0: for good; otherwise the former returns unless confirmed within this
   *     time
   */
  record ApplyConfiguration(String requestId, Config config, int confirmMinutes, String comment)
      implements Request {}

  record ConfirmConfiguration(String requestId) implements Request {}

  /** Makes a former version's content the configuration in force, as a new version. */
  record RollBackConfiguration(String requestId, long version) implements Request {}

  /** Tries an err-disabled port again. */
  record ClearErrDisable(String requestId, String portName) implements Request {}

  // ---- between engines, within one step

  /**
   * What one engine tells the others. Delivered to every other engine, in order, within the same
   * step.
   */
  sealed interface Signal extends Input {}

  /** How a term begins. */
  enum Start {
    /** From a complete image: outputs carry on where they stopped. */
    HITLESS,
    /** From an incomplete or old image, or none: the read-back decides what must be closed. */
    UNSYNCED,
    /** As before, but the forwarder is a new one: everything must be programmed again. */
    NEW_FORWARDER
  }

  /**
   * This supervisor has become active.
   *
   * @param anew engines that were FAULTY and get another try, however the term begins: everything
   *     that they need is announced again, and where one begins without its rows, the read-back
   *     decides what it must close
   * @param readBack port states that the forwarder reports
   * @param stored the newest configuration found on disk or in the forwarder; only used when the
   *     image has none, or with {@link Start#UNSYNCED} when it descends from the image's
   */
  record TermStarted(
      long term,
      Start start,
      List<String> anew,
      List<SetPortState> readBack,
      Optional<StoredConfiguration> stored)
      implements Signal {
    public TermStarted {
      anew = List.copyOf(anew);
      readBack = List.copyOf(readBack);
    }

    /** Nothing has to be said. */
    public boolean nothingNew() {
      return start == Start.HITLESS && anew.isEmpty();
    }
  }

  /**
   * The configuration in force has changed, or is known for the first time (then {@code before} is
   * the default instance).
   *
   * @param identities number and address of every port that was ever named, by number
   */
  record ConfigurationChanged(Config before, Config now, List<PortIdentityRow> identities)
      implements Signal {
    public ConfigurationChanged {
      identities = List.copyOf(identities);
    }

    /** For engines that know ports by {@link BridgePortChanged} only. */
    public ConfigurationChanged(Config before, Config now) {
      this(before, now, List.of());
    }
  }

  /**
   * A bridge port came, changed or goes on as it was; spanning tree and VLANs work on these.
   *
   * @param mac address that control frames of this bridge port carry as source
   * @param downCount moved since the last one: the port was down in between, even if it is
   *     operational now
   */
  record BridgePortChanged(
      int bridgePort,
      String name,
      boolean operational,
      long downCount,
      int speedMbps,
      boolean fullDuplex,
      ByteString mac)
      implements Signal {}

  record BridgePortRemoved(int bridgePort) implements Signal {}

  /** An engine asks that a port be taken out of service, for example for BPDU guard. */
  record ErrDisable(int bridgePort, String reason) implements Signal {}

  /**
   * A port's link.
   *
   * @param downCount how often it went down, ever, in this forwarder incarnation
   * @param speedMbps 0: unknown
   * @param error empty, or why the port can't be used
   */
  record LinkState(
      boolean present,
      boolean up,
      long downCount,
      int speedMbps,
      boolean fullDuplex,
      int mtu,
      String error) {
    public static final LinkState ABSENT = new LinkState(false, false, 0, 0, false, 0, "");
  }
}
