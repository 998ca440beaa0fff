/**
 * Octets on a wire, and the values they mean.
 *
 * <p><b>Purpose.</b> Every protocol of the switch meets its neighbours as octets. The packages
 * below this one turn them into small immutable values and back; this package has what all of them
 * share: {@link dev.understudy.wire.MacAddress}, {@link dev.understudy.wire.Octets}, the answer of
 * every decoder ({@link dev.understudy.wire.Decoded}) and its counters, and {@link
 * dev.understudy.wire.BigEndian} access. It knows nobody: no engine, no schema, no socket.
 *
 * <p><b>Two layers.</b> A <i>view</i> ({@code EthernetFrame}) reads fields where they lie, for
 * whoever touches every frame; a <i>value</i> ({@code Bpdu}, {@code ArpPacket}) is a record that
 * means something, for whoever thinks about a frame. The forwarding path uses {@code long}
 * addresses and static readers and allocates nothing.
 *
 * <p><b>Bad input.</b> Decoders never throw on octets, whatever they are: the answer is {@code
 * Ok(value)} or {@code Bad(reason, offset)}. Types that a codec does not know become values too,
 * with their octets, so that nothing is lost by looking at it. Encoders fill every octet of what
 * they write, padding included. An argument out of its range is the caller's mistake and throws.
 *
 * <p><b>Threads.</b> Values are immutable. {@link dev.understudy.wire.DecodeCounters} may be
 * counted and read from any thread. Views belong to whoever owns the octets below them.
 *
 * <p><b>Limits.</b> The codecs write frames of at most 1,514 octets, a tag makes it 1,518; nothing
 * here reads a clock, keeps state, or grows.
 */
@NullMarked
package dev.understudy.wire;

import org.jspecify.annotations.NullMarked;
