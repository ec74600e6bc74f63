package dev.microbatch.examples.log;

import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.transforms.Combine.CombineFn;

/** Combines times of requests, in milliseconds since 1970, into a {@link Session}. */
public final class SessionFn extends CombineFn<Long, Session, Session> {
  private static final long serialVersionUID = 1L;

  @Override
  public Session createAccumulator() {
    return Session.NONE;
  }

  @Override
  public Session addInput(Session session, Long time) {
    return session.add(time);
  }

  @Override
  public Session mergeAccumulators(Iterable<Session> sessions) {
    Session merged = Session.NONE;
    for (Session session : sessions) {
      merged = merged.merge(session);
    }
    return merged;
  }

  @Override
  public Session extractOutput(Session session) {
    return session;
  }

  @Override
  public Coder<Session> getAccumulatorCoder(CoderRegistry registry, Coder<Long> inputCoder) {
    return SessionCoder.of();
  }

  @Override
  public Coder<Session> getDefaultOutputCoder(CoderRegistry registry, Coder<Long> inputCoder) {
    return SessionCoder.of();
  }
}
