package dev.microbatch.encoded;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Brings frames from worker to worker, as bytes and in order. Without bound: this engine is for
 * tests.
 *
 * <p>Thread-safe.
 */
final class Network {

  private final List<BlockingQueue<byte[]>> inboxes = new ArrayList<>();

  /**
   * Creates the network.
   *
   * @param workers how many workers there are
   */
  Network(int workers) {
    for (int i = 0; i < workers; i++) {
      inboxes.add(new LinkedBlockingQueue<>());
    }
  }

  /** The worker that has a partition. */
  int workerOf(int partition) {
    return partition % inboxes.size();
  }

  /** Sends a frame to the worker that has its target. */
  void send(Frame frame) {
    inboxes.get(workerOf(frame.target())).add(Wire.encode(frame));
  }

  /**
   * The next frame for a worker; waits for it.
   *
   * @throws InterruptedException if the waiting thread is interrupted
   */
  Frame take(int worker) throws InterruptedException {
    return Wire.decode(inboxes.get(worker).take(), Frame.class);
  }
}
