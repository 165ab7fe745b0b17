package io.dimsieve.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class WorkspaceTest {

  /** The constant as the native header has it; a workspace that is too small would be written past its end. */
  private static int header(String name) throws IOException {
    Path file = Path.of("..", "..", "native", "include", "dimsieve.h");
    Matcher matcher = Pattern.compile(name + "\\s*=?\\s*(\\d+)").matcher(Files.readString(file));
    assertTrue(matcher.find(), name + " in " + file);
    return Integer.parseInt(matcher.group(1));
  }

  @Test
  void constantsAreThoseOfTheHeader() throws IOException {
    assertEquals(header("DS_ROW_CHUNK"), Workspace.ROW_CHUNK);
    assertEquals(header("DS_GROUP_CHUNK"), Workspace.GROUP_CHUNK);
    assertEquals(header("DS_CLASS_CHUNK"), Workspace.CLASS_CHUNK);
    assertEquals(header("DS_GRAM_PARTS"), Workspace.GRAM_PARTS);
  }

  @Test
  void chunksRoundUp() {
    assertEquals(0, Workspace.chunks(0, 1024));
    assertEquals(1, Workspace.chunks(1, 1024));
    assertEquals(1, Workspace.chunks(1024, 1024));
    assertEquals(2, Workspace.chunks(1025, 1024));
    assertEquals(1L << 30, Workspace.chunks(1L << 40, 1024));
  }
}
