package dev.microbatch.executor.memory;

/** The heap is full of what is in use. What holds it, and what helps, is in the message. */
public final class HeapFullException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  HeapFullException(String message) {
    super(message);
  }
}
