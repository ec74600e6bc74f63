package dev.microbatch.executor.trigger;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.apache.beam.model.pipeline.v1.RunnerApi;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.windowing.Trigger;
import org.apache.beam.sdk.util.construction.TriggerTranslation;

/**
 * Translates a trigger into a {@link TriggerProgram}. A program remembers, in this order: a bit for
 * each node, whether it has finished, the nodes in the order in which they are written; and a
 * number for each node that counts or waits. That order is part of what a checkpoint holds.
 */
final class TriggerCompiler {

  private final boolean merging;
  private int nextIndex;
  private int nextNumber;

  private TriggerCompiler(boolean merging, int firstNumber) {
    this.merging = merging;
    this.nextNumber = firstNumber;
  }

  static TriggerProgram compile(Trigger trigger, boolean merging) {
    RunnerApi.Trigger root = TriggerTranslation.toProto(trigger);
    if (!canFinish(root)) {
      return new TriggerProgram(new TriggerCompiler(merging, 0).node(root), 0);
    }
    int words = (size(root) + Long.SIZE - 1) / Long.SIZE;
    TriggerCompiler compiler = new TriggerCompiler(merging, words);
    TriggerNode node = compiler.node(root);
    return new TriggerProgram(node, compiler.nextNumber);
  }

  /** Whether any node of it ever finishes; if not, none remembers anything either. */
  private static boolean canFinish(RunnerApi.Trigger trigger) {
    return switch (trigger.getTriggerCase()) {
      case DEFAULT, NEVER, ALWAYS -> false;
      case AFTER_ALL,
          AFTER_ANY,
          AFTER_EACH,
          AFTER_END_OF_WINDOW,
          AFTER_PROCESSING_TIME,
          AFTER_SYNCHRONIZED_PROCESSING_TIME,
          ELEMENT_COUNT,
          OR_FINALLY,
          REPEAT,
          TRIGGER_NOT_SET ->
          true;
    };
  }

  /** How many nodes it has. */
  private static int size(RunnerApi.Trigger trigger) {
    int size = 1;
    for (RunnerApi.Trigger child : children(trigger)) {
      size += size(child);
    }
    return size;
  }

  private static List<RunnerApi.Trigger> children(RunnerApi.Trigger trigger) {
    return switch (trigger.getTriggerCase()) {
      case AFTER_ALL -> trigger.getAfterAll().getSubtriggersList();
      case AFTER_ANY -> trigger.getAfterAny().getSubtriggersList();
      case AFTER_EACH -> trigger.getAfterEach().getSubtriggersList();
      case AFTER_END_OF_WINDOW -> earlyAndLate(trigger.getAfterEndOfWindow());
      case OR_FINALLY ->
          List.of(trigger.getOrFinally().getMain(), trigger.getOrFinally().getFinally());
      case REPEAT -> List.of(trigger.getRepeat().getSubtrigger());
      case AFTER_PROCESSING_TIME,
          AFTER_SYNCHRONIZED_PROCESSING_TIME,
          ALWAYS,
          DEFAULT,
          ELEMENT_COUNT,
          NEVER,
          TRIGGER_NOT_SET ->
          List.of();
    };
  }

  /** Early firings, then late ones if there are any; nothing if there is neither. */
  private static List<RunnerApi.Trigger> earlyAndLate(RunnerApi.Trigger.AfterEndOfWindow trigger) {
    if (!trigger.hasEarlyFirings() && !trigger.hasLateFirings()) {
      return List.of();
    }
    List<RunnerApi.Trigger> firings = new ArrayList<>(2);
    firings.add(
        trigger.hasEarlyFirings()
            ? trigger.getEarlyFirings()
            : RunnerApi.Trigger.newBuilder()
                .setNever(RunnerApi.Trigger.Never.getDefaultInstance())
                .build());
    if (trigger.hasLateFirings()) {
      firings.add(trigger.getLateFirings());
    }
    return firings;
  }

  private TriggerNode node(RunnerApi.Trigger trigger) {
    int index = nextIndex++;
    List<RunnerApi.Trigger> parts = children(trigger);
    TriggerNode[] nodes = new TriggerNode[parts.size()];
    for (int i = 0; i < nodes.length; i++) {
      nodes[i] = node(parts.get(i));
    }
    return switch (trigger.getTriggerCase()) {
      case DEFAULT -> new EndOfWindowNode(index);
      case NEVER -> new ConstantNode(index, false);
      case ALWAYS -> new ConstantNode(index, true);
      case ELEMENT_COUNT ->
          new CountNode(index, nextNumber++, trigger.getElementCount().getElementCount());
      case AFTER_PROCESSING_TIME ->
          new DelayNode(
              index,
              nextNumber++,
              TimeDomain.PROCESSING_TIME,
              transforms(trigger.getAfterProcessingTime()));
      case AFTER_SYNCHRONIZED_PROCESSING_TIME ->
          new DelayNode(index, nextNumber++, TimeDomain.SYNCHRONIZED_PROCESSING_TIME, List.of());
      case AFTER_ALL -> new AfterAllNode(index, nodes);
      case AFTER_ANY -> new AfterFirstNode(index, nodes);
      case AFTER_EACH -> new AfterEachNode(index, merging, nodes);
      case AFTER_END_OF_WINDOW ->
          switch (nodes.length) {
            case 0 -> new AfterWatermarkNode(index);
            case 1 -> new EarlyAndLateNode(index, merging, nodes[0]);
            default -> new EarlyAndLateNode(index, merging, nodes[0], nodes[1]);
          };
      case OR_FINALLY -> new OrFinallyNode(index, nodes[0], nodes[1]);
      case REPEAT -> new RepeatedlyNode(index, nodes[0]);
      case TRIGGER_NOT_SET -> throw new IllegalArgumentException("there is no trigger " + trigger);
    };
  }

  private static List<LongUnaryOperator> transforms(RunnerApi.Trigger.AfterProcessingTime trigger) {
    List<LongUnaryOperator> transforms = new ArrayList<>();
    for (RunnerApi.TimestampTransform transform : trigger.getTimestampTransformsList()) {
      transforms.add(
          switch (transform.getTimestampTransformCase()) {
            case DELAY -> delayed(transform.getDelay().getDelayMillis());
            case ALIGN_TO ->
                aligned(transform.getAlignTo().getPeriod(), transform.getAlignTo().getOffset());
            case TIMESTAMPTRANSFORM_NOT_SET ->
                throw new IllegalArgumentException("there is no such delay: " + transform);
          });
    }
    return transforms;
  }

  private static LongUnaryOperator delayed(long millis) {
    return time -> time + millis;
  }

  private static LongUnaryOperator aligned(long period, long offset) {
    return time -> {
      long behind = (time - offset) % period;
      return behind == 0 ? time : time + period - behind;
    };
  }
}
