package dev.microbatch.executor.batch;

import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.metrics.MetricsEncoding;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;

/**
 * What every commit of a pipeline contains besides the state of its stages.
 *
 * @param pipeline the name of the pipeline
 * @param parallelism how many partitions each stage has
 * @param keyGroups how many key groups there are
 * @param fingerprint the hash of the plan's identity
 * @param steps the names of all steps
 * @param fixed what does not change from commit to commit: the plan's identity and its splits
 */
record CheckpointFrame(
    String pipeline,
    int parallelism,
    int keyGroups,
    String fingerprint,
    Set<String> steps,
    Map<String, byte[]> fixed) {

  private static final String IDENTITY = "identity";
  private static final String LOOP = "loop";
  private static final String METRICS = "metrics";

  static CheckpointFrame of(Plan plan, int parallelism, PlanIdentity identity, SplitTable splits) {
    Map<String, byte[]> fixed = new HashMap<>(splits.encode());
    fixed.put(IDENTITY, identity.text().getBytes(StandardCharsets.UTF_8));
    return new CheckpointFrame(
        plan.name(), parallelism, plan.keyGroups(), identity.hash(), steps(plan), fixed);
  }

  private static Set<String> steps(Plan plan) {
    Set<String> names = new HashSet<>();
    for (Stage stage : plan.stages()) {
      for (Step step : stage.steps()) {
        names.add(step.name());
      }
    }
    return names;
  }

  /** Everything that is attached to one commit. */
  Map<String, byte[]> attachments(CommitPoint point) {
    Map<String, byte[]> attachments = new HashMap<>(fixed);
    attachments.put(METRICS, MetricsEncoding.encode(point.metrics(), steps));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(point.clockMillis());
      out.writeInt(point.nextScript());
      out.writeBoolean(point.draining());
    } catch (IOException e) {
      throw new IllegalStateException("memory takes everything", e);
    }
    attachments.put(LOOP, bytes.toByteArray());
    return attachments;
  }

  /**
   * The identity of the plan that made a commit.
   *
   * @throws CheckpointException if it is not attached
   */
  static String identity(Map<String, byte[]> attachments) {
    byte[] identity = attachments.get(IDENTITY);
    if (identity == null) {
      throw new CheckpointException(
          "The checkpoint does not say what pipeline wrote it: bring its directory back from a"
              + " copy, or start again in an empty one");
    }
    return new String(identity, StandardCharsets.UTF_8);
  }

  /**
   * Where the loop stood at a commit.
   *
   * @param batch the number of the commit
   * @param processingTime its processing time
   * @param complete whether the pipeline had come to its end
   * @param attachments what was attached to it
   * @throws IOException if that cannot be decoded
   */
  static CommitPoint point(
      long batch, long processingTime, boolean complete, Map<String, byte[]> attachments)
      throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(attachments.get(LOOP)));
    MetricsContainerStepMap metrics = MetricsEncoding.decode(attachments.get(METRICS));
    return new CommitPoint(
        batch, processingTime, in.readLong(), in.readInt(), in.readBoolean(), complete, metrics);
  }
}
