package io.dimsieve.file;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import io.dimsieve.ModelFormatException;
import java.util.List;

/**
 * What a model computes, as a flat list of instructions over named values; the part of a model file that scoring runs and exporters map op by op.
 *
 * @param instructions in order of execution; the last one's output is the logit
 */
public record Program(List<Instruction> instructions) {

  /** Kinds of instruction. */
  public enum Kind {
    /** out [batch, 1] = linear.bias + Σ_f linear.weight. */
    LINEAR,
    /** out [batch, columns] = embedding rows of the ids. */
    GATHER,
    /** out [batch, fields · size]: each field of a times its part of weight [columns, size]. */
    PROJECT,
    /** out [batch, 1]: factorization machine of a; size is its dimension, weight "identity" or empty for c mod dimension. */
    FM,
    /** out [batch, fields · (fields − 1) / 2]: inner products of all pairs of fields f < g of a, by f, then by g; size and weight as for FM. */
    INNER_PRODUCT,
    /** out [batch, size] = a · weight. */
    MATMUL,
    /** out [batch, size]: each field of a, all of equal size, times weight [size of a field of a, size / fields]. */
    FIELD_MATMUL,
    /** out = a ⊙ (b · weight.weight + weight.bias) + b, all [batch, size]. */
    CROSS,
    /**
     * out [batch, fields · heads · size]: self-attention over fields, a having query, key, value and residual [heads · size] of every field side by side;
     * max(0, Σ_g softmax_g(query_f · key_g / √size) value_g + residual_f), head by head.
     */
    ATTENTION,
    /** out = a, b side by side. */
    CONCAT,
    /** out = batch normalisation of a with weight.scale, .shift, .mean, .variance. */
    NORM,
    /** out = a, after a ← a + weight. */
    BIAS,
    /** out = a, after a ← max(a + weight, 0). */
    BIAS_RELU,
    /** out = a + b. */
    ADD
  }

  /**
   * One instruction.
   *
   * @param a first input value, or empty
   * @param b second input value, or empty
   * @param weight name of the array it uses, or empty
   * @param out value it defines; BIAS and BIAS_RELU overwrite a and name it again
   * @param size columns of the output where the kind asks for it
   */
  public record Instruction(Kind kind, String a, String b, String weight, String out, int size) {}

  public Program {
    instructions = List.copyOf(instructions);
  }

  public String toJson() {
    return new Gson().toJson(this);
  }

  /** Reads a program from the metadata of a model file. */
  public static Program fromJson(String file, String json) {
    try {
      Program program = new Gson().fromJson(json, Program.class);
      for (Instruction i : program.instructions) {
        if (i.kind == null || i.a == null || i.b == null || i.weight == null || i.out == null || i.size < 0) {
          throw new ModelFormatException(file, "its program has an incomplete instruction: " + i);
        }
      }
      return program;
    } catch (JsonParseException | NullPointerException e) {
      throw new ModelFormatException(file, "its program is damaged: " + e.getMessage(), e);
    }
  }
}
