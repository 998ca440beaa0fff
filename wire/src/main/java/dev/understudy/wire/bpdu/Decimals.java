package dev.understudy.wire.bpdu;

import java.util.Optional;

/** Decimal numbers as people write identifiers with: digits only, no sign. */
final class Decimals {
  private static final int DIGITS_MAX = 10;

  private Decimals() {}

  static Optional<Long> tryParse(String text, long max) {
    if (text.isEmpty() || text.length() > DIGITS_MAX) {
      return Optional.empty();
    }
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return Optional.empty();
      }
      value = value * 10 + (c - '0');
    }
    return value > max ? Optional.empty() : Optional.of(value);
  }
}
