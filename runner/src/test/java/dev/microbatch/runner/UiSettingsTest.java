package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.apache.beam.runners.core.construction.SerializablePipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;

class UiSettingsTest {

  private static final String TOKEN = "0123456789abcdef";

  private static UiSettings of(@Nullable String environment, String... args) {
    return UiSettings.of(
        PipelineOptionsFactory.fromArgs(args).as(UiPipelineOptions.class), environment);
  }

  private static String refused(String... args) {
    return assertThrows(IllegalArgumentException.class, () -> of(null, args)).getMessage();
  }

  @Test
  void byDefaultTheUsualPortsOfThisMachineAreTriedWithARandomToken() {
    UiSettings settings = of(null);
    assertThat(settings.port(), is(nullValue()));
    assertThat(settings.host(), is("127.0.0.1"));
    assertThat(settings.lingerMillis(), is(0L));
    assertThat(settings.token(), is(nullValue()));
    assertThat(settings.showData(), is(false));
  }

  @Test
  void durationsHaveUnits() {
    assertThat(of(null, "--uiLinger=250ms").lingerMillis(), is(250L));
    assertThat(of(null, "--uiLinger=30 s").lingerMillis(), is(30_000L));
    assertThat(of(null, "--uiLinger=5m").lingerMillis(), is(300_000L));
    assertThat(of(null, "--uiLinger=2h").lingerMillis(), is(7_200_000L));
    assertThat(of(null, "--uiLinger=forever").lingerMillis(), is(Long.MAX_VALUE));
    for (String bad : new String[] {"30", "s", "-1s", "1d", "", "99999999999s"}) {
      assertThat(refused("--uiLinger=" + bad), containsString("--uiLinger=" + bad));
    }
  }

  @Test
  void portsThatAreNoneAreRefused() {
    assertThat(of(null, "--uiPort=-1").port(), is(UiSettings.OFF));
    assertThat(of(null, "--uiPort=0").port(), is(UiSettings.ANY));
    assertThat(refused("--uiPort=-2"), containsString("--uiPort=-2"));
    assertThat(refused("--uiPort=65536"), containsString("--uiPort=65536"));
  }

  @Test
  void theOptionComesBeforeTheEnvironment() {
    assertThat(of(TOKEN).token(), is(TOKEN));
    assertThat(of("another-token-of-16", "--uiToken=" + TOKEN).token(), is(TOKEN));
  }

  @Test
  void aBadTokenIsRefusedWithoutBeingRepeated() {
    assertThat(refused("--uiToken=short"), not(containsString("short")));
    assertThat(refused("--uiToken=has a space in the middle"), containsString("--uiToken"));
    String message =
        assertThrows(IllegalArgumentException.class, () -> of("short-secret")).getMessage();
    assertThat(message, containsString("MICROBATCH_UI_TOKEN"));
    assertThat(message, not(containsString("short-secret")));
  }

  @Test
  void theTokenIsNeitherPrintedNorSentToWorkers() {
    UiPipelineOptions options =
        PipelineOptionsFactory.fromArgs("--uiToken=" + TOKEN).as(UiPipelineOptions.class);
    assertThat(UiSettings.of(options, null).toString(), not(containsString(TOKEN)));
    assertThat(new SerializablePipelineOptions(options).toString(), not(containsString(TOKEN)));
  }
}
