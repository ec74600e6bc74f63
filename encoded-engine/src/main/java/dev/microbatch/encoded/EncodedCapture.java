package dev.microbatch.encoded;

import dev.microbatch.executor.checkpoint.CommitTarget;
import dev.microbatch.executor.checkpoint.WrittenFiles;
import dev.microbatch.executor.engine.CapturedCommit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What workers have captured for a commit: each writes its own part. The first takes attachments.
 */
final class EncodedCapture implements CapturedCommit {

  private final List<Worker> workers;
  private final long commit;

  EncodedCapture(List<Worker> workers, long commit) {
    this.workers = workers;
    this.commit = commit;
  }

  @Override
  public WrittenFiles write(CommitTarget target, Map<String, byte[]> attachments)
      throws IOException {
    byte[] encoded = Wire.encode(target);
    HashMap<String, byte[]> rest = new HashMap<>(attachments);
    List<WrittenFiles> parts = new ArrayList<>();
    for (Worker worker : workers) {
      parts.add(Wire.decode(worker.write(encoded, rest), WrittenFiles.class));
      rest = new HashMap<>();
    }
    return WrittenFiles.together(parts);
  }

  @Override
  public void close() {
    workers.forEach(worker -> worker.discard(commit));
  }
}
