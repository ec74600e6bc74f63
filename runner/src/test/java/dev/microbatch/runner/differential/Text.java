package dev.microbatch.runner.differential;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** Text for failure messages. */
final class Text {

  /** How many lines of a list are shown. */
  private static final int MOST = 40;

  private Text() {}

  /** A throwable with its stack trace. */
  static String of(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  /** A list, one line each. */
  static String lines(List<String> list) {
    if (list.isEmpty()) {
      return "nothing";
    }
    StringBuilder text = new StringBuilder();
    for (String line : list.subList(0, Math.min(MOST, list.size()))) {
      text.append("\n    ").append(line);
    }
    return list.size() > MOST ? text.append("\n    ...").toString() : text.toString();
  }
}
