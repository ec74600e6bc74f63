package dev.microbatch.executor.batch;

/**
 * A setting has a value that is not accepted. The executor does not know how users type settings:
 * whoever takes them from users words the message.
 */
public final class RefusedSettingException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final String setting;
  private final String value;
  private final String accepted;

  /**
   * Creates the exception.
   *
   * @param setting the name of the setting, as its options record has it
   * @param value its value
   * @param accepted what is accepted, to follow "it must be"
   */
  RefusedSettingException(String setting, Object value, String accepted) {
    super(setting + " = " + value + " is not accepted: it must be " + accepted);
    this.setting = setting;
    this.value = String.valueOf(value);
    this.accepted = accepted;
  }

  /** The name of the setting. */
  public String setting() {
    return setting;
  }

  /** Its value. */
  public String value() {
    return value;
  }

  /** What is accepted, to follow "it must be". */
  public String accepted() {
    return accepted;
  }
}
