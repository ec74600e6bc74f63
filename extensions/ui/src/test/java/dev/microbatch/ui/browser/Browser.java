package dev.microbatch.ui.browser;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A real browser without a screen: the Chromium that is installed here. */
final class Browser implements AutoCloseable {

  /** Why tests are skipped where there is none. */
  static final String MISSING =
      "There is no Chromium with its driver here: apt-get install -y --no-install-recommends"
          + " chromium chromium-driver";

  /** How long something is waited for that has to come. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Roles whose bearers are of no use without a name. */
  private static final Set<String> NAMED =
      Set.of(
          "button",
          "combobox",
          "dialog",
          "image",
          "img",
          "link",
          "navigation",
          "region",
          "searchbox",
          "slider",
          "textbox");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");

  private final ChromeDriver driver;
  private final WebDriverWait wait;
  private final List<String> requests = new ArrayList<>();
  private final List<String> console = new ArrayList<>();

  private Browser(File binary, File driverBinary) {
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(binary);
    options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage");
    options.setCapability("goog:loggingPrefs", logs);
    driver =
        new ChromeDriver(
            new ChromeDriverService.Builder().usingDriverExecutable(driverBinary).build(), options);
    wait = new WebDriverWait(driver, PATIENCE, Duration.ofMillis(50));
    wait.ignoring(StaleElementReferenceException.class);
  }

  private static Optional<File> first(String... paths) {
    return Stream.of(paths).map(File::new).filter(File::canExecute).findFirst();
  }

  private static Optional<File> binary() {
    return first("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");
  }

  private static Optional<File> driverBinary() {
    return first("/usr/bin/chromedriver", "/usr/lib/chromium-browser/chromedriver");
  }

  /** Whether there is one on this machine. */
  static boolean isThere() {
    return binary().isPresent() && driverBinary().isPresent();
  }

  /** Starts it, with a wide and light window. */
  static Browser start() {
    Browser browser = new Browser(binary().orElseThrow(), driverBinary().orElseThrow());
    browser.screen(1360, false);
    return browser;
  }

  /** How wide the window is, in pixels, and whether its user prefers dark pages. */
  void screen(int width, boolean dark) {
    boolean phone = width < 600;
    cdp(
        "Emulation.setDeviceMetricsOverride",
        Map.of(
            "width", width, "height", phone ? 844 : 860, "deviceScaleFactor", 1, "mobile", phone));
    cdp(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** Cuts the connection, or gives it back. */
  void connect(boolean online) {
    cdp("Network.enable", Map.of());
    cdp(
        "Network.emulateNetworkConditions",
        Map.of("offline", !online, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
  }

  /** Leaves the page and comes back to it, as by the Back button: what it had open is closed. */
  void comeBack() {
    script(
        "dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}));"
            + "dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))");
  }

  private Map<String, Object> cdp(String command, Map<String, Object> parameters) {
    return driver.executeCdpCommand(command, parameters);
  }

  /**
   * Opens an address, as somebody who comes for the first time: without a cookie, with new logs.
   */
  void open(String url) {
    driver.get("about:blank");
    cdp("Network.clearBrowserCookies", Map.of());
    readLogs();
    requests.clear();
    console.clear();
    driver.get(url);
  }

  /** Goes to another page of the same site, without loading it again. */
  void go(String hash) {
    script("location.hash = arguments[0]", hash);
  }

  Object script(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** Waits until a script gives neither null nor false nor 0, and gives that. */
  Object await(String script, Object... arguments) {
    return wait.withMessage(() -> script + "; the page says: " + text())
        .until(
            ignored -> {
              Object value = script(script, arguments);
              return value == null || value.equals(0L) ? Boolean.FALSE : value;
            });
  }

  /** Waits until something is seen. One question to the browser, however much there is. */
  WebElement find(String selector) {
    return wait.withMessage(() -> selector + "; the page says: " + text())
        .until(
            ignored ->
                (WebElement)
                    script(
                        "return [...document.querySelectorAll(arguments[0])]"
                            + ".find((e) => e.checkVisibility()) ?? null",
                        selector));
  }

  /** All that match now. */
  List<WebElement> all(String selector) {
    return driver.findElements(By.cssSelector(selector));
  }

  /** Waits until the page says something. */
  void awaitText(String text) {
    wait.withMessage(() -> "«" + text + "»; the page says: " + text())
        .until(ignored -> text().contains(text));
  }

  /** Waits until something is so. */
  void until(Supplier<Boolean> condition, String what) {
    wait.withMessage(() -> what + "; the page says: " + text()).until(ignored -> condition.get());
  }

  /** Presses a key wherever the focus is. */
  void press(CharSequence... keys) {
    driver.switchTo().activeElement().sendKeys(keys);
  }

  /** Presses Tab until the focus is on what is looked for. */
  void tabTo(String selector) {
    for (int i = 0; i < 100; i++) {
      if (Boolean.TRUE.equals(
          script("return document.activeElement.matches(arguments[0])", selector))) {
        return;
      }
      press(Keys.TAB);
    }
    throw new AssertionError("Tab does not lead to " + selector);
  }

  /** All that can be read. */
  String text() {
    return (String) script("return document.body.innerText");
  }

  /** What a screen reader would come by that has no name though it needs one. */
  List<String> nameless() {
    List<String> nameless = new ArrayList<>();
    JsonNode tree = JSON.valueToTree(cdp("Accessibility.getFullAXTree", Map.of()));
    for (JsonNode node : tree.path("nodes")) {
      String role = node.path("role").path("value").asText();
      if (NAMED.contains(role)
          && !node.path("ignored").asBoolean()
          && node.path("name").path("value").asText().isBlank()) {
        nameless.add(role + " " + node.path("backendDOMNodeId"));
      }
    }
    return nameless;
  }

  /** What the console says that is worse than a note. */
  List<String> consoleErrors() {
    readLogs();
    return List.copyOf(console);
  }

  /** All addresses that were asked since the page was opened, whoever asked. */
  List<String> requests() {
    readLogs();
    return List.copyOf(requests);
  }

  private void readLogs() {
    driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .forEach(entry -> console.add(entry.getMessage()));
    driver.manage().logs().get(LogType.PERFORMANCE).getAll().stream()
        .map(entry -> message(entry.getMessage()))
        .filter(message -> message.path("method").asText().equals("Network.requestWillBeSent"))
        .forEach(
            message -> requests.add(message.path("params").path("request").path("url").asText()));
  }

  private static JsonNode message(String entry) {
    try {
      return JSON.readTree(entry).path("message");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(entry, e);
    }
  }

  /** Keeps what is seen, for whoever looks at a build. */
  void screenshot(String name) {
    try {
      Files.createDirectories(SCREENSHOTS);
      Files.write(SCREENSHOTS.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    driver.quit();
  }
}
