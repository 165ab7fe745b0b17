package io.dimsieve.optimizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptimizerSpecTest {

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void learningRateMustBePositive(double rate) {
    assertThrows(ConfigurationException.class, () -> OptimizerSpec.adam(rate));
  }

  @Test
  void otherNumbersAreBoundedToo() {
    OptimizerSpec adam = OptimizerSpec.adam(1e-3);
    assertThrows(ConfigurationException.class, () -> adam.withL2(-1));
    assertThrows(ConfigurationException.class, () -> adam.withL2(Double.NaN));
    for (double[] bad : new double[][] {{1, 0.9, 1e-8}, {-0.1, 0.9, 1e-8}, {0.9, 1, 1e-8}, {0.9, 0.9, 0}, {Double.NaN, 0.9, 1e-8}}) {
      assertThrows(
          ConfigurationException.class, () -> new OptimizerSpec(OptimizerSpec.Rule.ADAM, 1, bad[0], bad[1], bad[2], 0, false));
    }
  }

  @Test
  void withChangesOneNumber() {
    OptimizerSpec spec = OptimizerSpec.of(OptimizerSpec.Rule.ADAGRAD, 0.1, 0).withL2(0.2).withExactDense(true);
    assertEquals(new OptimizerSpec(OptimizerSpec.Rule.ADAGRAD, 0.1, 0.9, 0.999, 1e-10, 0.2, true), spec);
  }

  @Test
  void ruleNames() {
    for (OptimizerSpec.Rule rule : OptimizerSpec.Rule.values()) {
      assertSame(rule, OptimizerSpec.Rule.of(rule.toString()));
    }
    ConfigurationException e = assertThrows(ConfigurationException.class, () -> OptimizerSpec.Rule.of("lion"));
    assertEquals("unknown optimizer 'lion': sgd, adagrad or adam", e.getMessage());
  }

  @Test
  void ordinalsAreThoseOfTheNativeHeader() throws IOException {
    String header = Files.readString(Path.of("..", "..", "native", "include", "dimsieve.h"));
    for (OptimizerSpec.Rule rule : OptimizerSpec.Rule.values()) {
      assertTrue(header.matches("(?s).*DS_" + rule.name() + "\\s*=?\\s*" + rule.ordinal() + "\\b.*"), rule.name());
    }
  }
}
