package dev.microbatch.benchmarks;

/** A pipeline has come to another result than it must. */
final class WrongResultException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  WrongResultException(String message) {
    super(message);
  }
}
