package dev.microbatch.conformance.report;

import java.util.List;

/** A Markdown table, written row by row. */
final class Table {

  private final StringBuilder text = new StringBuilder();
  private int rows;

  /** Creates a table without rows. */
  Table(List<?> headings) {
    add(headings);
    rows = 0;
    text.append("|").append(" --- |".repeat(headings.size())).append('\n');
  }

  /** Adds a row. */
  void add(List<?> cells) {
    rows++;
    text.append('|');
    for (Object cell : cells) {
      text.append(' ').append(escape(cell.toString())).append(" |");
    }
    text.append('\n');
  }

  boolean isEmpty() {
    return rows == 0;
  }

  private static String escape(String cell) {
    return cell.replace("|", "\\|").replace("<", "&lt;").replaceAll("\\s+", " ");
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
