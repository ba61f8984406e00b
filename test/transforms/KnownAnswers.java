import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;

/**
 * Has the transforms of Apache Kafka (and of Debezium) themselves answer the cases of a file, and writes the answers into it.
 * The form of values is described in known-answers.test.ts.
 *
 * java -cp 'folder-of-kafka-jars/*:folder-of-debezium-jars/*' KnownAnswers.java known-answers.json
 */
public class KnownAnswers {
  static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] args) throws Exception {
    java.util.TimeZone.setDefault(java.util.TimeZone.getTimeZone("UTC"));
    java.util.Locale.setDefault(java.util.Locale.ENGLISH);
    File file = new File(args[0]);
    ArrayNode cases = (ArrayNode) JSON.readTree(file);
    for (JsonNode each : cases) ((ObjectNode) each).set("answer", answer(each));
    StringBuilder out = new StringBuilder("[\n");
    for (int i = 0; i < cases.size(); i++)
      out.append("  ").append(JSON.writeValueAsString(cases.get(i))).append(i + 1 < cases.size() ? ",\n" : "\n");
    java.nio.file.Files.writeString(file.toPath(), out.append("]\n").toString());
    System.out.println(cases.size() + " answers");
  }

  @SuppressWarnings("unchecked")
  static ObjectNode answer(JsonNode each) {
    ObjectNode answer = JSON.createObjectNode();
    Map<String, Object> config = new HashMap<>();
    each.get("config").fields().forEachRemaining(e -> config.put(e.getKey(), e.getValue().asText()));
    Object plugin;
    try {
      plugin = Class.forName(each.get("class").asText()).getConstructor().newInstance();
      if (plugin instanceof Transformation) ((Transformation<SourceRecord>) plugin).configure(config);
      else ((Predicate<SourceRecord>) plugin).configure(config);
    } catch (Throwable e) {
      return answer.put("configError", String.valueOf(e.getMessage()));
    }
    SourceRecord record = record(each.get("record"));
    try {
      if (plugin instanceof Predicate) return answer.put("test", ((Predicate<SourceRecord>) plugin).test(record));
      SourceRecord result = ((Transformation<SourceRecord>) plugin).apply(record);
      if (result == null) return answer.put("dropped", true);
      answer.set("record", encode(result));
      return answer;
    } catch (Throwable e) {
      return answer.put("error", String.valueOf(e.getMessage()));
    }
  }

  static SourceRecord record(JsonNode node) {
    Schema keySchema = schema(node.get("keySchema"));
    Schema valueSchema = schema(node.get("valueSchema"));
    ConnectHeaders headers = new ConnectHeaders();
    if (node.has("headers"))
      for (JsonNode header : node.get("headers")) {
        Schema schema = schema(header.get("schema"));
        headers.add(header.get("key").asText(), value(schema, header.get("value")), schema);
      }
    return new SourceRecord(Map.of(), Map.of(), node.path("topic").asText("t"),
        node.hasNonNull("partition") ? node.get("partition").asInt() : null,
        keySchema, value(keySchema, node.get("key")), valueSchema, value(valueSchema, node.get("value")),
        node.hasNonNull("timestamp") ? node.get("timestamp").asLong() : null, headers);
  }

  static Schema schema(JsonNode node) {
    if (node == null || node.isNull()) return null;
    String type = node.get("type").asText();
    SchemaBuilder builder;
    if (type.equals("array")) builder = SchemaBuilder.array(schema(node.get("items")));
    else if (type.equals("map")) builder = SchemaBuilder.map(schema(node.get("keys")), schema(node.get("values")));
    else
      builder = SchemaBuilder.type(Schema.Type.valueOf(
          type.equals("float") ? "FLOAT32" : type.equals("double") ? "FLOAT64" : type.toUpperCase()));
    if (node.path("optional").asBoolean()) builder.optional();
    if (node.has("name")) builder.name(node.get("name").asText());
    if (node.has("version")) builder.version(node.get("version").asInt());
    if (node.has("doc")) builder.doc(node.get("doc").asText());
    if (node.has("parameters"))
      node.get("parameters").fields().forEachRemaining(e -> builder.parameter(e.getKey(), e.getValue().asText()));
    if (node.has("fields"))
      for (JsonNode field : node.get("fields")) builder.field(field.get("name").asText(), schema(field.get("schema")));
    if (node.has("default")) builder.defaultValue(value(builder, node.get("default")));
    return builder.build();
  }

  static Object value(Schema schema, JsonNode node) {
    if (node == null || node.isNull()) return null;
    if (schema == null) return plainValue(node);
    if (schema.name() != null)
      switch (schema.name()) {
        case "org.apache.kafka.connect.data.Decimal":
          return decimal(node.asText());
        case "org.apache.kafka.connect.data.Date":
        case "org.apache.kafka.connect.data.Time":
        case "org.apache.kafka.connect.data.Timestamp":
          return new Date(node.asLong());
      }
    switch (schema.type()) {
      case INT8: return (byte) node.asInt();
      case INT16: return (short) node.asInt();
      case INT32: return node.asInt();
      case INT64: return Long.parseLong(node.asText());
      case FLOAT32: return Float.parseFloat(node.asText());
      case FLOAT64: return Double.parseDouble(node.asText());
      case BOOLEAN: return node.asBoolean();
      case STRING: return node.asText();
      case BYTES: return ByteBuffer.wrap(Base64.getDecoder().decode(node.asText()));
      case ARRAY: {
        List<Object> list = new ArrayList<>();
        for (JsonNode item : node) list.add(value(schema.valueSchema(), item));
        return list;
      }
      case MAP: {
        Map<Object, Object> map = new HashMap<>();
        for (JsonNode entry : node)
          map.put(value(schema.keySchema(), entry.get(0)), value(schema.valueSchema(), entry.get(1)));
        return map;
      }
      default: {
        Struct struct = new Struct(schema);
        for (Field field : schema.fields())
          if (node.hasNonNull(field.name())) struct.put(field, value(field.schema(), node.get(field.name())));
        return struct;
      }
    }
  }

  static BigDecimal decimal(String text) {
    String[] parts = text.split(":");
    return new BigDecimal(new BigInteger(parts[0]), Integer.parseInt(parts[1]));
  }

  static Object plainValue(JsonNode node) {
    if (node.isNull()) return null;
    if (node.isTextual()) return node.asText();
    if (node.isBoolean()) return node.asBoolean();
    Map.Entry<String, JsonNode> tagged = node.fields().next();
    JsonNode inner = tagged.getValue();
    switch (tagged.getKey()) {
      case "i": return inner.asInt();
      case "l": return Long.parseLong(inner.asText());
      case "d": return inner.asDouble();
      case "b": return ByteBuffer.wrap(Base64.getDecoder().decode(inner.asText()));
      case "date": return new Date(inner.asLong());
      case "dec": return decimal(inner.asText());
      case "list": {
        List<Object> list = new ArrayList<>();
        for (JsonNode item : inner) list.add(plainValue(item));
        return list;
      }
      default: {
        Map<Object, Object> map = new HashMap<>();
        for (JsonNode entry : inner) map.put(plainValue(entry.get(0)), plainValue(entry.get(1)));
        return map;
      }
    }
  }

  static ObjectNode encode(SourceRecord record) {
    ObjectNode node = JSON.createObjectNode();
    node.put("topic", record.topic());
    if (record.kafkaPartition() != null) node.put("partition", record.kafkaPartition());
    node.set("keySchema", encode(record.keySchema()));
    node.set("key", encode(record.keySchema(), record.key()));
    node.set("valueSchema", encode(record.valueSchema()));
    node.set("value", encode(record.valueSchema(), record.value()));
    if (record.timestamp() != null) node.put("timestamp", record.timestamp());
    if (record.headers().isEmpty()) return node;
    ArrayNode headers = node.putArray("headers");
    for (Header header : record.headers()) {
      ObjectNode each = headers.addObject();
      each.put("key", header.key());
      each.set("schema", encode(header.schema()));
      each.set("value", encode(header.schema(), header.value()));
    }
    return node;
  }

  static String typeName(Schema.Type type) {
    return type == Schema.Type.FLOAT32 ? "float" : type == Schema.Type.FLOAT64 ? "double" : type.getName();
  }

  static JsonNode encode(Schema schema) {
    if (schema == null) return JSON.nullNode();
    ObjectNode node = JSON.createObjectNode();
    node.put("type", typeName(schema.type()));
    if (schema.isOptional()) node.put("optional", true);
    if (schema.name() != null) node.put("name", schema.name());
    if (schema.version() != null) node.put("version", schema.version());
    if (schema.doc() != null) node.put("doc", schema.doc());
    if (schema.parameters() != null) schema.parameters().forEach(node.withObject("/parameters")::put);
    if (schema.defaultValue() != null) node.set("default", encode(schema, schema.defaultValue()));
    if (schema.type() == Schema.Type.STRUCT) {
      ArrayNode fields = node.putArray("fields");
      for (Field field : schema.fields()) {
        ObjectNode each = fields.addObject();
        each.put("name", field.name());
        each.set("schema", encode(field.schema()));
      }
    }
    if (schema.type() == Schema.Type.ARRAY && schema.valueSchema() != null) node.set("items", encode(schema.valueSchema()));
    if (schema.type() == Schema.Type.MAP && schema.keySchema() != null) {
      node.set("keys", encode(schema.keySchema()));
      node.set("values", encode(schema.valueSchema()));
    }
    return node;
  }

  static JsonNode encode(Schema schema, Object value) {
    if (value == null) return JSON.nullNode();
    if (schema == null) return encodePlain(value);
    if (value instanceof Date) return JSON.getNodeFactory().numberNode(((Date) value).getTime());
    if (value instanceof BigDecimal)
      return JSON.getNodeFactory().textNode(((BigDecimal) value).unscaledValue() + ":" + ((BigDecimal) value).scale());
    if (value instanceof Struct) {
      ObjectNode node = JSON.createObjectNode();
      Struct struct = (Struct) value;
      for (Field field : struct.schema().fields())
        if (struct.getWithoutDefault(field.name()) != null) node.set(field.name(), encode(field.schema(), struct.getWithoutDefault(field.name())));
      return node;
    }
    if (value instanceof List) {
      ArrayNode node = JSON.createArrayNode();
      for (Object item : (List<?>) value) node.add(encode(schema.valueSchema(), item));
      return node;
    }
    if (value instanceof Map) {
      ArrayNode node = JSON.createArrayNode();
      ((Map<?, ?>) value).forEach((k, v) ->
          node.addArray().add(encode(schema.keySchema(), k)).add(encode(schema.valueSchema(), v)));
      return node;
    }
    if (value instanceof Long) return JSON.getNodeFactory().textNode(value.toString());
    if (value instanceof Float || value instanceof Double) {
      double number = ((Number) value).doubleValue();
      return Double.isFinite(number) ? JSON.getNodeFactory().numberNode(number)
          : JSON.getNodeFactory().textNode(value.toString());
    }
    if (value instanceof ByteBuffer || value instanceof byte[]) return JSON.getNodeFactory().textNode(base64(value));
    return JSON.valueToTree(value);
  }

  static String base64(Object value) {
    return Base64.getEncoder().encodeToString(value instanceof byte[] ? (byte[]) value : ((ByteBuffer) value).array());
  }

  static JsonNode encodePlain(Object value) {
    if (value == null) return JSON.nullNode();
    ObjectNode node = JSON.createObjectNode();
    if (value instanceof String || value instanceof Boolean) return JSON.valueToTree(value);
    if (value instanceof Double || value instanceof Float) return node.put("d", ((Number) value).doubleValue());
    if (value instanceof Long) return node.put("l", value.toString());
    if (value instanceof BigDecimal)
      return node.put("dec", ((BigDecimal) value).unscaledValue() + ":" + ((BigDecimal) value).scale());
    if (value instanceof Number) return node.put("i", ((Number) value).intValue());
    if (value instanceof Date) return node.put("date", ((Date) value).getTime());
    if (value instanceof ByteBuffer || value instanceof byte[]) return node.put("b", base64(value));
    if (value instanceof List) {
      ArrayNode list = node.putArray("list");
      for (Object item : (List<?>) value) list.add(encodePlain(item));
      return node;
    }
    if (value instanceof Map) {
      ArrayNode map = node.putArray("map");
      ((Map<?, ?>) value).forEach((k, v) -> map.addArray().add(encodePlain(k)).add(encodePlain(v)));
      return node;
    }
    throw new IllegalStateException(value.getClass().toString());
  }
}
