package dev.understudy.wire;

import java.util.Optional;
import java.util.function.Function;

/**
 * What a decoder answers: the value, or why there is none and at which octet that showed. {@code
 * switch} over it; decoders never throw on bad octets.
 *
 * @param <T> what the octets mean
 */
public sealed interface Decoded<T> {

  /** The octets mean {@code value}. */
  record Ok<T>(T value) implements Decoded<T> {}

  /**
   * The octets mean nothing to this decoder.
   *
   * @param offset where it showed, in octets from the first one given to the decoder
   */
  record Bad<T>(Reason reason, int offset) implements Decoded<T> {}

  /** Why octets were refused; one counter each in {@link DecodeCounters}. */
  enum Reason {
    /** Ends before what the format asks for. */
    TRUNCATED,
    /** A length field contradicts the octets that are there, or is out of its range. */
    LENGTH,
    /** Sent to an address on which this protocol is not spoken. */
    ADDRESS,
    /** The EtherType is another protocol's, or there is none. */
    ETHERTYPE,
    /** The LLC header is another protocol's. */
    LLC,
    /** The protocol identifier is another protocol's. */
    PROTOCOL,
    /** A version in which this type of message does not exist. */
    VERSION,
    /** A Configuration BPDU at or over its Max Age. */
    MESSAGE_AGE,
    /** The checksum does not fit. */
    CHECKSUM,
    /** A fragment of a packet; this decoder does not put them together. */
    FRAGMENT,
  }

  static <T> Decoded<T> ok(T value) {
    return new Ok<>(value);
  }

  static <T> Decoded<T> bad(Reason reason, int offset) {
    return new Bad<>(reason, offset);
  }

  /** The value, for those to whom the reason does not matter. */
  default Optional<T> toOptional() {
    return switch (this) {
      case Ok<T>(T value) -> Optional.of(value);
      case Bad<T> _ -> Optional.empty();
    };
  }

  /** The same answer about {@code function} of the value. */
  default <U> Decoded<U> map(Function<? super T, ? extends U> function) {
    return switch (this) {
      case Ok<T>(T value) -> new Ok<>(function.apply(value));
      case Bad<T>(Reason reason, int offset) -> new Bad<>(reason, offset);
    };
  }
}
