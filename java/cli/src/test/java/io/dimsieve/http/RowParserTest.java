package io.dimsieve.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.encode.Encoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowParserTest {

  private final Encoder encoder = ServedFiles.encoder();
  private final RowParser parser = new RowParser(encoder, 3);

  private int[] ids(String body) {
    int rows = parser.parse(body.getBytes(StandardCharsets.UTF_8));
    return Arrays.copyOf(parser.ids(), rows * encoder.fields());
  }

  private void assertRefused(int status, String part, byte[] body) {
    Refusal refusal = assertThrows(Refusal.class, () -> parser.parse(body));
    assertEquals(status, refusal.status(), refusal.getMessage());
    assertTrue(refusal.getMessage().contains(part) && refusal.getMessage().lines().count() == 1, refusal.getMessage());
  }

  @Test
  void bothFormsAreTheEncodersIds() {
    int missing = encoder.encode(1, null);
    int[] expected = {encoder.encode(0, "s3"), encoder.encode(1, "17"), 0, encoder.encode(1, "1e1"), encoder.encode(0, "s1"), missing};
    assertArrayEquals(expected, ids("{\"rows\":[{\"site\":\"s3\",\"age\":17},{\"age\":1e1,\"site\":\"new\"},{\"site\":\"s1\"}]}"));
    assertArrayEquals(expected, ids("{\"fields\":[\"age\",\"site\"],\"rows\":[[\"17\",\"s3\"],[\"1e1\",null],[\"\",\"s1\"]]}"));
    assertArrayEquals(new int[] {encoder.encode(0, null), missing}, ids(" {\"rows\" : [ {} ] } "));
    assertArrayEquals(new int[0], ids("{\"rows\":[]}"));
    assertArrayEquals(new int[] {encoder.encode(0, "s2"), missing}, ids("{\"fields\":[\"site\"],\"rows\":[[\"\\u00732\"]]}"));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "{\"rows\":[{\"site\":\"s1\",\"sight\":1}]} | unknown field 'sight' at line 1 column 30 path $.rows[0].sight",
    "{\"fields\":[\"site\",\"height\"],\"rows\":[]} | unknown field 'height'",
    "{\"rows\":[{\"site\":1,\"site\":2}]} | field 'site' is named twice",
    "{\"fields\":[\"age\",\"age\"],\"rows\":[]} | field 'age' is named twice",
    "{\"rows\":[{\"site\":[1]}]} | a value is a string, a number or null",
    "{\"rows\":[{\"site\":true}]} | a value is a string, a number or null",
    "{\"rows\":[[1,2]]} | a row is an object, or an array where fields stands before rows",
    "{\"rows\":[[1,2]],\"fields\":[]} | a row is an object",
    "{\"rows\":[],\"fields\":[]} | fields before rows",
    "{\"rows\":[],\"rows\":[]} | stand once",
    "{\"fields\":[\"age\"],\"rows\":[[1,2]]} | more values than the 1 fields",
    "{\"fields\":[\"age\",\"site\"],\"rows\":[[1]]} | a row has 1 values for 2 fields",
    "{\"fields\":[\"age\"],\"rows\":[{}]} | a row is an array",
    "{\"fields\":[1],\"rows\":[]} | fields is an array of names",
    "{\"rows\":{}} | rows is an array",
    "{\"rows\":[{},{\"age\":\"old\"}]} | rows[1]: field 'age'",
    "{\"rows\":[{\"age\":1e999}]} | rows[0]: field 'age'",
    "{\"fields\":[]} | no rows",
    "{\"columns\":[]} | unknown key 'columns'",
    "[] | a request is an object at line 1 column 2"
  })
  void aWrongRequestIsToldWhatAndWhere(String body, String part) {
    assertRefused(400, part, body.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "", "{", "{\"rows\":[{\"site\":\"s1\"}]", "{\"rows\":[{'site':1}]}", "{\"rows\":[{}],}", "{\"rows\":[NaN]}", "{\"rows\":[]}{}", "{\"rows", "{\"rows\":[{\"age\":01}]}"})
  void malformedJsonIsToldWhere(String body) {
    assertRefused(400, "malformed JSON at line 1 column ", body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void whatIsTooMuchIsRefused() {
    assertRefused(413, "more than 3 rows", "{\"rows\":[{},{},{},{}]}".getBytes(StandardCharsets.UTF_8));
    assertRefused(400, "not valid UTF-8", "{\"rows\":[{\"site\":\"\u00ff\"}]}".getBytes(StandardCharsets.ISO_8859_1));
    byte[] deep = ("{\"rows\":" + "[".repeat(500_000)).getBytes(StandardCharsets.UTF_8);
    assertRefused(400, "a row is an object", deep);
    byte[] name = ("{\"rows\":[{\"" + "x".repeat(100_000) + "\":1}]}").getBytes(StandardCharsets.UTF_8);
    assertRefused(400, "unknown field 'xxx", name);
    assertTrue(assertThrows(Refusal.class, () -> parser.parse(name)).getMessage().length() < 600);
  }
}
