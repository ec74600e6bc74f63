package dev.microbatch.examples.generate;

/** What can go wrong with the entry of a request on its way into a log. */
public enum Damage {
  /** The line ends within the request. */
  TRUNCATED {
    @Override
    String apply(Request request, LogFormat format, Chance chance) {
      String entry = format.entry(request);
      return entry.substring(0, 1 + chance.below(entry.indexOf("\" ") - 1));
    }
  },

  /** Two entries without a line end in between. */
  JOINED {
    @Override
    String apply(Request request, LogFormat format, Chance chance) {
      return format.entry(request) + format.entry(request);
    }
  },

  /** No time at all. */
  NO_TIME {
    @Override
    String apply(Request request, LogFormat format, Chance chance) {
      return format.entry(request, "", Integer.toString(request.status()), "17");
    }
  },

  /** A time that no clock shows. */
  IMPOSSIBLE_TIME {
    @Override
    String apply(Request request, LogFormat format, Chance chance) {
      String time = LogFormat.time(request);
      // dd/MMM/yyyy:HH:mm:ss: the hour.
      String impossible = time.substring(0, 12) + "25" + time.substring(14);
      return format.entry(request, impossible, Integer.toString(request.status()), "17");
    }
  },

  /** A status that HTTP does not have. */
  IMPOSSIBLE_STATUS {
    @Override
    String apply(Request request, LogFormat format, Chance chance) {
      String status = chance.of(0.5) ? "999" : "OK";
      return format.entry(request, LogFormat.time(request), status, "17");
    }
  },

  /** A size that is no number. */
  IMPOSSIBLE_BYTES {
    @Override
    String apply(Request request, LogFormat format, Chance chance) {
      String bytes = chance.of(0.5) ? "-17" : "99999999999999999999";
      return format.entry(
          request, LogFormat.time(request), Integer.toString(request.status()), bytes);
    }
  },

  /** Something else altogether. */
  GARBAGE {
    @Override
    String apply(Request request, LogFormat format, Chance chance) {
      StringBuilder garbage = new StringBuilder();
      for (int length = 10 + chance.below(60); length > 0; length--) {
        garbage.append((char) (' ' + chance.below(0x200)));
      }
      return garbage.toString();
    }
  },

  /** An empty line. */
  EMPTY {
    @Override
    String apply(Request request, LogFormat format, Chance chance) {
      return "";
    }
  };

  /** A line that is no entry any more. */
  abstract String apply(Request request, LogFormat format, Chance chance);
}
