package io.dimsieve.study.report;

import java.util.Locale;

/** A drawing under construction: well-formed SVG text with a fixed number of decimals. Colours are classes of a style sheet, its own or its page's. */
public final class Svg {

  private final StringBuilder text = new StringBuilder();

  /**
   * A drawing.
   *
   * @param label what it shows, for those who cannot see it
   */
  public Svg(double width, double height, String label) {
    text.append("<svg viewBox=\"0 0 ").append(number(width)).append(' ').append(number(height)).append("\" role=\"img\" aria-label=\"")
        .append(escape(label)).append("\">\n");
  }

  /** Text as it stands in markup and in attributes. */
  static String escape(String plain) {
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
  }

  static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  /** A straight line. */
  public void line(String style, double x1, double y1, double x2, double y2) {
    add("line", style, "x1", x1, "y1", y1, "x2", x2, "y2", y2);
  }

  /** A rectangle; a negative size is 0. */
  public void rectangle(String style, double x, double y, double width, double height) {
    add("rect", style, "x", x, "y", y, "width", Math.max(0, width), "height", Math.max(0, height));
  }

  private void add(String element, String style, Object... attributes) {
    text.append('<').append(element).append(" class=\"").append(style).append('"');
    for (int i = 0; i < attributes.length; i += 2) {
      text.append(' ').append(attributes[i]).append("=\"").append(number((Double) attributes[i + 1])).append('"');
    }
    text.append("/>\n");
  }

  /** A line through points x0, y0, x1, y1, … */
  public void polyline(String style, double... points) {
    text.append("<polyline class=\"").append(style).append("\" points=\"");
    for (int i = 0; i < points.length; i += 2) {
      text.append(i == 0 ? "" : " ").append(number(points[i])).append(',').append(number(points[i + 1]));
    }
    text.append("\"/>\n");
  }

  /** A shape given by an SVG path around the origin, moved to a point. */
  public void shape(String style, String path, double x, double y) {
    text.append("<path class=\"").append(style).append("\" d=\"").append(path).append("\" transform=\"translate(").append(number(x)).append(' ')
        .append(number(y)).append(")\"/>\n");
  }

  /**
   * Words.
   *
   * @param anchor which end stands at x: start, middle or end
   * @param y of their base line
   */
  public void words(String style, double x, double y, String anchor, String words) {
    text.append("<text class=\"").append(style).append("\" x=\"").append(number(x)).append("\" y=\"").append(number(y)).append("\" text-anchor=\"")
        .append(anchor).append("\">").append(escape(words)).append("</text>\n");
  }

  /** What is drawn until {@link #unclip} shows inside this rectangle only; the name must be unique on the page. */
  void clip(String name, double x, double y, double width, double height) {
    text.append("<clipPath id=\"").append(name).append("\">");
    rectangle("clip", x, y, width, height);
    text.append("</clipPath><g clip-path=\"url(#").append(name).append(")\">\n");
  }

  void unclip() {
    text.append("</g>\n");
  }

  /** The whole drawing, for a page that has a style sheet. */
  public String finish() {
    return text + "</svg>\n";
  }

  /** The whole drawing as a file of its own. */
  public String finish(String styleSheet) {
    int head = text.indexOf("\n") + 1;
    return text.substring(0, head).replaceFirst("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ") + "<style>\n" + styleSheet + "</style>\n"
        + text.substring(head) + "</svg>\n";
  }
}
