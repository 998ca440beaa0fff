package dev.understudy.protocols.fdb;

import static dev.understudy.protocols.EngineBench.config;
import static dev.understudy.protocols.EngineBench.kinds;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.understudy.core.Engine;
import dev.understudy.core.Image;
import dev.understudy.core.Input;
import dev.understudy.core.Moment;
import dev.understudy.core.Result;
import dev.understudy.core.Step;
import dev.understudy.protocols.EngineBench;
import dev.understudy.schema.Config;
import dev.understudy.schema.LearnedChange;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.LearningLaneRow;
import dev.understudy.schema.Output;
import dev.understudy.schema.Output.KindCase;
import dev.understudy.schema.PortConfig;
import dev.understudy.schema.StaticMacConfig;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class FdbEngineTest {
  private static final long MAC = 0x0200_0000_0001L;
  private static final Config PORTS = config("p1", "p2").build();

  private final EngineBench bench = new EngineBench();

  private static LearnedChange put(int fid, long mac, int port) {
    return LearnedChange.newBuilder()
        .setFid(fid)
        .setMac(FdbState.octets(mac))
        .setBridgePort(port)
        .build();
  }

  private static LearnedChange flush(int fid, int port) {
    return LearnedChange.newBuilder().setFlush(true).setFid(fid).setBridgePort(port).build();
  }

  private static Input batch(long sequence, LearnedChange... changes) {
    return new Input.Learned(
        LearnedInput.newBuilder()
            .setIncarnation(1)
            .setSequence(sequence)
            .addAllChanges(List.of(changes))
            .build());
  }

  private List<String> table() {
    return FdbView.macAddressTable(bench.image()).stream()
        .map(entry -> entry.vid() + " " + entry.mac() + " " + entry.port() + " " + entry.type())
        .toList();
  }

  private LearningLaneRow lane() {
    return bench
        .image()
        .row(LearningLaneRow.newBuilder().setKey(LearningLaneRow.Key.getDefaultInstance()).build())
        .orElseThrow();
  }

  @Test
  void learned_addresses_become_rows_and_the_lane_goes_on() {
    bench.start(PORTS);
    bench.on(batch(5, put(1, MAC, 1), put(1, MAC + 1, 2), put(1, MAC, 2)));
    assertThat(table())
        .containsExactly("1 02:00:00:00:00:01 p2 dynamic", "1 02:00:00:00:00:02 p2 dynamic");
    assertThat(lane().getSequence()).isEqualTo(5);
    bench.on(batch(6, put(1, MAC, 0)));
    assertThat(table()).containsExactly("1 02:00:00:00:00:02 p2 dynamic");
  }

  @Test
  void what_is_known_already_costs_nothing_but_the_lane() {
    bench.start(PORTS);
    bench.on(batch(1, put(1, MAC, 1)));
    assertThat(bench.on(batch(2, put(1, MAC, 1), put(1, MAC + 9, 0))).rows()).hasSize(1);
  }

  @Test
  void a_flush_forgets_by_fid_and_port() {
    bench.start(PORTS);
    bench.on(batch(1, put(1, MAC, 1), put(2, MAC, 1), put(1, MAC + 1, 2), put(2, MAC + 1, 2)));
    bench.on(batch(2, flush(2, 1)));
    assertThat(table()).hasSize(3);
    bench.on(batch(3, flush(0, 2)));
    assertThat(table()).containsExactly("1 02:00:00:00:00:01 p1 dynamic");
    bench.on(batch(4, put(3, MAC, 2), flush(1, 0)));
    assertThat(table()).containsExactly("3 02:00:00:00:00:01 p2 dynamic");
    bench.on(batch(5, flush(0, 0)));
    assertThat(table()).isEmpty();
  }

  @Test
  void a_dump_replaces_everything_and_goes_on_after_a_takeover_in_its_midst() {
    bench.start(PORTS);
    bench.on(batch(1, put(1, MAC, 1), put(1, MAC + 1, 1)));
    LearnedInput.Builder dump = LearnedInput.newBuilder().setIncarnation(2).setDumpBegin(true);
    bench.on(new Input.Learned(dump.setSequence(100).addChanges(put(1, MAC + 1, 2)).build()));
    bench.restore();
    bench.on(
        new Input.Learned(
            LearnedInput.newBuilder()
                .setIncarnation(2)
                .setSequence(101)
                .setDumpEnd(true)
                .addChanges(put(1, MAC + 2, 2))
                .build()));
    assertThat(table())
        .containsExactly("1 02:00:00:00:00:02 p2 dynamic", "1 02:00:00:00:00:03 p2 dynamic");
    assertThat(lane().getIncarnation()).isEqualTo(2);
    assertThat(lane().getSequence()).isEqualTo(101);
  }

  @Test
  void a_dump_that_repeats_what_is_known_changes_no_row_of_an_address() {
    bench.start(PORTS);
    bench.on(batch(1, put(1, MAC, 1), put(1, MAC + 1, 1)));
    Result result =
        bench.on(
            new Input.Learned(
                LearnedInput.newBuilder()
                    .setIncarnation(1)
                    .setSequence(9)
                    .setDumpBegin(true)
                    .setDumpEnd(true)
                    .addChanges(put(1, MAC, 1))
                    .addChanges(put(1, MAC + 1, 1))
                    .build()));
    assertThat(result.rows()).hasSize(1);
  }

  @Test
  void changes_that_make_no_sense_are_counted_and_have_no_effect() {
    bench.start(PORTS);
    LearnedChange shortMac =
        LearnedChange.newBuilder()
            .setFid(1)
            .setMac(ByteString.copyFromUtf8("abc"))
            .setBridgePort(1)
            .build();
    LearnedChange noMac = LearnedChange.newBuilder().setFid(1).setBridgePort(1).build();
    bench.on(
        batch(
            1,
            shortMac,
            noMac,
            put(1, 0x0180_C200_0000L, 1),
            put(-1, MAC, 1),
            put(70_000, MAC, 1),
            flush(70_000, 0),
            put(1, MAC, -1),
            put(1, MAC, 2)));
    assertThat(table()).containsExactly("1 02:00:00:00:00:01 p2 dynamic");
    assertThat(lane().getIgnoredChanges()).isEqualTo(7);
  }

  @Test
  void learned_addresses_make_no_outputs() {
    bench.start(PORTS);
    assertThat(bench.on(batch(1, put(1, MAC, 1), flush(0, 0))).outputs()).isEmpty();
  }

  private static StaticMacConfig staticMac(long mac, String port) {
    return StaticMacConfig.newBuilder()
        .setMac(FdbState.octets(mac))
        .setVid(1)
        .setPort(port)
        .build();
  }

  @Test
  void static_addresses_follow_the_configuration_after_their_ports() {
    Config config = PORTS.toBuilder().addStaticMacs(staticMac(MAC, "p2")).build();
    Result result = bench.start(config);
    assertThat(kinds(result).getLast()).isEqualTo(KindCase.SET_STATIC_MAC);
    assertThat(result.outputs().getLast().getSetStaticMac().getBridgePort()).isEqualTo(2);
    bench.on(batch(1, put(1, MAC, 1)));
    assertThat(table()).containsExactly("1 02:00:00:00:00:01 p2 static");

    Result moved = bench.apply(PORTS.toBuilder().addStaticMacs(staticMac(MAC, "p1")).build());
    assertThat(moved.outputs().getLast().getSetStaticMac().getBridgePort()).isEqualTo(1);

    Result removed = bench.apply(PORTS);
    assertThat(removed.outputs().getLast().getSetStaticMac().getBridgePort()).isZero();
    assertThat(table()).containsExactly("1 02:00:00:00:00:01 p1 dynamic");
  }

  @Test
  void a_static_address_is_set_again_when_its_port_is_made_again() {
    bench.start(PORTS.toBuilder().addStaticMacs(staticMac(MAC, "p2")).build());
    Result result =
        bench.apply(
            PORTS.toBuilder()
                .setPorts(1, PortConfig.newBuilder().setName("p2").setTap("tap0"))
                .addStaticMacs(staticMac(MAC, "p2"))
                .build());
    assertThat(result.outputs())
        .filteredOn(Output::hasSetStaticMac)
        .extracting(output -> output.getSetStaticMac().getBridgePort())
        .containsExactly(0, 2);
    assertThat(kinds(result).indexOf(KindCase.SET_PORT))
        .isLessThan(kinds(result).lastIndexOf(KindCase.SET_STATIC_MAC));
  }

  @Test
  void a_new_forwarder_is_given_the_static_addresses() {
    bench.start(PORTS.toBuilder().addStaticMacs(staticMac(MAC, "p2")).build());
    assertThat(kinds(bench.start(Input.Start.NEW_FORWARDER, List.of())).getLast())
        .isEqualTo(KindCase.SET_STATIC_MAC);
    Result hitless = bench.start(Input.Start.HITLESS, List.of());
    assertThat(hitless.outputs()).isEmpty();
    assertThat(hitless.rows()).isEmpty();
  }

  @Test
  void random_batches_give_the_table_that_a_plain_map_gives() {
    for (long seed = 1; seed <= 10; seed++) {
      Random random = new Random(seed);
      EngineBench world = new EngineBench();
      world.start(PORTS);
      TreeMap<Long, Integer> model = new TreeMap<>();
      for (int i = 1; i <= 60; i++) {
        LearnedInput.Builder batch = LearnedInput.newBuilder().setIncarnation(1).setSequence(i);
        if (random.nextInt(20) == 0) {
          batch.setDumpBegin(true);
          model.clear();
        }
        for (int n = random.nextInt(40); n > 0; n--) {
          int fid = 1 + random.nextInt(3);
          int port = random.nextInt(3);
          if (random.nextInt(30) == 0) {
            int anyFid = random.nextBoolean() ? 0 : fid;
            batch.addChanges(flush(anyFid, port));
            model
                .entrySet()
                .removeIf(entry ->
                    (anyFid == 0 || LearnedAddresses.fid(entry.getKey()) == anyFid)
                        && (port == 0 || entry.getValue() == port));
            continue;
          }
          long mac = random.nextInt(50);
          batch.addChanges(put(fid, mac, port));
          if (port == 0) {
            model.remove(LearnedAddresses.key(fid, mac));
          } else {
            model.put(LearnedAddresses.key(fid, mac), port);
          }
        }
        world.on(new Input.Learned(batch.build()));
        TreeMap<Long, Integer> held = new TreeMap<>();
        world
            .image()
            .rows(dev.understudy.schema.LearnedRow.getDefaultInstance())
            .forEach(row ->
                held.put(
                    LearnedAddresses.key(
                        row.getKey().getFid(), FdbState.mac(row.getKey().getMac())),
                    row.getBridgePort()));
        assertThat(held).as("seed %d batch %d", seed, i).isEqualTo(model);
      }
    }
  }

  @Test
  void the_hash_table_agrees_with_a_map_and_gives_its_keys_in_order() {
    Random random = new Random(4);
    LearnedAddresses table = new LearnedAddresses();
    TreeMap<Long, Integer> model = new TreeMap<>(Long::compareUnsigned);
    for (int i = 0; i < 300_000; i++) {
      long key =
          LearnedAddresses.key(
              random.nextInt(LearnedAddresses.FID_MAX + 1) & 0xF00F, random.nextInt(3000));
      if (random.nextInt(5) < 2) {
        Integer former = model.remove(key);
        assertThat(table.remove(key)).isEqualTo(former == null ? LearnedAddresses.NONE : former);
      } else {
        int port = 1 + random.nextInt(100);
        Integer former = model.put(key, port);
        assertThat(table.put(key, port)).isEqualTo(former == null ? LearnedAddresses.NONE : former);
      }
      assertThat(table.size()).isEqualTo(model.size());
    }
    assertThat(table.keys(fid -> true, port -> true))
        .isEqualTo(model.keySet().stream().mapToLong(Long::longValue).toArray());
    model.forEach((key, port) -> assertThat(table.get(key)).isEqualTo(port));
  }

  @Test
  void a_million_addresses_fit_and_a_batch_costs_what_it_changes() {
    Engine engine = FdbEngine.TYPE.restore(new Image());
    int total = 1_000_000;
    LearnedInput.Builder batch = LearnedInput.newBuilder().setIncarnation(1);
    int rows = 0;
    for (int i = 0; i < total; i++) {
      batch.addChanges(put(1 + i % 4094, i, 1 + i % 48));
      if (batch.getChangesCount() == 500) {
        Step step = engine.on(new Input.Learned(batch.setSequence(i).build()), Moment.ZERO);
        rows += step.rows().size() - 1;
        batch.clearChanges();
      }
    }
    assertThat(rows).isEqualTo(total);
    assertThat(engine.on(batch(total, put(1, 0, 9)), Moment.ZERO).rows()).hasSize(2);
  }
}
