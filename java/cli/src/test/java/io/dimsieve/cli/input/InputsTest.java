package io.dimsieve.cli.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.ConfigurationException;
import org.junit.jupiter.api.Test;

class InputsTest {

  @Test
  void everyFormatIsFoundByItsName() {
    assertEquals("csv, tsv, parquet, criteo, movielens-ids, movielens-side, libsvm, libffm", Inputs.names());
    Inputs.all().forEach(format -> assertSame(format, Inputs.of(format.name())));
    assertThrows(ConfigurationException.class, () -> Inputs.of("xml"));
  }
}
