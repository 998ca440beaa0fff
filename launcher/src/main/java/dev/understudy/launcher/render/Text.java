package dev.understudy.launcher.render;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Text that grows by lines, titles and aligned tables. */
public final class Text {
  private final boolean coloured;
  private final StringBuilder out = new StringBuilder();

  public Text(boolean coloured) {
    this.coloured = coloured;
  }

  /** A piece of text in a colour. */
  public record Cell(String text, Paint paint) {
    public static Cell of(String text) {
      return new Cell(text, Paint.PLAIN);
    }
  }

  /** A column: numbers stand at the right. */
  public record Column(String title, boolean right) {
    public static Column left(String title) {
      return new Column(title, false);
    }

    public static Column right(String title) {
      return new Column(title, true);
    }
  }

  public String paint(Paint paint, String text) {
    return coloured ? paint.on(text) : text;
  }

  public Text line(String text) {
    out.append(text).append('\n');
    return this;
  }

  public Text title(String text) {
    return line(paint(Paint.BOLD, text));
  }

  public Text line(Cell... cells) {
    StringBuilder line = new StringBuilder();
    for (Cell cell : cells) {
      line.append(paint(cell.paint(), cell.text()));
    }
    return line(line.toString());
  }

  /** Rows under headings, as wide as their widest cell. */
  public Text table(List<Column> columns, List<List<Cell>> rows) {
    int[] widths = new int[columns.size()];
    for (int i = 0; i < widths.length; i++) {
      int column = i;
      widths[i] =
          Math.max(
              columns.get(i).title().length(),
              rows.stream().mapToInt(row -> row.get(column).text().length()).max().orElse(0));
    }
    List<Cell> heading = new ArrayList<>();
    columns.forEach(column -> heading.add(new Cell(column.title(), Paint.DIM)));
    row(columns, heading, widths);
    rows.forEach(row -> row(columns, row, widths));
    return this;
  }

  private void row(List<Column> columns, List<Cell> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      Cell cell = cells.get(i);
      String space = " ".repeat(widths[i] - cell.text().length());
      String text = paint(cell.paint(), cell.text());
      boolean last = i == widths.length - 1;
      line.append(columns.get(i).right() ? space + text : last ? text : text + space);
      if (!last) {
        line.append("  ");
      }
    }
    line(line.toString());
  }

  /** Names and values, one a line, values aligned. */
  public Text pairs(Cell[]... pairs) {
    int width = Arrays.stream(pairs).mapToInt(pair -> pair[0].text().length()).max().orElse(0);
    for (Cell[] pair : pairs) {
      line(
          new Cell(pair[0].text(), Paint.DIM),
          Cell.of(" ".repeat(width - pair[0].text().length() + 2)),
          pair[1]);
    }
    return this;
  }

  public static Cell[] pair(String name, Cell value) {
    return new Cell[] {Cell.of(name), value};
  }

  public static Cell[] pair(String name, String value) {
    return pair(name, Cell.of(value));
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
