package dev.understudy.forwarder.soft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LongTableTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 64, 300})
  void it_does_what_a_map_does(int countMax) {
    Random random = new Random(countMax);
    LongTable table = new LongTable(countMax);
    Map<Long, Long> model = new HashMap<>();
    for (int round = 0; round < 20_000; round++) {
      long key = 1L << 62 | random.nextInt(2 * countMax);
      int slot = table.find(key);
      assertThat(slot >= 0).isEqualTo(model.containsKey(key));
      if (slot >= 0) {
        assertThat(table.valueAt(slot)).isEqualTo(model.get(key));
        if (random.nextBoolean()) {
          table.removeAt(slot);
          model.remove(key);
        } else {
          table.setValueAt(slot, round);
          model.put(key, (long) round);
        }
      } else if (!table.isFull()) {
        table.add(key, round);
        model.put(key, (long) round);
      }
      assertThat(table.count()).isEqualTo(model.size());
    }
    Map<Long, Long> found = new HashMap<>();
    for (int slot = 0; slot < table.size(); slot++) {
      if (table.keyAt(slot) != 0) {
        found.put(table.keyAt(slot), table.valueAt(slot));
      }
    }
    assertThat(found).isEqualTo(model);
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 40, 200})
  void a_scan_that_removes_sees_every_key(int countMax) {
    Random random = new Random(countMax);
    for (int round = 0; round < 200; round++) {
      LongTable table = new LongTable(countMax);
      while (!table.isFull()) {
        long key = 1 + random.nextLong(1L << 40);
        if (table.find(key) < 0) {
          table.add(key, key % 3);
        }
      }
      for (int slot = 0; slot < table.size(); ) {
        if (table.keyAt(slot) != 0 && table.valueAt(slot) == 1) {
          table.removeAt(slot);
        } else {
          slot++;
        }
      }
      for (int slot = 0; slot < table.size(); slot++) {
        assertThat(table.valueAt(slot)).isNotEqualTo(1);
      }
    }
  }
}
