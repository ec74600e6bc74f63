package dev.microbatch.examples.log;

import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.util.Locale;
import java.util.regex.Pattern;
import nl.basjes.parse.core.Field;
import nl.basjes.parse.core.exceptions.DissectionFailure;
import nl.basjes.parse.core.exceptions.InvalidDissectorException;
import nl.basjes.parse.core.exceptions.MissingDissectorsException;
import nl.basjes.parse.httpdlog.HttpdLoglineParser;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Parses lines of the Common and the Combined Log Format, which may be mixed. The work is done by
 * the library logparser; on top of it, this class refuses what the library lets pass but nobody
 * could count: a request without a client, a status that is no HTTP status, a size beyond 2^63, a
 * time that does not exist, such as 30 February or 24:00:00, which the library moves to the next
 * one that does.
 *
 * <p>Not thread-safe, and expensive to make: one for each thread.
 *
 * @see <a href="https://httpd.apache.org/docs/2.4/logs.html#accesslog">Apache's description of the
 *     formats</a>
 */
public final class AccessLogParser {
  /** The longest line that is looked at, in chars. Servers limit a request to a part of that. */
  static final int MAX_LENGTH = 1 << 16;

  private static final Pattern STATUS = Pattern.compile("[1-5][0-9]{2}");
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .appendPattern("dd/MMM/uuuu:HH:mm:ss xx")
          .toFormatter(Locale.ENGLISH)
          .withResolverStyle(ResolverStyle.STRICT);
  private static final String NO_MATCH = "The input line does not match";

  private final HttpdLoglineParser<Fields> parser =
      new HttpdLoglineParser<>(Fields.class, "combined\ncommon");
  private final QuotedFields quotedFields = new QuotedFields();
  private final Fields fields = new Fields();

  /**
   * Parses a line.
   *
   * @param line without its line end
   * @return the request
   * @throws MalformedLineException if the line is in neither format; its message says why
   */
  public AccessRecord parse(String line) throws MalformedLineException {
    if (line.isEmpty()) {
      throw new MalformedLineException("empty line");
    }
    if (line.length() > MAX_LENGTH) {
      throw new MalformedLineException("longer than " + MAX_LENGTH + " characters");
    }
    fields.clear();
    try {
      parser.parse(fields, quotedFields.normalize(line));
    } catch (DissectionFailure e) {
      throw new MalformedLineException(reason(e));
    } catch (InvalidDissectorException | MissingDissectorsException e) {
      throw new IllegalStateException("The parser does not know the fields of " + Fields.class, e);
    }
    return fields.toRecord();
  }

  private static String reason(DissectionFailure e) {
    String message = String.valueOf(e.getMessage());
    if (message.startsWith(NO_MATCH)) {
      return "neither in the Common nor in the Combined Log Format";
    }
    // Details of the pattern follow on further lines.
    return message.lines().findFirst().orElse(message);
  }

  /** Where the library puts what it finds. Public because the library calls it by reflection. */
  public static final class Fields {
    private @Nullable String client;
    private @Nullable String time;
    private @Nullable String status;
    private @Nullable String bytes;

    private Fields() {}

    /** Called by the library. */
    @Field("IP:connection.client.host")
    public void setClient(String client) {
      this.client = client;
    }

    /** Called by the library. */
    @Field("TIME.STAMP:request.receive.time")
    public void setTime(String time) {
      this.time = time;
    }

    /** Called by the library. */
    @Field("STRING:request.status.last")
    public void setStatus(String status) {
      this.status = status;
    }

    /** Called by the library, with 0 for the {@code -} of an answer without a body. */
    @Field("BYTES:response.body.bytes")
    public void setBytes(String bytes) {
      this.bytes = bytes;
    }

    private void clear() {
      client = null;
      time = null;
      status = null;
      bytes = null;
    }

    private AccessRecord toRecord() throws MalformedLineException {
      if (client == null || client.isEmpty()) {
        throw new MalformedLineException("client: missing");
      }
      return new AccessRecord(client, timeMillis(), statusNumber(), bytesNumber());
    }

    private long timeMillis() throws MalformedLineException {
      if (time == null) {
        throw new MalformedLineException("time: missing");
      }
      try {
        return OffsetDateTime.parse(time, TIME).toInstant().toEpochMilli();
      } catch (DateTimeParseException e) {
        throw new MalformedLineException("time: " + e.getMessage());
      }
    }

    private int statusNumber() throws MalformedLineException {
      if (status == null) {
        throw new MalformedLineException("status: missing");
      }
      if (!STATUS.matcher(status).matches()) {
        throw new MalformedLineException("status: " + status + " is not between 100 and 599");
      }
      return Integer.parseInt(status);
    }

    private long bytesNumber() throws MalformedLineException {
      try {
        return bytes == null ? 0 : Long.parseLong(bytes);
      } catch (NumberFormatException e) {
        throw new MalformedLineException("bytes: " + bytes + " is not a number below 2^63");
      }
    }
  }
}
