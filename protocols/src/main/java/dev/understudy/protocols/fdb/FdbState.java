package dev.understudy.protocols.fdb;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import dev.understudy.core.ImageView;
import dev.understudy.core.Step;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.LearnedRow;
import dev.understudy.schema.LearningLaneRow;
import dev.understudy.schema.PortRow;
import dev.understudy.schema.StaticMacConfig;
import dev.understudy.schema.StaticMacRow;
import dev.understudy.wire.MacAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The engine's rows as working memory, and what it reads of the configuration's and ports' rows.
 * Every change of a row goes through a step at once.
 */
final class FdbState {
  private static final LearningLaneRow NO_LANE =
      LearningLaneRow.newBuilder().setKey(LearningLaneRow.Key.getDefaultInstance()).build();

  private final LearnedAddresses learned = new LearnedAddresses();
  private final TreeMap<StaticKey, Integer> statics = new TreeMap<>();
  private Optional<LearningLaneRow> lane = Optional.empty();

  /** What the configuration wants. */
  private List<StaticMacConfig> wanted = List.of();

  /** Bridge ports by the name of their port. */
  private final TreeMap<String, Integer> bridgePorts = new TreeMap<>();

  /** Where a static address is. */
  record StaticKey(int vid, long mac) implements Comparable<StaticKey> {
    private static final Comparator<StaticKey> ORDER =
        Comparator.comparingInt(StaticKey::vid).thenComparingLong(StaticKey::mac);

    @Override
    public int compareTo(StaticKey other) {
      return ORDER.compare(this, other);
    }
  }

  static FdbState restore(ImageView image) {
    FdbState state = new FdbState();
    for (LearnedRow row : image.rows(LearnedRow.getDefaultInstance())) {
      // A row that was damaged on its way must not keep an engine from being restored.
      if (row.getKey().getMac().size() == MacAddress.LENGTH && row.getBridgePort() != 0) {
        state.learned.put(
            LearnedAddresses.key(row.getKey().getFid(), mac(row.getKey().getMac())),
            row.getBridgePort());
      }
    }
    for (StaticMacRow row : image.rows(StaticMacRow.getDefaultInstance())) {
      if (row.getKey().getMac().size() == MacAddress.LENGTH) {
        state.statics.put(
            new StaticKey(row.getKey().getVid(), mac(row.getKey().getMac())), row.getBridgePort());
      }
    }
    state.lane = image.row(NO_LANE);
    state.wanted =
        image
            .row(ConfigRow.newBuilder().setKey(ConfigRow.Key.getDefaultInstance()).build())
            .map(row -> row.getConfig().getStaticMacsList())
            .orElse(List.of());
    image
        .rows(PortRow.getDefaultInstance())
        .forEach(row -> state.bridgePorts.put(row.getName(), row.getBridgePort()));
    return state;
  }

  List<Message> export() {
    List<Message> rows = new ArrayList<>();
    for (long key : learned.keys(fid -> true, port -> true)) {
      rows.add(learnedRow(key, learned.get(key)));
    }
    statics.forEach((key, port) -> rows.add(staticRow(key, port)));
    lane.ifPresent(rows::add);
    return rows;
  }

  // ---- learned

  int learnedCount() {
    return learned.size();
  }

  int learnedAt(long key) {
    return learned.get(key);
  }

  void learn(long key, int port, Step.Builder step) {
    if (learned.put(key, port) != port) {
      step.put(learnedRow(key, port));
    }
  }

  void forget(long key, Step.Builder step) {
    int former = learned.remove(key);
    if (former != LearnedAddresses.NONE) {
      step.delete(learnedRow(key, former));
    }
  }

  /**
   * Forgets all addresses of a FID at a bridge port.
   *
   * @param fid 0: of every FID
   * @param port 0: at every bridge port
   */
  void flush(int fid, int port, Step.Builder step) {
    for (long key : learned.keys(f -> fid == 0 || f == fid, p -> port == 0 || p == port)) {
      forget(key, step);
    }
  }

  LearningLaneRow lane() {
    return lane.orElse(NO_LANE);
  }

  void setLane(LearningLaneRow row, Step.Builder step) {
    lane = Optional.of(row);
    step.put(row);
  }

  // ---- static

  NavigableMap<StaticKey, Integer> statics() {
    return new TreeMap<>(statics);
  }

  /** As the configuration wants them, those at ports that there are. */
  NavigableMap<StaticKey, Integer> wantedStatics() {
    TreeMap<StaticKey, Integer> result = new TreeMap<>();
    for (StaticMacConfig config : wanted) {
      Integer bridgePort = bridgePorts.get(config.getPort());
      if (bridgePort != null && config.getMac().size() == MacAddress.LENGTH) {
        result.put(new StaticKey(config.getVid(), mac(config.getMac())), bridgePort);
      }
    }
    return result;
  }

  void setWanted(List<StaticMacConfig> now) {
    wanted = List.copyOf(now);
  }

  /** True if that is news. */
  boolean setBridgePort(String name, int bridgePort) {
    Integer former = bridgePorts.put(name, bridgePort);
    return former == null || former != bridgePort;
  }

  /** True if that is news. */
  boolean removeBridgePort(int bridgePort) {
    return bridgePorts.values().removeIf(held -> held == bridgePort);
  }

  void putStatic(StaticKey key, int bridgePort, Step.Builder step) {
    statics.put(key, bridgePort);
    step.put(staticRow(key, bridgePort));
  }

  void removeStatic(StaticKey key, Step.Builder step) {
    statics.remove(key);
    step.delete(staticRow(key, 0));
  }

  // ---- rows

  private static LearnedRow learnedRow(long key, int port) {
    return LearnedRow.newBuilder()
        .setKey(
            LearnedRow.Key.newBuilder()
                .setFid(LearnedAddresses.fid(key))
                .setMac(octets(LearnedAddresses.mac(key))))
        .setBridgePort(port)
        .build();
  }

  private static StaticMacRow staticRow(StaticKey key, int bridgePort) {
    return StaticMacRow.newBuilder()
        .setKey(StaticMacRow.Key.newBuilder().setVid(key.vid()).setMac(octets(key.mac())))
        .setBridgePort(bridgePort)
        .build();
  }

  static ByteString octets(long mac) {
    byte[] octets = new byte[MacAddress.LENGTH];
    new MacAddress(mac).write(octets, 0);
    return UnsafeByteOperations.unsafeWrap(octets);
  }

  static long mac(ByteString octets) {
    long mac = 0;
    for (int i = 0; i < MacAddress.LENGTH; i++) {
      mac = mac << 8 | (octets.byteAt(i) & 0xFF);
    }
    return mac;
  }
}
