package dev.microbatch.ui.browser;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.both;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.WebElement;

/** All pages of one pipeline: wide and narrow, light and dark. */
@Tag("full")
class EveryPageTest {

  /** Where each page is, and what is there when it has been filled. */
  private static final Map<String, String> PAGES = new LinkedHashMap<>();

  static {
    PAGES.put("overview", ".charts canvas");
    PAGES.put("graph", ".node .face[data-id='Per second']");
    PAGES.put("stages", "tbody .stage-link");
    PAGES.put("stages/0", "[aria-label=Partitions] tbody tr");
    PAGES.put("batches", ".timeline svg");
    PAGES.put("watermarks", "[aria-label=Splits] tbody tr");
    PAGES.put("checkpoints", ".strip svg");
    PAGES.put("metrics", "[aria-label=Metrics] tbody tr");
    PAGES.put("events", ".events li");
    PAGES.put("process", ".options dd");
  }

  /** So many bytes a page may have, before they are packed. */
  private static final long MOST_BYTES = 200_000;

  @TempDir static Path directory;

  private static Browser browser;
  private static Shown shown;

  @BeforeAll
  static void start() {
    assumeTrue(Browser.isThere(), Browser.MISSING);
    browser = Browser.start();
    shown =
        Shown.run(
            Flows.endless(Shown.options("--jobName=every-page", "--checkpointDir=" + directory)));
  }

  @AfterAll
  static void stop() {
    if (shown != null) {
      shown.close();
    }
    if (browser != null) {
      browser.close();
    }
  }

  /** Opens a page as if nothing had been opened before, and waits until it is filled. */
  private static void open(String page) {
    browser.open(shown.url + "#/" + page);
    browser.find(PAGES.get(page));
  }

  private static void eachPage(int width, boolean dark) {
    browser.screen(width, dark);
    for (String page : PAGES.keySet()) {
      open(page);
      String name = page.replace('/', '-') + "-" + width + (dark ? "-dark" : "-light");
      browser.screenshot(name);
      assertThat(name, browser.consoleErrors(), is(empty()));
      assertThat(name, browser.requests(), everyItem(startsWith(shown.url)));
      assertThat(
          name,
          (Long) browser.script("return document.documentElement.scrollWidth"),
          is(lessThanOrEqualTo((long) width)));
      assertThat(name, (List<?>) browser.script(PALE), is(empty()));
      assertThat(name, browser.nameless(), is(empty()));
      assertThat(name, browser.all("h1").size(), is(1));
      long bytes = ((Number) browser.script(WEIGHT)).longValue();
      assertThat(name, bytes, is(both(greaterThan(0L)).and(lessThanOrEqualTo(MOST_BYTES))));
    }
  }

  /** Bytes of the page and all that it has loaded, but for what the pipeline says. */
  private static final String WEIGHT =
      """
      return performance.getEntries()
          .filter((e) => e.decodedBodySize > 0 && !e.name.includes('/api/'))
          .reduce((sum, e) => sum + e.decodedBodySize, 0);
      """;

  /** Texts that have too little contrast to what they stand on; large text may have less. */
  private static final String PALE =
      """
      const channels = (color) => color.match(/[\\d.]+/g).map(Number);
      const linear = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
      const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
      const ground = (e) => {
        for (; e; e = e.parentElement) {
          const c = channels(getComputedStyle(e).backgroundColor);
          if (c.length < 4 || c[3] > 0.5) return c;
        }
        return [255, 255, 255];
      };
      const pale = [];
      for (const e of document.querySelectorAll('body *')) {
        const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== '');
        if (!own || e.closest('svg, .sr, .skip, :disabled') || e.getClientRects().length === 0) continue;
        const style = getComputedStyle(e);
        const [a, b] = [light(channels(style.color)), light(ground(e))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        const large = parseFloat(style.fontSize) >= 18.66;
        if (ratio < (large ? 3 : 4.5)) pale.push(`${e.textContent.slice(0, 40)} ${ratio.toFixed(2)}`);
      }
      return pale;
      """;

  @Test
  void eachPageIsFilledLegibleNamedAndLightInAWideWindow() {
    eachPage(1360, false);
  }

  @Test
  void eachPageIsFilledAndLegibleOnADarkScreen() {
    eachPage(1360, true);
  }

  @Test
  void eachPageFitsOnAPhone() {
    eachPage(390, false);
    eachPage(390, true);
  }

  @Test
  void namesOfUsersAreTextWhereverTheyStand() {
    browser.screen(1360, false);
    for (String page : List.of("graph", "stages/1", "metrics")) {
      browser.open(shown.url + "#/" + page);
      browser.awaitText(Flows.HOSTILE);
      assertThat(page, browser.all("img[src=x]"), is(empty()));
      assertThat(page, (String) browser.script("return document.title"), is(not("hacked")));
    }
  }

  @Test
  void timesAreLocalAndSayWhatTheyAreInUtc() {
    open("events");
    WebElement time = browser.find(".events time");
    assertThat(time.getDomAttribute("title"), containsString("UTC"));
    assertThat(time.getDomAttribute("datetime"), containsString("Z"));
  }
}
