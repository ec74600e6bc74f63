package dev.microbatch.executor.log;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Keeps what is logged below a name, for as long as it is open. Thread-safe. */
public final class Log implements AutoCloseable {

  private final Logger logger;
  private final List<LogRecord> records = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          records.add(entry);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  private Log(Logger logger) {
    this.logger = logger;
    logger.addHandler(handler);
  }

  /** Begins to keep. */
  public static Log of(String name) {
    return new Log(Logger.getLogger(name));
  }

  /** The messages of a level that contain a text. */
  public List<String> messages(Level level, String text) {
    return records.stream()
        .filter(entry -> entry.getLevel().equals(level))
        .map(new SimpleFormatter()::formatMessage)
        .filter(message -> message.contains(text))
        .toList();
  }

  /** How many messages of a level that contain a text came with what was thrown. */
  public long thrown(Level level, String text) {
    return records.stream()
        .filter(entry -> entry.getLevel().equals(level) && entry.getThrown() != null)
        .filter(entry -> new SimpleFormatter().formatMessage(entry).contains(text))
        .count();
  }

  @Override
  public void close() {
    logger.removeHandler(handler);
  }
}
