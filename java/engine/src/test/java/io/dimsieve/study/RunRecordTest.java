package io.dimsieve.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunRecordTest {

  private static final RunRecord RUN = new RunRecord(
      new RunKey("deepfm", "ham", 0.25, 3), 0.1234564, 0.51, 0.61, 1234, 0.249, 300, 1.5, 20.25, 2, List.of(4.0, 0.0, 2.125), List.of(0.5, 0.61));

  @Test
  void aLineIsReadAsItWasWritten() {
    String line = RUN.line();
    assertEquals(List.of("100 %", "0.05 %", "12.5 %", "0.1234 %"), Stream.of(1.0, 5e-4, 0.125, 0.001234).map(RunKey::percent).toList());
    assertEquals("deepfm,ham,0.25,3,0.123456,0.510000,0.610000,1234,0.249000,300,1.50,20.25,2,4.000 0.000 2.125,0.500000 0.610000", line);
    assertEquals(line, RunRecord.parse(line).line());
    assertEquals(List.of("100 %", "0.05 %", "12.5 %", "0.1234 %"), Stream.of(1.0, 5e-4, 0.125, 0.001234).map(RunKey::percent).toList());
    assertEquals("deepfm ham 25 % seed 3", RUN.key().toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"de", "fr", "ar"})
  void theLocaleDoesNotMatter(String language) {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag(language));
      assertEquals(RUN.key(), RunRecord.parse(RUN.line()).key());
      assertEquals("2.5", Statistic.of(List.of(2.5)).toString("%.1f"));
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void aRunWithoutTrainingHasNoCurve() {
    RunRecord run = RunRecord.parse("fm,amtl,0.5,1,0.7,0.4,0.7,10,0.5,3,1,0,0,1 2,");
    assertEquals(List.of(), run.curve());
    assertEquals(List.of(1.0, 2.0), run.widths());
  }

  @Test
  void otherLinesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> RunRecord.parse("fm,ham,0.5"));
    assertThrows(IllegalArgumentException.class, () -> RunRecord.parse(RUN.line().replace("1234", "12x4")));
  }
}
