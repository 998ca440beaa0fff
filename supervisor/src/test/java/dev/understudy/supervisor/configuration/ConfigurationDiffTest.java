package dev.understudy.supervisor.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.schema.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ConfigurationDiffTest {
  @Test
  void equal_configurations_have_no_difference() {
    Config config = ExampleConfiguration.config();
    assertThat(ConfigurationDiff.lines(config, config.toBuilder().setAgeingSeconds(300).build()))
        .isEmpty();
  }

  @Test
  void changed_lines_are_shown_with_their_surroundings() {
    Config before = ExampleConfiguration.config();
    Config.Builder now = before.toBuilder().setAgeingSeconds(60);
    now.getPortsBuilder(3).setAdminUp(false);
    assertThat(ConfigurationDiff.lines(before, now.build()))
        .containsExactly(
            "  name: example",
            "+ ageing-time: 60",
            "  ports:",
            "    p1: {udp: {listen: \"127.0.0.1:9001\", peer: \"127.0.0.1:9101\"}}",
            "    p2: {udp: {listen: \"127.0.0.1:9002\", peer: \"127.0.0.1:9102\"}}",
            "    p3: {udp: {listen: \"127.0.0.1:9003\", peer: \"127.0.0.1:9103\"}}",
            "-   p4: {udp: {listen: \"127.0.0.1:9004\", peer: \"127.0.0.1:9104\"}}",
            "+   p4: {udp: {listen: \"127.0.0.1:9004\", peer: \"127.0.0.1:9104\"}, enabled: false}");
  }

  @Test
  void lines_far_from_a_change_are_left_out() {
    Config before = ExampleConfiguration.config();
    Config.Builder now = before.toBuilder();
    now.getPortsBuilder(0).setAdminUp(false);
    List<String> lines = ConfigurationDiff.lines(before, now.build());
    assertThat(lines).startsWith("  name: example").endsWith("...").hasSize(7);
  }

  @Test
  void a_difference_contains_both_texts_and_as_many_common_lines_as_there_can_be() {
    for (long seed = 1; seed <= 200; seed++) {
      Random random = new Random(seed);
      List<String> before = lines(random);
      List<String> now = lines(random);
      List<ConfigurationDiff.Line> difference = ConfigurationDiff.compare(before, now);
      assertThat(texts(difference, '+')).as("seed %d", seed).isEqualTo(before);
      assertThat(texts(difference, '-')).as("seed %d", seed).isEqualTo(now);
      long common = difference.stream().filter(line -> line.mark() == ' ').count();
      assertThat(common).as("seed %d", seed).isEqualTo(longest(before, now, 0, 0));
    }
  }

  @Test
  void very_long_texts_that_differ_everywhere_are_still_told_apart() {
    List<String> before = new ArrayList<>();
    List<String> now = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      before.add("a" + i);
      now.add("b" + i);
    }
    assertThat(ConfigurationDiff.compare(before, now)).hasSize(6000);
  }

  private static List<String> texts(List<ConfigurationDiff.Line> lines, char without) {
    return lines.stream()
        .filter(line -> line.mark() != without)
        .map(ConfigurationDiff.Line::content)
        .toList();
  }

  private static List<String> lines(Random random) {
    List<String> lines = new ArrayList<>();
    for (int n = random.nextInt(9); n > 0; n--) {
      lines.add("line " + random.nextInt(4));
    }
    return lines;
  }

  /** By trying everything. */
  private static int longest(List<String> a, List<String> b, int i, int j) {
    if (i == a.size() || j == b.size()) {
      return 0;
    }
    return a.get(i).equals(b.get(j))
        ? 1 + longest(a, b, i + 1, j + 1)
        : Math.max(longest(a, b, i + 1, j), longest(a, b, i, j + 1));
  }
}
