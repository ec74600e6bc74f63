package dev.microbatch.kafka.broker;

import dev.microbatch.kafka.process.ParentWatch;
import kafka.Kafka;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;

/** The main class of the broker's process: formats the storage, then is Kafka. */
final class BrokerMain {
  private BrokerMain() {}

  /**
   * Runs a broker until the process is ended.
   *
   * @param args the broker's properties file
   */
  public static void main(String[] args) {
    ParentWatch.start();
    String properties = args[0];
    String cluster = Uuid.randomUuid().toString();
    int exit =
        StorageTool.execute(
            new String[] {"format", "--cluster-id", cluster, "--config", properties}, System.out);
    if (exit != 0) {
      System.exit(exit);
    }
    Kafka.main(args);
  }
}
