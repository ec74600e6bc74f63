package dev.microbatch.examples.log;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.microbatch.examples.Launch;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.Test;

class ParseAccessLogTest {
  private static final String ENTRY = "h - - [10/Oct/2025:13:55:36 -0700] \"GET / HTTP/1.1\" 200 5";

  @Test
  void countersTellRequestsAndMalformedLines() {
    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.fromArgs(Launch.RUNNER).create());
    pipeline.apply(Create.of(ENTRY, "no entry", ENTRY, "", ENTRY)).apply(new ParseAccessLog());

    PipelineResult result = pipeline.run();
    result.waitUntilFinish();

    assertThat(counter(result, "requests"), is(3L));
    assertThat(counter(result, "malformed"), is(2L));
  }

  private static long counter(PipelineResult result, String name) {
    return result
        .metrics()
        .queryMetrics(
            MetricsFilter.builder()
                .addNameFilter(MetricNameFilter.named(ParseAccessLog.class, name))
                .build())
        .getCounters()
        .iterator()
        .next()
        .getAttempted();
  }
}
