package dev.microbatch.executor.engine;

import dev.microbatch.executor.checkpoint.CommitDataWriter;
import dev.microbatch.executor.checkpoint.CommitTarget;
import dev.microbatch.executor.checkpoint.Segment;
import dev.microbatch.executor.checkpoint.WrittenFiles;
import dev.microbatch.executor.stage.TaskSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What all tasks in this process have captured; the thread that asks for it writes it. */
public final class LocalCapture implements CapturedCommit {

  private final CommitDataWriter writer;
  private final List<TaskSnapshot> snapshots;

  /**
   * Creates a capture.
   *
   * @param writer writes it
   * @param snapshots what was captured; from now on owned by this object
   */
  public LocalCapture(CommitDataWriter writer, List<TaskSnapshot> snapshots) {
    this.writer = writer;
    this.snapshots = snapshots;
  }

  @Override
  public WrittenFiles write(CommitTarget target, Map<String, byte[]> attachments)
      throws IOException {
    List<Segment> segments = new ArrayList<>(snapshots.size());
    for (TaskSnapshot snapshot : snapshots) {
      segments.add(new Segment(snapshot.step(), snapshot.partition(), snapshot.snapshot()));
    }
    return writer.write(target, segments, attachments);
  }

  @Override
  public void close() {
    snapshots.forEach(snapshot -> snapshot.snapshot().close());
  }
}
