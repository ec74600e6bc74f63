package dev.microbatch.ui.http;

/** Who may use a route. */
public enum Access {
  /** Whoever can reach the server: it gives nothing away. */
  PUBLIC,
  /** On loopback whoever can reach the server; elsewhere whoever has the token. */
  READ,
  /** Whoever has the token, since it may show data of users. */
  DATA,
  /** Whoever has the token, since it changes something. Takes JSON only. */
  CHANGE
}
