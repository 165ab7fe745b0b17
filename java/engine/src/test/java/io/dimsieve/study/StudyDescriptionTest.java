package io.dimsieve.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.ModelFormatException;
import io.dimsieve.data.Dataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyDescriptionTest {

  @TempDir private Path folder;

  @Test
  void isReadAsItWasWritten() {
    try (Dataset dataset = StudyFixture.dataset(folder)) {
      StudyDescription description = StudyDescription.of(StudyFixture.spec(StudyFixture.TRAIN, "0.5", Retrain.FRESH), dataset);
      description.join(folder, false);
      assertEquals(description, StudyDescription.read(folder));
      assertEquals("128", description.common().get("train.batchSize"));
      assertEquals("[0.5, 0.25]", description.common().get("budgets"));
      assertEquals(List.of(21, 16, 11, 9), description.tableRows());
      assertEquals("0.5", description.methods().get("ham").get("gamma"));
      description.join(folder, true);
    }
  }

  @Test
  void damagedOnesAreRefused() throws IOException {
    assertThrows(ModelFormatException.class, () -> StudyDescription.read(folder));
    for (String text : new String[] {"", "{}", "[1]", "{\"fields\": 3}", "{"}) {
      Files.writeString(folder.resolve(StudyDescription.NAME), text);
      assertThrows(ModelFormatException.class, () -> StudyDescription.read(folder), text);
    }
  }
}
