package dev.understudy.supervisor.configuration;

import dev.understudy.schema.Config;
import java.util.ArrayList;
import java.util.List;

/** What is different between two configurations, as lines of their files. */
public final class ConfigurationDiff {
  /** Unchanged lines that are shown around a change. */
  private static final int CONTEXT_LINES = 2;

  /** Cells of the table that finds the common lines; beyond, all lines differ. */
  private static final int CELLS_MAX = 4_000_000;

  private ConfigurationDiff() {}

  /** One line of a difference. */
  record Line(char mark, String content) {
    @Override
    public String toString() {
      return mark + " " + content;
    }
  }

  /**
   * Lines of {@code before} that are gone begin with {@code -}, new ones with {@code +}, unchanged
   * ones around them with a space, and {@code ...} stands for those left out. Empty if both say the
   * same.
   */
  public static List<String> lines(Config before, Config now) {
    List<Line> all =
        compare(
            ConfigurationWriter.write(before).lines().toList(),
            ConfigurationWriter.write(now).lines().toList());
    List<String> shown = new ArrayList<>();
    int last = -1;
    for (int i = 0; i < all.size(); i++) {
      if (isNear(all, i)) {
        if (i > last + 1) {
          shown.add("...");
        }
        shown.add(all.get(i).toString());
        last = i;
      }
    }
    if (last >= 0 && last < all.size() - 1) {
      shown.add("...");
    }
    return shown;
  }

  private static boolean isNear(List<Line> lines, int index) {
    int from = Math.max(0, index - CONTEXT_LINES);
    int to = Math.min(lines.size() - 1, index + CONTEXT_LINES);
    for (int i = from; i <= to; i++) {
      if (lines.get(i).mark != ' ') {
        return true;
      }
    }
    return false;
  }

  /** All lines of both, in order, by a longest common subsequence. */
  static List<Line> compare(List<String> before, List<String> now) {
    int start = 0;
    int common = Math.min(before.size(), now.size());
    while (start < common && before.get(start).equals(now.get(start))) {
      start++;
    }
    int end = 0;
    while (end < common - start
        && before.get(before.size() - 1 - end).equals(now.get(now.size() - 1 - end))) {
      end++;
    }
    List<Line> result = new ArrayList<>();
    before.subList(0, start).forEach(line -> result.add(new Line(' ', line)));
    middle(
        before.subList(start, before.size() - end), now.subList(start, now.size() - end), result);
    before
        .subList(before.size() - end, before.size())
        .forEach(line -> result.add(new Line(' ', line)));
    return result;
  }

  private static void middle(List<String> before, List<String> now, List<Line> result) {
    int i = 0;
    int j = 0;
    if ((before.size() + 1L) * (now.size() + 1L) <= CELLS_MAX) {
      int[][] longest = longest(before, now);
      while (i < before.size() && j < now.size()) {
        if (before.get(i).equals(now.get(j))) {
          result.add(new Line(' ', before.get(i)));
          i++;
          j++;
        } else if (longest[i + 1][j] >= longest[i][j + 1]) {
          result.add(new Line('-', before.get(i)));
          i++;
        } else {
          result.add(new Line('+', now.get(j)));
          j++;
        }
      }
    }
    before.subList(i, before.size()).forEach(line -> result.add(new Line('-', line)));
    now.subList(j, now.size()).forEach(line -> result.add(new Line('+', line)));
  }

  /** Length of the longest common subsequence from each pair of lines on. */
  private static int[][] longest(List<String> before, List<String> now) {
    int[][] longest = new int[before.size() + 1][now.size() + 1];
    for (int i = before.size() - 1; i >= 0; i--) {
      for (int j = now.size() - 1; j >= 0; j--) {
        longest[i][j] =
            before.get(i).equals(now.get(j))
                ? longest[i + 1][j + 1] + 1
                : Math.max(longest[i + 1][j], longest[i][j + 1]);
      }
    }
    return longest;
  }
}
