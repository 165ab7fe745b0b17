package io.dimsieve.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Bytes as people write them: {@code 4096}, {@code 64KB}, {@code 1MB}, {@code 1MiB}; decimal and binary units. */
final class ByteCount implements ITypeConverter<Integer> {

  private static final Pattern FORM = Pattern.compile("(\\d{1,9})(?:([KM])(I?)B)?");

  @Override
  public Integer convert(String text) {
    Matcher form = FORM.matcher(text.toUpperCase(Locale.ROOT));
    if (!form.matches()) {
      throw new TypeConversionException("'" + text + "' is no size such as 4096, 64KB or 1MiB");
    }
    long unit = form.group(2) == null ? 1 : form.group(3).isEmpty() ? 1000 : 1024;
    long bytes = Long.parseLong(form.group(1)) * (form.group(2) != null && form.group(2).equals("M") ? unit * unit : unit);
    if (bytes > Integer.MAX_VALUE) {
      throw new TypeConversionException("'" + text + "' is more than 2 GiB");
    }
    return (int) bytes;
  }
}
