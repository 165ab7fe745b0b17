package io.dimsieve;

/** A setting, flag, schema or environment that cannot work: unknown name, value out of range, absent device, unwritable output. */
public final class ConfigurationException extends DimsieveException {

  private static final long serialVersionUID = 1L;

  public ConfigurationException(String message) {
    super(message, null);
  }

  public ConfigurationException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public int exitCode() {
    return 2;
  }
}
