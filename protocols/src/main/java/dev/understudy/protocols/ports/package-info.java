/**
 * Ports, bridge ports and VLANs: from the configuration and the links to what the forwarder and
 * spanning tree work on.
 *
 * <p><b>Purpose.</b> {@link dev.understudy.protocols.ports.PortsEngine} makes, changes and removes
 * ports as the configuration says, keeps each port's link as a row, and tells the other engines
 * which bridge ports there are and whether they are operational. Today each port is the only member
 * of the bridge port of the same number; an aggregator will stand between the two, and only this
 * package will know.
 *
 * <p><b>Inputs:</b> {@code ConfigurationChanged} (with numbers and addresses of ports), {@code
 * Link}, {@code ErrDisable}, requests to clear it, ticks (recovery), failed outputs.
 * <b>Outputs:</b> SetVlans, SetAgeing, SetTiming, SetPort, RemovePort; in this order at a start,
 * and before those of any engine that comes later. <b>Signals:</b> {@code BridgePortChanged},
 * {@code BridgePortRemoved}.
 *
 * <p><b>State:</b> tables port, bridge-port, vlan, and timers {@code errDisableRecovery}. What is
 * in the configuration or in the ports' identities (attachment, address) has no second row here; it
 * is read from there when the engine is restored.
 *
 * <p><b>Operational</b> is: enabled, present, link up and not err-disabled. An err-disabled port is
 * taken out of service by not being operational: spanning tree then discards on it. Its attachment
 * stays open and its link up, because a supervisor can't take away the neighbour's carrier on every
 * kind of port, and because the recovery must see the link.
 *
 * <p><b>Counts of downs.</b> The forwarder counts from its own start; {@code down_count} here only
 * grows, whatever is restarted, and who compares two of its values sees each time that a port was
 * down, even if it is up again. Presence and the reason why a port can't be used come from link
 * inputs alone. A failed output is counted at its port and changes nothing else: it may have been
 * any engine's.
 *
 * <p><b>A new forwarder</b> is given everything again. What the rows say of links holds until it
 * reports otherwise, so that no protocol starts over because of it.
 *
 * <p><b>VLANs.</b> FID = VID, all in tree 0. VLAN 1 always exists.
 *
 * <p><b>Threads:</b> one at a time; no I/O, no clock.
 */
@NullMarked
package dev.understudy.protocols.ports;

import org.jspecify.annotations.NullMarked;
