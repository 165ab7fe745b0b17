package io.dimsieve.bench.report;

import io.dimsieve.file.AtomicFile;
import io.dimsieve.study.report.Svg;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Pictures of this package as files with its style sheet in them. */
final class Drawing {

  private Drawing() {}

  static Svg begin(double width, double height, String label) {
    Svg svg = new Svg(width, height, label);
    svg.rectangle("paper", 0, 0, width, height);
    return svg;
  }

  static void write(Svg svg, Path file) {
    try (InputStream style = Drawing.class.getResourceAsStream("drawing.css")) {
      AtomicFile.write(file, svg.finish(new String(style.readAllBytes(), StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
