package io.dimsieve.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartTest {

  @Test
  void tensorNamesArePartOfTheFileFormat() {
    assertEquals(List.of("rows.train", "rows.validation", "rows.test"), Arrays.stream(Part.values()).map(Part::tensor).toList());
  }
}
