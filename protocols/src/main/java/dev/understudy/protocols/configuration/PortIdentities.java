package dev.understudy.protocols.configuration;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.understudy.schema.Config;
import dev.understudy.schema.PortConfig;
import dev.understudy.schema.PortIdentityRow;
import dev.understudy.wire.MacAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/** Numbers and addresses of ports: given once, in order of first appearance, and kept for life. */
final class PortIdentities {
  /** A spanning-tree port identifier has 12 bits for the number (802.1D-2004 9.2.7). */
  static final int NUMBER_MAX = 4095;

  private static final long GROUP_BIT = 1L << 40;
  private static final long LOCAL_BIT = 1L << 41;
  private static final long LOW_40_BITS = (1L << 40) - 1;

  private PortIdentities() {}

  /** The known identities and those of names that are new, by number. */
  static List<PortIdentityRow> complete(
      Collection<PortIdentityRow> known, Config config, MacAddress bridgeMac) {
    TreeMap<String, PortIdentityRow> byName = new TreeMap<>();
    int highest = 0;
    for (PortIdentityRow row : known) {
      byName.put(row.getKey().getName(), row);
      highest = Math.max(highest, row.getNumber());
    }
    for (PortConfig port : config.getPortsList()) {
      if (!byName.containsKey(port.getName())) {
        highest++;
        byName.put(port.getName(), identity(port.getName(), highest, bridgeMac));
      }
    }
    List<PortIdentityRow> all = new ArrayList<>(byName.values());
    all.sort(Comparator.comparingInt(PortIdentityRow::getNumber));
    return all;
  }

  private static PortIdentityRow identity(String name, int number, MacAddress bridgeMac) {
    return PortIdentityRow.newBuilder()
        .setKey(PortIdentityRow.Key.newBuilder().setName(name))
        .setNumber(number)
        .setMac(octets(portMac(bridgeMac, number)))
        .build();
  }

  /** Locally administered, individual; the first octet takes no carry. */
  static MacAddress portMac(MacAddress bridgeMac, int number) {
    long first = ((bridgeMac.bits() | LOCAL_BIT) & ~GROUP_BIT) & ~LOW_40_BITS;
    return new MacAddress(first | ((bridgeMac.bits() + number) & LOW_40_BITS));
  }

  static ByteString octets(MacAddress mac) {
    byte[] octets = new byte[MacAddress.LENGTH];
    mac.write(octets, 0);
    return UnsafeByteOperations.unsafeWrap(octets);
  }

  static MacAddress mac(ByteString octets) {
    return MacAddress.read(octets.toByteArray(), 0);
  }
}
