package dev.understudy.simulation;

import dev.understudy.schema.Output;
import dev.understudy.schema.PortState;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the outside sees of one bridge: every frame out of every port with its time and octets, and
 * every table write that changed something. Kept as one number, and as lines when asked for.
 */
final class Trace {
  private static final int BPDU_TYPE = 20;
  private static final int BPDU_FLAGS = 21;
  private static final int RST_BPDU = 2;
  private static final int ROLE_BITS = 0x0c;

  private final boolean keepLines;
  private final List<String> lines = new ArrayList<>();

  /** Changes of port states, and of the roles that BPDUs tell, by port and in order. */
  private final TreeMap<Integer, List<String>> moves = new TreeMap<>();

  private final List<Long> movedNanos = new ArrayList<>();
  private final TreeMap<Integer, Integer> toldRoles = new TreeMap<>();
  private long hash = 1;
  private long count;

  Trace(boolean keepLines) {
    this.keepLines = keepLines;
  }

  void frame(long nanos, int port, byte[] octets) {
    note(nanos);
    note(port);
    note(hash(octets));
    count++;
    if (keepLines) {
      lines.add(nanos + " port " + port + " " + HexFormat.of().formatHex(octets));
    }
    if (isRstBpdu(octets)) {
      int role = octets[BPDU_FLAGS] & ROLE_BITS;
      Integer before = toldRoles.put(port, role);
      if (before == null || before != role) {
        moved(nanos, port, "role " + (role >> 2));
      }
    }
  }

  private static boolean isRstBpdu(byte[] octets) {
    return octets.length > BPDU_FLAGS
        && octets[0] == 1
        && octets[1] == (byte) 0x80
        && octets[2] == (byte) 0xc2
        && octets[BPDU_TYPE] == RST_BPDU;
  }

  void write(long nanos, Output output) {
    note(nanos);
    note(hash(output.toByteArray()));
    count++;
    if (keepLines) {
      lines.add(nanos + " " + output.toString().replaceAll("\\s+", " ").strip());
    }
    if (output.hasSetPortState()) {
      PortState state = output.getSetPortState().getState();
      moved(
          nanos,
          output.getSetPortState().getBridgePort(),
          state.name().substring("PORT_STATE_".length()).toLowerCase(java.util.Locale.ROOT));
    }
  }

  private void moved(long nanos, int port, String move) {
    moves.computeIfAbsent(port, p -> new ArrayList<>()).add(move);
    movedNanos.add(nanos);
  }

  private void note(long value) {
    hash = mix(hash ^ value);
  }

  static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  static long hash(byte[] octets) {
    long hash = octets.length;
    for (byte octet : octets) {
      hash = hash * 0x100000001b3L ^ (octet & 0xff);
    }
    return mix(hash);
  }

  long hash() {
    return hash;
  }

  long count() {
    return count;
  }

  List<String> lines() {
    return lines;
  }

  List<Long> movedNanos() {
    return movedNanos;
  }

  Map<Integer, List<String>> moves() {
    return moves;
  }
}
