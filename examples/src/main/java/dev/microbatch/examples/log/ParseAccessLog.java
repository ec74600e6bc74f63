package dev.microbatch.examples.log;

import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * Makes requests of the lines of an access log, each at the event time that its line tells. Lines
 * that are no requests go to {@link #MALFORMED}, each with the reason: none is dropped, none fails
 * the pipeline. The counters {@code requests} and {@code malformed}, in the namespace of this
 * class, count both.
 */
public final class ParseAccessLog extends PTransform<PCollection<String>, PCollectionTuple> {
  private static final long serialVersionUID = 1L;

  /** The requests. */
  public static final TupleTag<AccessRecord> REQUESTS = new RequestsTag();

  /** The other lines: line and reason. */
  public static final TupleTag<KV<String, String>> MALFORMED = new MalformedTag();

  @Override
  public PCollectionTuple expand(PCollection<String> lines) {
    PCollectionTuple parsed =
        lines.apply(
            "ParseLines",
            ParDo.of(new ParseLine()).withOutputTags(REQUESTS, TupleTagList.of(MALFORMED)));
    parsed.get(REQUESTS).setCoder(AccessRecordCoder.of());
    return parsed;
  }

  // Classes of their own, because that is how a tag remembers its type, for Beam to find the coder.

  private static final class RequestsTag extends TupleTag<AccessRecord> {
    private static final long serialVersionUID = 1L;

    private RequestsTag() {
      super("requests");
    }
  }

  private static final class MalformedTag extends TupleTag<KV<String, String>> {
    private static final long serialVersionUID = 1L;

    private MalformedTag() {
      super("malformed");
    }
  }
}
