package dev.microbatch.examples.generate;

import java.util.ArrayList;
import java.util.List;

/** The pages, pictures and errors of the web server that does not exist. Immutable. */
final class Site {
  private static final List<String> SECTIONS =
      List.of("", "docs", "blog", "shop", "img", "api/v1", "search", "static");
  private static final List<String> SUFFIXES = List.of("", ".html", ".css", ".js", ".png", ".json");
  private static final int PAGES = 400;

  private final List<Page> pages = new ArrayList<>(PAGES);
  private final Zipf popularity = new Zipf(PAGES, 1.0);

  /** A site that is always the same. */
  Site() {
    Chance chance = new Chance(PAGES);
    pages.add(new Page("/", 12_000));
    while (pages.size() < PAGES) {
      String section = chance.oneOf(SECTIONS);
      String path =
          (section.isEmpty() ? "/" : "/" + section + "/")
              + "p"
              + pages.size()
              + chance.oneOf(SUFFIXES);
      pages.add(new Page(path, 200 + (int) chance.waitingTime(20_000)));
    }
  }

  /** Something that a visitor asks for. */
  Page choose(Chance chance) {
    return pages.get(popularity.next(chance));
  }

  /** The status of an answer: mostly success, some redirects and errors. */
  static int status(Chance chance) {
    double p = chance.fraction();
    if (p < 0.860) {
      return 200;
    } else if (p < 0.925) {
      return 304;
    } else if (p < 0.940) {
      return 301;
    } else if (p < 0.975) {
      return 404;
    } else if (p < 0.985) {
      return 403;
    } else if (p < 0.995) {
      return 500;
    }
    return 503;
  }

  /** The size of the body of an answer. */
  static long bytes(Page page, int status, Chance chance) {
    return switch (status) {
      case 304 -> 0;
      case 200 -> page.size() + chance.below(1 + page.size() / 10);
      default -> 150 + chance.below(400);
    };
  }

  /**
   * Something to ask for.
   *
   * @param path where it is
   * @param size in bytes
   */
  record Page(String path, int size) {}
}
