package dev.understudy.supervisor;

import dev.understudy.edge.CertifiedRole;
import dev.understudy.edge.Counters;
import dev.understudy.edge.Dialer;
import dev.understudy.edge.EventLoop;
import dev.understudy.edge.LifeWatch;
import dev.understudy.edge.Listening;
import dev.understudy.edge.Network;
import dev.understudy.edge.SlotName;
import dev.understudy.edge.StateDirectory;
import dev.understudy.linux.LifeLine;
import dev.understudy.schema.BorderGrpc;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.ReplicationGrpc;
import dev.understudy.schema.Slot;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import dev.understudy.supervisor.management.ManagementService;
import io.grpc.ServerServiceDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** How a supervisor comes to its two sessions: whom it dials, and where it listens. */
final class Connections {
  private final Supervisor.Options options;
  private final long instance;
  private final EventLoop sockets;
  private final Loop loop;
  private final Counters counters;
  private final Session<ToSupervisor, ToForwarder> forwarder;
  private final Session<CanonicalMessage, CanonicalMessage> peer;
  private final Faults faults;
  private final Consumer<AutoCloseable> opened;

  /**
   * @param opened gets what is to be closed in the end, the last one first
   */
  Connections(
      Supervisor.Options options,
      long instance,
      EventLoop sockets,
      Loop loop,
      Counters counters,
      Session<ToSupervisor, ToForwarder> forwarder,
      Session<CanonicalMessage, CanonicalMessage> peer,
      Faults faults,
      Consumer<AutoCloseable> opened) {
    this.options = options;
    this.instance = instance;
    this.sockets = sockets;
    this.loop = loop;
    this.counters = counters;
    this.forwarder = forwarder;
    this.peer = peer;
    this.faults = faults;
    this.opened = opened;
  }

  /** Begins to dial and to listen. */
  void open(ManagementService management) {
    Dialer<ToSupervisor, ToForwarder> toForwarder =
        new Dialer<>(sockets, options.forwarder(), BorderGrpc.getSessionMethod(), forwarder);
    opened.accept(toForwarder);
    faults.forwarderDialer(toForwarder::hold);
    openForPeer(management);
    if (options.network().isEmpty()) {
      tieLives(options.state());
    }
    if (options.slot() == Slot.SLOT_B) {
      Dialer<CanonicalMessage, CanonicalMessage> toPeer =
          new Dialer<>(
              sockets, options.otherReplication(), ReplicationGrpc.getStreamMethod(), peer);
      opened.accept(toPeer);
      faults.peerDialer(toPeer::hold);
      toPeer.start();
    }
    toForwarder.start();
  }

  /** On one machine the other parts hear of a process's end before its sessions end. */
  private void tieLives(StateDirectory state) {
    opened.accept(
        LifeWatch.open(
            sockets,
            state.supervisorLifeWatch(options.slot()),
            counters,
            ended ->
                loop.post(owned -> {
                  if (owned.hasPeer(ended)) {
                    peer.close("its process has ended");
                  }
                })));
    opened.accept(
        LifeLine.start(
            instance,
            List.of(
                state.forwarderLifeWatch().socket(),
                state.supervisorLifeWatch(SlotName.other(options.slot())).socket()),
            Priority.SOCKETS));
  }

  /** Slot A takes the stream of slot B; on the network each answers the other's requests, too. */
  private void openForPeer(ManagementService management) {
    List<ServerServiceDefinition> services = new ArrayList<>();
    if (options.slot() == Slot.SLOT_A) {
      services.add(
          Listening.only(
              Set.of(CertifiedRole.SUPERVISOR_B),
              counters,
              Listening.streams(
                  sockets,
                  ReplicationGrpc.getServiceDescriptor(),
                  ReplicationGrpc.getStreamMethod(),
                  peer,
                  this::peerRefusal)));
    }
    Optional<Network> network = options.network();
    if (network.isPresent()) {
      services.add(
          Listening.only(
              Set.of(CertifiedRole.of(SlotName.other(options.slot()))),
              counters,
              management.service()));
    }
    if (!services.isEmpty()) {
      opened.accept(
          Listening.open(
              sockets,
              network.map(Network::listening).orElseGet(options.state()::replicationEndpoint),
              counters,
              services.toArray(ServerServiceDefinition[]::new)));
    }
  }

  private String peerRefusal() {
    String refusal = peer.refusal();
    if (!refusal.isEmpty()) {
      counters.count("supervisor.peers-refused");
    }
    return refusal;
  }
}
