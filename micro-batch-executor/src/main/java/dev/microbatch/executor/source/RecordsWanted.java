package dev.microbatch.executor.source;

/**
 * What a source or its reader implements that ends after so many records: the pipeline can then say
 * what it waits for.
 */
public interface RecordsWanted {

  /** How many records have to come until it ends; 0 if it has ended, or if any number will do. */
  long recordsWanted();
}
