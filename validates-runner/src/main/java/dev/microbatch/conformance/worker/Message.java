package dev.microbatch.conformance.worker;

import dev.microbatch.conformance.suite.TestId;
import java.io.Serializable;

/**
 * What a pool and a {@link Worker} say to each other: serialized objects over the worker's standard
 * input and output.
 *
 * <pre>
 *   pool                       worker
 *     |  &lt;-- Ready                |    once, when it has started
 *     |      Run(test, ...)  --&gt;  |
 *     |      Dump            --&gt;  |    only if the test takes too long
 *     |  &lt;-- Threads(text)        |
 *     |  &lt;-- Finished(outcome)    |
 * </pre>
 *
 * <p>Either side ends the conversation by closing its end, deliberately or by dying.
 */
sealed interface Message extends Serializable {

  /** The worker can take a test. */
  record Ready() implements Message {}

  /** Run this test, with these pipeline options, as a JSON array. */
  record Run(TestId test, String options) implements Message {}

  /** Say what your threads are doing. */
  record Dump() implements Message {}

  /** What the threads are doing: those that are inside the test first. */
  record Threads(String text) implements Message {}

  /** The test has ended. */
  record Finished(Outcome outcome) implements Message {}
}
