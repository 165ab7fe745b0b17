package io.dimsieve.onnx;

import io.dimsieve.exchange.DenseWeights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Operators and constants of an ONNX graph while it is put together; field numbers are those of onnx.proto. */
final class OnnxGraph {

  private static final int FLOAT = 1;
  private static final int INT64 = 7;
  private static final int OPSET = 13;
  private static final int IR_VERSION = 7; // of ONNX 1.8, the first with operator set 13
  private static final int ATTRIBUTE_FLOAT = 1;
  private static final int ATTRIBUTE_INT = 2;
  private static final int ATTRIBUTE_INTS = 7;
  private static final int EXTERNAL = 1;

  private final Protobuf graph = new Protobuf();
  private final Map<String, DenseWeights.Array> weights = new LinkedHashMap<>();
  private int values;

  /** Adds an operator of one output and gives the output's name. */
  String node(String operator, List<String> inputs, Protobuf... attributes) {
    return nodes(operator, inputs, 1, attributes).get(0);
  }

  /** Adds an operator and gives the names of its outputs. */
  List<String> nodes(String operator, List<String> inputs, int outputs, Protobuf... attributes) {
    List<String> names = IntStream.range(0, outputs).mapToObj(i -> fresh()).toList();
    add(operator, inputs, names, attributes);
    return names;
  }

  private void add(String operator, List<String> inputs, List<String> outputs, Protobuf... attributes) {
    Protobuf node = new Protobuf();
    inputs.forEach(name -> node.text(1, name));
    outputs.forEach(name -> node.text(2, name));
    node.text(3, operator + "." + outputs.get(0)).text(4, operator);
    for (Protobuf attribute : attributes) {
      node.message(5, attribute);
    }
    graph.message(1, node);
  }

  private String fresh() {
    return "v" + values++;
  }

  static Protobuf attribute(String name, long value) {
    return new Protobuf().text(1, name).integer(3, value).integer(20, ATTRIBUTE_INT);
  }

  static Protobuf attribute(String name, float value) {
    return new Protobuf().text(1, name).real(2, value).integer(20, ATTRIBUTE_FLOAT);
  }

  static Protobuf attribute(String name, int... values) {
    Protobuf made = new Protobuf().text(1, name);
    for (int value : values) {
      made.integer(8, value);
    }
    return made.integer(20, ATTRIBUTE_INTS);
  }

  /** A constant vector of integers. */
  String integers(int... constants) {
    return integers(Arrays.stream(constants).asLongStream().toArray());
  }

  /** Constants on one axis. */
  String integers(long... constants) {
    return constant(new Protobuf().integer(1, constants.length), constants);
  }

  /** A constant integer without axes. */
  String integer(int constant) {
    return constant(new Protobuf(), constant);
  }

  private String constant(Protobuf dimensions, long... constants) {
    ByteBuffer raw = ByteBuffer.allocate(Long.BYTES * constants.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : constants) {
      raw.putLong(value);
    }
    String name = fresh();
    graph.message(5, dimensions.integer(2, INT64).text(8, name).content(9, raw.array()));
    return name;
  }

  /** A constant float without axes. */
  String real(float constant) {
    String name = fresh();
    byte[] raw = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(constant).array();
    graph.message(5, new Protobuf().integer(2, FLOAT).text(8, name).content(9, raw));
    return name;
  }

  /** A weight of the model; one that is used twice is there once. */
  String weight(DenseWeights.Array array) {
    weights.putIfAbsent(array.name(), array);
    return array.name();
  }

  /** All weights, in the order of their first use. */
  List<DenseWeights.Array> weights() {
    return List.copyOf(weights.values());
  }

  /** The graph's input, int64 [batch, columns]. */
  void input(String name, int columns) {
    graph.message(11, value(name, INT64, columns));
  }

  /** Names a value as the graph's output, float [batch, columns]. */
  void output(String name, String value, int columns) {
    add("Identity", List.of(value), List.of(name));
    graph.message(12, value(name, FLOAT, columns));
  }

  private static Protobuf value(String name, int type, int columns) {
    Protobuf shape = new Protobuf().message(1, new Protobuf().text(2, "batch")).message(1, new Protobuf().integer(1, columns));
    return new Protobuf().text(1, name).message(2, new Protobuf().message(1, new Protobuf().integer(1, type).message(2, shape)));
  }

  /**
   * The model as a message; nothing is to be added to the graph afterwards.
   *
   * @param metadata texts for whoever reads the model
   * @param external name of the file that holds the weights, at the offsets of {@link ExternalData}; null when the message holds
   *     them
   */
  Protobuf model(Map<String, String> metadata, ExternalData external) {
    for (DenseWeights.Array array : weights()) {
      Protobuf tensor = new Protobuf();
      array.shape().forEach(size -> tensor.integer(1, size));
      tensor.integer(2, FLOAT).text(8, array.name());
      if (external == null) {
        tensor.content(9, array.bytes(), channel -> ExternalData.write(array, channel));
      } else {
        tensor.message(13, entry("location", external.name())).message(13, entry("offset", Long.toString(external.offset(array))))
            .message(13, entry("length", Long.toString(array.bytes()))).integer(14, EXTERNAL);
      }
      graph.message(5, tensor);
    }
    graph.text(2, "dimsieve");
    Protobuf model = new Protobuf().integer(1, IR_VERSION).text(2, "dimsieve").message(7, graph)
        .message(8, new Protobuf().text(1, "").integer(2, OPSET));
    metadata.forEach((key, text) -> model.message(14, entry(key, text)));
    return model;
  }

  private static Protobuf entry(String key, String value) {
    return new Protobuf().text(1, key).text(2, value);
  }
}
