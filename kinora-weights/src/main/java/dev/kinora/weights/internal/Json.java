package dev.kinora.weights.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.weights.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Small JSON documents (configs, indexes, replies): read strictly, written as Python's {@code json} writes them. */
public final class Json {
    /** Above this a config or an index is refused unread; the largest indexes in use are below 1 MB. */
    private static final long LIMIT = 64L << 20;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxNumberLength(400)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // Python writes NaN and Infinity for floats that are, and some released configs hold them.
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private static final ObjectReader READER = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();

    private Json() {}

    /**
     * Reads a file that holds one JSON object.
     *
     * @throws CheckpointException if it is missing, too long, not UTF-8, not JSON, or has a key twice
     */
    public static ObjectNode read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw CheckpointException.of(file.toString(), "file", "missing", "a JSON file");
        }
        long size = Files.size(file);
        if (size > LIMIT) {
            throw CheckpointException.of(file.toString(), "size", size + " bytes", "at most " + LIMIT);
        }
        return parse(file.toString(), Files.readAllBytes(file));
    }

    /** Reads one JSON object from UTF-8 bytes; {@code where} names them in messages. */
    public static ObjectNode parse(String where, byte[] utf8) {
        JsonNode node = parseAny(where, utf8);
        if (!(node instanceof ObjectNode object)) {
            throw CheckpointException.of(where, "content", node.getNodeType(), "a JSON object");
        }
        return object;
    }

    /** Reads one JSON value of any kind from UTF-8 bytes; {@code where} names them in messages. */
    public static JsonNode parseAny(String where, byte[] utf8) {
        try {
            // Through text, since Jackson would guess UTF-16 from bytes and let malformed UTF-8 pass.
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
            JsonNode node = READER.readTree(text);
            if (node.isMissingNode()) {
                throw CheckpointException.of(where, "content", "empty", "JSON");
            }
            return node;
        } catch (CharacterCodingException e) {
            throw new CheckpointException(Show.message(where, "content", "malformed bytes", "UTF-8"), e);
        } catch (JsonProcessingException e) {
            throw new CheckpointException(Show.message(where, "content", e.getOriginalMessage() + at(e), "JSON"), e);
        }
    }

    private static String at(JsonProcessingException e) {
        var location = e.getLocation();
        return location == null ? "" : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    /** Writes the object whole, two spaces per level, a newline at the end. */
    public static void write(Path file, ObjectNode node) throws IOException {
        AtomicFiles.write(file, (pretty(node) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** The text Python's {@code json.dumps(…, indent=2)} gives. */
    public static String pretty(JsonNode node) {
        StringBuilder out = new StringBuilder();
        print(node, 0, out);
        return out.toString();
    }

    private static void print(JsonNode node, int level, StringBuilder out) {
        if (node.isObject() && !node.isEmpty()) {
            String comma = "{";
            for (Map.Entry<String, JsonNode> e : node.properties()) {
                line(out.append(comma), level + 1);
                quote(e.getKey(), out);
                print(e.getValue(), level + 1, out.append(": "));
                comma = ",";
            }
            line(out, level);
            out.append('}');
        } else if (node.isArray() && !node.isEmpty()) {
            String comma = "[";
            for (JsonNode e : node) {
                line(out.append(comma), level + 1);
                print(e, level + 1, out);
                comma = ",";
            }
            line(out, level);
            out.append(']');
        } else if (node.isTextual()) {
            quote(node.textValue(), out);
        } else if (node.isFloatingPointNumber() && !node.isBigDecimal()) {
            out.append(python(node.doubleValue()));
        } else {
            out.append(node);
        }
    }

    private static void line(StringBuilder out, int level) {
        out.append('\n').repeat("  ", level);
    }

    /** Appends the text as a JSON string. */
    public static void quote(String text, StringBuilder out) {
        out.append('"')
                .append(JsonStringEncoder.getInstance().quoteAsString(text))
                .append('"');
    }

    /** A double as Python prints it: {@code 1e-05} and {@code 10000.0} where Java has {@code 1.0E-5} and {@code 10000.0}. */
    static String python(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "Infinity" : "-Infinity";
        }
        String java = Double.toString(value);
        int e = java.indexOf('E');
        if (e < 0) {
            return java;
        }
        int exponent = Integer.parseInt(java, e + 1, java.length(), 10);
        if (exponent >= -4 && exponent < 16) {
            String plain = new java.math.BigDecimal(java).toPlainString();
            return plain.contains(".") ? plain : plain + ".0";
        }
        String mantissa = java.substring(0, e);
        mantissa = mantissa.endsWith(".0") ? mantissa.substring(0, mantissa.length() - 2) : mantissa;
        return String.format("%se%s%02d", mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }
}
