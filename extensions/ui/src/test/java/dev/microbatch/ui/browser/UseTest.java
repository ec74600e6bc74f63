package dev.microbatch.ui.browser;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.apache.beam.sdk.PipelineResult.State;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** What somebody does with the pages, and what happens to them meanwhile. */
@Tag("full")
class UseTest {

  private static Browser browser;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    assumeTrue(Browser.isThere(), Browser.MISSING);
    browser = Browser.start();
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  @Test
  void allOfItCanBeDoneWithTheKeyboard() {
    try (Shown shown = Shown.run(Flows.endless(Shown.options("--jobName=keys")))) {
      browser.open(shown.link());
      browser.find(".charts canvas");
      String[] pages = {
        "Overview",
        "Graph",
        "Stages",
        "Batches",
        "Watermarks",
        "Checkpoints",
        "Metrics",
        "Events",
        "Process"
      };
      for (int i = 0; i < pages.length; i++) {
        browser.press(String.valueOf(i + 1));
        String page = pages[i];
        browser.until(
            () -> browser.find("nav [aria-current]").getText().startsWith(page), "key for " + page);
      }
      browser.press("2");
      browser.find(".node");
      browser.press("/");
      browser.press("second/window", Keys.ENTER);
      browser.find(".node.chosen .face[data-id='Per second/Window']");
      browser.tabTo(".node .face");
      browser.press(Keys.ARROW_LEFT);
      browser.find(".node.chosen .face[data-id='Parse']");
      browser.press(Keys.ARROW_RIGHT);
      browser.find(".node.chosen .face[data-id='Per second/Window']");
      browser.press("-");
      browser.find(".node.chosen .face[data-id='Per second']");
      browser.script("document.activeElement.blur()");
      browser.tabTo("#ask-drain");
      browser.press(Keys.ENTER);
      browser.find("dialog[open]");
      browser.press(Keys.ESCAPE);
      browser.await("return document.querySelector('dialog') === null");
      assertThat(browser.script("return document.activeElement.id"), is("ask-drain"));
      browser.press(Keys.ENTER);
      browser.find("dialog[open]");
      browser.tabTo("dialog button[type=submit]");
      assertThat(browser.consoleErrors(), is(empty()));
      browser.press(Keys.ENTER);
      assertThat(shown.awaitEnd(), is(State.DONE));
      browser.awaitText("It is done");
    }
  }

  @Test
  void aGraphOfFiveHundredStagesIsDrawn() {
    try (Shown shown =
        Shown.run(Flows.tree(Shown.options("--jobName=large", "--parallelism=1"), 500))) {
      int stages = shown.ask("pipelines/current/plan").path("stages").size();
      browser.open(shown.url + "#/graph?view=stages");
      browser.find(".node");
      assertThat(browser.all(".node").size(), is(stages));
      assertThat(stages >= 500, is(true));
      browser.press("/");
      browser.press("Sum 321", Keys.ENTER);
      browser.awaitText("Sum 321");
      browser.find(".node.chosen");
      browser.press(Keys.ESCAPE);
      browser.screenshot("graph-of-500-stages");
      assertThat(browser.consoleErrors(), is(empty()));
    }
  }

  @Test
  void aCheckpointIsMadeWhenItIsAskedFor() {
    try (Shown shown =
        Shown.run(
            Flows.endless(
                Shown.options(
                    "--jobName=kept",
                    "--checkpointDir=" + directory,
                    "--checkpointIntervalMillis=3600000")))) {
      browser.open(shown.link());
      browser.go("#/checkpoints");
      browser.find("#ask-checkpoint").click();
      browser.find("dialog button[type=submit]").click();
      browser.find("dialog [role=status]");
      browser.find("dialog button").click();
      browser.find("[aria-label=Commits] tbody tr");
      browser.find("#ask-stop").click();
      browser.find("dialog button[type=submit]").click();
      assertThat(shown.awaitEnd(), is(State.STOPPED));
      browser.awaitText("can resume from there");
    }
  }

  @Test
  void whereNoCheckpointsAreKeptNoneCanBeAskedFor() {
    try (Shown shown = Shown.run(Flows.endless(Shown.options("--jobName=bare")))) {
      browser.open(shown.link());
      browser.find("#ask-checkpoint").click();
      browser.awaitText("keeps no checkpoints: give it --checkpointDir");
      assertThat(browser.find("dialog button[type=submit]").isEnabled(), is(false));
    }
  }

  @Test
  void whatWasThrownIsShownWithTheTokenOnly() {
    try (Shown shown =
        Shown.run(
            Flows.failing(
                Shown.options(
                    "--jobName=thrown", "--uiLinger=60s", "--checkpointDir=" + directory)))) {
      browser.open(shown.url + "#/events");
      browser.find(".events .badge.error");
      assertThat(browser.text(), not(containsString("cannot parse")));
      assertThat(browser.all(".events details"), is(empty()));
      browser.find(".card button.link").click();
      browser.find("dialog input[name=token]").sendKeys(Shown.TOKEN, Keys.ENTER);
      browser.find(".events details summary").click();
      browser.awaitText("cannot parse " + Flows.HOSTILE);
      browser.awaitText("Flows$Parse.process");
    }
  }

  @Test
  void thePageSaysWhenTheServerIsAwayAndFindsItAgain() {
    try (Shown shown = Shown.run(Flows.endless(Shown.options("--jobName=away")))) {
      browser.open(shown.url);
      browser.find(".charts canvas");
      browser.connect(false);
      browser.comeBack();
      browser.awaitText("The server does not answer");
      assertThat(browser.find(".tile dd").getText(), is(not("")));
      browser.connect(true);
      browser.until(
          () -> !browser.text().contains("The server does not answer"), "the server is found");
      browser.awaitText("Worst first");
    } finally {
      browser.connect(true);
    }
  }

  @Test
  void severalPipelinesCanBeChosenFrom() {
    try (Shown first = Shown.run(Flows.endless(Shown.options("--jobName=the-first")));
        Shown second = Shown.run(Flows.endless(Shown.options("--jobName=the-second")))) {
      assertThat(second.url, is(first.url));
      browser.open(first.url + "#/process");
      browser.awaitText("--jobName");
      browser.awaitText("the-second");
      browser.find("header select").sendKeys("the-first");
      browser.until(
          () -> browser.find(".options").getText().contains("the-first"), "the first is shown");
      assertThat((String) browser.script("return location.hash"), containsString("pipeline="));
      browser.press("1");
      assertThat((String) browser.script("return document.title"), containsString("the-first"));
    }
  }

  @Test
  void aPageThatDoesNotExistSaysSo() {
    try (Shown shown = Shown.run(Flows.endless(Shown.options("--jobName=lost")))) {
      browser.open(shown.url + "#/nowhere");
      browser.awaitText("There is no page of this name");
      browser.go("#/stages/99");
      browser.awaitText("cannot be shown");
      browser.go("#/overview?pipeline=99");
      browser.awaitText("There is no pipeline 99");
    }
  }
}
