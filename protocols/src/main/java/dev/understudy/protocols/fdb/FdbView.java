package dev.understudy.protocols.fdb;

import dev.understudy.core.ImageView;
import dev.understudy.schema.LearnedRow;
import dev.understudy.schema.PortRow;
import dev.understudy.schema.StaticMacRow;
import dev.understudy.schema.VlanRow;
import dev.understudy.wire.MacAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What {@code show mac-address-table} says, from an image alone. */
public final class FdbView {
  private FdbView() {}

  /**
   * One address.
   *
   * @param port name; a number where no port has it any more
   * @param type {@code static} or {@code dynamic}
   */
  public record MacAddressEntry(int vid, String mac, String port, String type) {}

  private record Key(int vid, MacAddress mac) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int byVid = Integer.compare(vid, other.vid);
      return byVid != 0 ? byVid : mac.compareTo(other.mac);
    }
  }

  /** By VLAN and address. A static address hides the same one learned. */
  public static List<MacAddressEntry> macAddressTable(ImageView image) {
    Map<Integer, String> ports = new TreeMap<>();
    image
        .rows(PortRow.getDefaultInstance())
        .forEach(row -> ports.put(row.getBridgePort(), row.getName()));
    Map<Integer, Integer> vids = new TreeMap<>();
    image
        .rows(VlanRow.getDefaultInstance())
        .forEach(row -> vids.merge(row.getFid(), row.getKey().getVid(), Math::min));
    TreeMap<Key, MacAddressEntry> table = new TreeMap<>();
    for (LearnedRow row : image.rows(LearnedRow.getDefaultInstance())) {
      int fid = row.getKey().getFid();
      Key key =
          new Key(vids.getOrDefault(fid, fid), new MacAddress(FdbState.mac(row.getKey().getMac())));
      table.put(key, entry(key, row.getBridgePort(), ports, "dynamic"));
    }
    for (StaticMacRow row : image.rows(StaticMacRow.getDefaultInstance())) {
      Key key = new Key(row.getKey().getVid(), new MacAddress(FdbState.mac(row.getKey().getMac())));
      table.put(key, entry(key, row.getBridgePort(), ports, "static"));
    }
    return List.copyOf(table.values());
  }

  private static MacAddressEntry entry(
      Key key, int bridgePort, Map<Integer, String> ports, String type) {
    return new MacAddressEntry(
        key.vid,
        key.mac.toString(),
        ports.getOrDefault(bridgePort, String.valueOf(bridgePort)),
        type);
  }
}
