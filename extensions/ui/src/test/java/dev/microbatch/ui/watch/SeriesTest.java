package dev.microbatch.ui.watch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesTest {

  private final Series series = new Series(List.of("a", "b"));

  private void add(int seconds) {
    for (int second = 1; second <= seconds; second++) {
      series.add(second * 1_000L, new double[] {second, second % 2 == 0 ? second : Double.NaN});
    }
  }

  @Test
  void itIsEmptyAtFirst() {
    assertThat(series.since(Long.MIN_VALUE, Series.FINE_MILLIS).millis().length, is(0));
    assertThat(series.since(Long.MIN_VALUE, Series.COARSE_MILLIS).millis().length, is(0));
  }

  @Test
  void everySecondOfTheLastFiveMinutesIsThereInOrder() {
    for (int seconds : new int[] {1, 15, 16, 17, 299, 300, 301, 512, 1_000}) {
      Series other = new Series(List.of("a"));
      for (int second = 1; second <= seconds; second++) {
        other.add(second * 1_000L, new double[] {second});
      }
      Series.Part part = other.since(Long.MIN_VALUE, Series.FINE_MILLIS);
      int kept = Math.min(300, seconds);
      assertThat(part.millis().length, is(kept));
      for (int i = 0; i < kept; i++) {
        long expected = (long) seconds - kept + 1 + i;
        assertThat(part.millis()[i], is(expected * 1_000));
        assertThat(part.values()[0][i], is((float) expected));
      }
    }
  }

  @Test
  void tenSecondsAreTheirMean() {
    add(25);
    Series.Part part = series.since(Long.MIN_VALUE, Series.COARSE_MILLIS);
    assertThat(part.millis(), is(new long[] {10_000, 20_000}));
    assertThat(part.values()[0], is(new float[] {5.5f, 15.5f}));
    assertThat(part.values()[1], is(new float[] {6, 16}));
  }

  @Test
  void anHourIsKept() {
    add(10_000);
    assertThat(series.since(Long.MIN_VALUE, Series.COARSE_MILLIS).millis().length, is(360));
  }

  @Test
  void onlyWhatIsNewerIsGiven() {
    add(400);
    assertThat(
        series.since(398_000, Series.FINE_MILLIS).millis(), is(new long[] {399_000, 400_000}));
    assertThat(series.since(400_000, Series.FINE_MILLIS).millis().length, is(0));
  }

  @Test
  void whereThereIsNoFigureThereIsNone() {
    add(2);
    float[] values = series.since(Long.MIN_VALUE, Series.FINE_MILLIS).values()[1];
    assertThat(Float.isNaN(values[0]), is(true));
    assertThat(values[1], is(2f));
  }
}
