package io.dimsieve.study.report;

import io.dimsieve.study.StudySpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How each method is drawn: a colour and a mark, the same in every chart, so that nobody depends on colours alone. {@code uniform} is the line to beat: ink,
 * dashed, hollow marks.
 */
final class Looks {

  /** Colours of the style sheet; chosen to stay apart under the three kinds of colour blindness, on both schemes. */
  static final int COLOURS = 7;

  /**
   * One look.
   *
   * @param style class of the style sheet
   * @param mark path around the origin
   */
  record Look(String style, String mark) {}

  private static final List<String> MARKS = List.of(
      "M-3.4 0a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0 -6.8 0Z", "M-3 -3H3V3H-3Z", "M0 -4L3.8 3H-3.8Z", "M0 -4.4L4.4 0L0 4.4L-4.4 0Z", "M0 4L3.8 -3H-3.8Z",
      "M-1.4 -4H1.4V-1.4H4V1.4H1.4V4H-1.4V1.4H-4V-1.4H-1.4Z", "M0 -4.2L4 -1.3L2.5 3.4H-2.5L-4 -1.3Z", "M-4 -2H4V2H-4Z");

  private final Map<String, Look> looks = new LinkedHashMap<>();

  Looks(List<String> methods) {
    int next = 0;
    for (String method : methods) {
      if (method.equals(StudySpec.UNIFORM)) {
        looks.put(method, new Look("uniform", MARKS.get(1)));
      } else if (method.equals(StudySpec.FULL)) {
        looks.put(method, new Look("full", MARKS.get(0)));
      } else {
        looks.put(method, new Look("c" + next % COLOURS + (next / COLOURS % 2 == 1 ? " again" : ""), MARKS.get(next % MARKS.size())));
        next++;
      }
    }
  }

  Look of(String method) {
    return looks.get(method);
  }
}
