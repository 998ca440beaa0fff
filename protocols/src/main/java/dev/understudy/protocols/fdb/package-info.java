/**
 * Addresses: those that the data plane learned, and those that the configuration sets.
 *
 * <p><b>Purpose.</b> The forwarder learns by itself and owns what it learned; {@link
 * dev.understudy.protocols.fdb.FdbEngine} keeps a copy, so that people can see it, so that the
 * standby has it, and so that a data plane that starts anew could be given it. Static addresses go
 * the other way: from the configuration to the forwarder.
 *
 * <p><b>Inputs:</b> {@code Learned} batches of at most 512 changes, on a lane of their own; {@code
 * ConfigurationChanged}; {@code BridgePortChanged} and {@code BridgePortRemoved}, because a static
 * address names a port. <b>Outputs:</b> SetStaticMac. No output depends on a learned address.
 *
 * <p><b>State:</b> tables learned, static-mac, learning-lane. Learned addresses are by (FID, MAC)
 * in a hash table of primitive values ({@link dev.understudy.protocols.fdb.LearnedAddresses}): 24
 * MB for a million of them. What leaves the engine is in the order of the batch, or sorted, never
 * in the order of the table.
 *
 * <p><b>A dump</b> replaces everything: its first batch forgets what was known. The lane row says
 * how far batches were taken over, also within a dump, so that a new active asks for what follows.
 *
 * <p><b>Limits:</b> {@link dev.understudy.protocols.fdb.LearnedAddresses#ENTRIES_MAX}. A change
 * that makes no sense is counted in the lane row and has no effect.
 *
 * <p><b>Threads:</b> one at a time; no I/O, no clock.
 */
@NullMarked
package dev.understudy.protocols.fdb;

import org.jspecify.annotations.NullMarked;
