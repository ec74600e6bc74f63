package dev.microbatch.ui.browser;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.apache.beam.sdk.PipelineResult.State;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** The pages of a pipeline in a real browser: the ones that are looked at most. */
class BrowserTest {

  private static Browser browser;

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
  void theOverviewSaysWhatThePipelineWaitsForAndHowFastItIs() {
    try (Shown shown = Shown.run(Flows.endless(Shown.options("--jobName=seen")))) {
      browser.open(shown.url);
      browser.until(
          () -> browser.find(".tiles .tile dd").getText().matches("[1-9].*/s"), "records are read");
      browser.find(".charts canvas");
      browser.find(".worst li");
      assertThat(browser.find(".verdict .sentence").getText(), is(not("")));
      assertThat(browser.find("header").getText(), containsString("seen"));
      assertThat(browser.find("header .badge").getText(), containsString("running"));
      assertThat(browser.consoleErrors(), is(empty()));
      assertThat(browser.requests(), everyItem(startsWith(shown.url)));
    }
  }

  @Test
  void theGraphShowsTransformsOfTheUserAndOpensThem() {
    try (Shown shown = Shown.run(Flows.endless(Shown.options("--jobName=drawn")))) {
      browser.open(shown.url + "#/graph");
      browser.find(".node .face[data-id='Per second']");
      assertThat(browser.all(".node"), org.hamcrest.Matchers.hasSize(4));
      browser.find(".node .face[data-id='Per second']").sendKeys("+");
      browser.find(".node .face[data-id='Per second/Count']");
      assertThat(browser.find(".cluster").getText(), containsString("Per second"));
      browser.find(".cluster .fold").sendKeys(Keys.ENTER);
      browser.await("return document.querySelectorAll('.node').length === 4");
      assertThat(browser.consoleErrors(), is(empty()));
      assertThat(browser.requests(), everyItem(startsWith(shown.url)));
    }
  }

  @Test
  void drainByButtonEndsThePipelineAndThePageSaysHow() {
    try (Shown shown = Shown.run(Flows.endless(Shown.options("--jobName=drained")))) {
      browser.open(shown.url);
      browser.find("#ask-drain").click();
      browser.find("dialog input[name=token]").sendKeys("not the token");
      browser.find("dialog button[type=submit]").click();
      assertThat(
          browser.find("dialog [role=alert]").getText(), containsString("not that of this server"));
      browser.find("dialog input[name=token]").clear();
      browser.find("dialog input[name=token]").sendKeys(Shown.TOKEN, Keys.ENTER);
      browser.awaitText("It is done");
      assertThat(shown.awaitEnd(), is(State.DONE));
      assertThat(browser.find("header .badge").getText(), containsString("done"));
      assertThat(browser.find("#ask-drain").isEnabled(), is(false));
    }
  }
}
