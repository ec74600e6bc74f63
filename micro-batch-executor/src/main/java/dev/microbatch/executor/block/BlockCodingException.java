package dev.microbatch.executor.block;

/** A block cannot be encoded, or its encoded form cannot be read. */
public final class BlockCodingException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  BlockCodingException(String message, Throwable cause) {
    super(message, cause);
  }
}
