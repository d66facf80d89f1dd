package dev.kinora.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.kinora.weights.internal.Show;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The header of a safetensors file: eight bytes of length (little endian), then that much JSON, then the tensors'
 * bytes. Parsing believes nothing: tensors must fill the data from its first to its last byte in disjoint ranges, and
 * each range must be what shape and type need.
 *
 * @param tensors by name, in the order of their bytes
 * @param metadata the {@code __metadata__} texts; empty where there are none
 * @param dataStart where in the file the data begins: the tensors' offsets count from here
 */
public record SafetensorsHeader(Map<String, TensorInfo> tensors, Map<String, String> metadata, long dataStart) {
    /** Longest header accepted, in bytes; the reference implementation has the same limit. */
    public static final int MAX_BYTES = 100_000_000;

    static final String METADATA_KEY = "__metadata__";

    /** Above this a number is not exact in every JSON reader, and no file is that long. */
    static final long MAX_NUMBER = 1L << 53;

    private static final int MAX_RANK = 64;

    /** A header of the greatest length could name millions of empty tensors, and cost gigabytes of heap. */
    private static final int MAX_ENTRIES = 200_000;

    private static final ValueLayout.OfLong LITTLE_ENDIAN_LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    // Names are neither interned nor pooled: millions of hostile ones would stay for ever.
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(4).build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    /**
     * Parses the header at the beginning of a file's bytes; {@code where} names the file in messages.
     *
     * @throws CheckpointException if anything is not as the format demands
     */
    public static SafetensorsHeader parse(String where, MemorySegment file) {
        if (file.byteSize() < 8) {
            throw CheckpointException.of(
                    where, "size", file.byteSize() + " bytes", "at least the 8 of a header length");
        }
        long length = file.get(LITTLE_ENDIAN_LONG, 0);
        if (length < 2 || length > MAX_BYTES) {
            throw CheckpointException.of(
                    where, "header length", Long.toUnsignedString(length), "2 to " + MAX_BYTES + " bytes");
        }
        if (length > file.byteSize() - 8) {
            throw CheckpointException.of(
                    where, "header length", length, "at most the " + (file.byteSize() - 8) + " bytes that follow");
        }
        ByteBuffer json = file.asSlice(8, length).asByteBuffer();
        if (json.get(0) != '{') {
            throw CheckpointException.of(
                    where, "header's first byte", "0x" + Integer.toHexString(json.get(0) & 0xff), "0x7b, a {");
        }
        Parser parser = new Parser(where, 8 + length, file.byteSize() - 8 - length);
        try (JsonParser p = JSON.createParser(new InputStreamReader(
                // A decoder from a charset's newDecoder() reports malformed input instead of replacing it.
                new BufferStream(json), StandardCharsets.UTF_8.newDecoder()))) {
            return parser.header(p);
        } catch (CharacterCodingException e) {
            throw new CheckpointException(Show.message(where, "header", "malformed bytes", "UTF-8"), e);
        } catch (JsonProcessingException e) {
            throw new CheckpointException(Show.message(where, "header", e.getOriginalMessage(), "JSON"), e);
        } catch (IOException e) {
            throw new CheckpointException(Show.message(where, "header", e.getMessage(), "JSON"), e);
        }
    }

    private static final class Parser {
        private final String where;
        private final long dataStart;
        private final long dataBytes;

        Parser(String where, long dataStart, long dataBytes) {
            this.where = where;
            this.dataStart = dataStart;
            this.dataBytes = dataBytes;
        }

        SafetensorsHeader header(JsonParser p) throws IOException {
            Map<String, TensorInfo> tensors = new LinkedHashMap<>();
            Map<String, String> metadata = null;
            expect(p.nextToken(), JsonToken.START_OBJECT, "header", p);
            for (String name = key(p); name != null; name = key(p)) {
                if (name.equals(METADATA_KEY)) {
                    if (metadata != null) {
                        throw twice(name);
                    }
                    metadata = metadata(p);
                } else if (tensors.put(name, tensor(name, p)) != null) {
                    throw twice(name);
                }
                requireFew("tensors", tensors.size());
            }
            if (p.nextToken() != null) {
                throw CheckpointException.of(where, "header", p.getText(), "nothing after its JSON");
            }
            return new SafetensorsHeader(
                    covering(tensors), metadata == null ? Map.of() : Collections.unmodifiableMap(metadata), dataStart);
        }

        private Map<String, String> metadata(JsonParser p) throws IOException {
            Map<String, String> metadata = new LinkedHashMap<>();
            expect(p.nextToken(), JsonToken.START_OBJECT, METADATA_KEY, p);
            for (String k = key(p); k != null; k = key(p)) {
                String at = METADATA_KEY + "." + k;
                expect(p.nextToken(), JsonToken.VALUE_STRING, at, p);
                if (metadata.put(k, wellFormed(at, p.getText())) != null) {
                    throw twice(at);
                }
                requireFew(METADATA_KEY, metadata.size());
            }
            return metadata;
        }

        private void requireFew(String what, int count) {
            if (count > MAX_ENTRIES) {
                throw CheckpointException.of(where, what, "more than " + MAX_ENTRIES, "at most that many");
            }
        }

        private TensorInfo tensor(String name, JsonParser p) throws IOException {
            expect(p.nextToken(), JsonToken.START_OBJECT, name, p);
            StoredType type = null;
            List<Long> shape = null;
            List<Long> offsets = null;
            for (String k = key(p); k != null; k = key(p)) {
                String at = name + "." + k;
                boolean again = switch (k) {
                    case "dtype" -> type != null;
                    case "shape" -> shape != null;
                    case "data_offsets" -> offsets != null;
                    default -> throw CheckpointException.of(where, at, "present", "dtype, shape, data_offsets");
                };
                if (again) {
                    throw twice(at);
                }
                switch (k) {
                    case "dtype" -> type = type(at, p);
                    case "shape" -> shape = numbers(at, p, MAX_RANK);
                    default -> offsets = numbers(at, p, 2);
                }
            }
            if (type == null || shape == null || offsets == null) {
                String missing = type == null ? "dtype" : shape == null ? "shape" : "data_offsets";
                throw CheckpointException.of(where, name + "." + missing, "missing", "dtype, shape, data_offsets");
            }
            if (offsets.size() != 2) {
                throw CheckpointException.of(where, name + ".data_offsets", offsets, "two numbers");
            }
            return tensor(new TensorInfo(name, type, shape, offsets.get(0), offsets.get(1)));
        }

        private TensorInfo tensor(TensorInfo t) {
            String at = t.name() + ".data_offsets";
            List<Long> offsets = List.of(t.begin(), t.end());
            if (t.begin() > t.end() || t.end() > dataBytes) {
                throw CheckpointException.of(where, at, offsets, "begin ≤ end ≤ " + dataBytes + ", the data's size");
            }
            long bits = t.type().bits();
            for (long d : t.shape()) {
                // No dimension is negative, so comparing before multiplying cannot overflow.
                if (d != 0 && bits > Long.MAX_VALUE / d) {
                    throw CheckpointException.of(where, t.name() + ".shape", t.shape(), "a size below 2^63 bits");
                }
                bits *= d;
            }
            if (bits % 8 != 0) {
                throw CheckpointException.of(
                        where, t.name() + ".shape", t.shape(), "whole bytes of " + t.type() + " elements");
            }
            if (bits / 8 != t.bytes()) {
                throw CheckpointException.of(
                        where, at, offsets, bits / 8 + " bytes for " + t.type() + " " + Show.value(t.shape()));
            }
            return t;
        }

        private Map<String, TensorInfo> covering(Map<String, TensorInfo> tensors) {
            List<TensorInfo> inOrder = new ArrayList<>(tensors.values());
            inOrder.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
            Map<String, TensorInfo> sorted = new LinkedHashMap<>();
            long at = 0;
            for (TensorInfo t : inOrder) {
                if (t.begin() != at) {
                    throw CheckpointException.of(
                            where,
                            t.name() + ".data_offsets",
                            List.of(t.begin(), t.end()),
                            "a begin of " + at + ": no overlap and no hole");
                }
                at = t.end();
                sorted.put(t.name(), t);
            }
            if (at != dataBytes) {
                throw CheckpointException.of(where, "data", dataBytes + " bytes", "the " + at + " its tensors need");
            }
            return Collections.unmodifiableMap(sorted);
        }

        private StoredType type(String at, JsonParser p) throws IOException {
            expect(p.nextToken(), JsonToken.VALUE_STRING, at, p);
            StoredType type = StoredType.named(p.getText());
            if (type == null) {
                throw CheckpointException.of(where, at, p.getText(), "one of " + List.of(StoredType.values()));
            }
            return type;
        }

        private List<Long> numbers(String at, JsonParser p, int most) throws IOException {
            expect(p.nextToken(), JsonToken.START_ARRAY, at, p);
            List<Long> numbers = new ArrayList<>();
            while (p.nextToken() != JsonToken.END_ARRAY) {
                expect(p.currentToken(), JsonToken.VALUE_NUMBER_INT, at, p);
                boolean fits = p.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                        && p.getText().charAt(0) != '-'
                        && p.getLongValue() <= MAX_NUMBER;
                if (!fits) {
                    throw CheckpointException.of(where, at, p.getText(), "an integer from 0 to 2^53");
                }
                if (numbers.size() == most) {
                    throw CheckpointException.of(where, at, "more than " + most + " numbers", "at most " + most);
                }
                numbers.add(p.getLongValue());
            }
            return numbers;
        }

        /** The next key of the object the parser is in, or null at its end. */
        private @Nullable String key(JsonParser p) throws IOException {
            if (p.nextToken() == JsonToken.END_OBJECT) {
                return null;
            }
            return wellFormed("header's key", p.currentName());
        }

        /** JSON escapes can name half a surrogate pair, which no UTF-8 text can hold. */
        private String wellFormed(String at, String text) {
            if (text.chars().anyMatch(c -> Character.isSurrogate((char) c))
                    && !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
                throw CheckpointException.of(where, at, text, "Unicode without lone surrogates");
            }
            return text;
        }

        private void expect(@Nullable JsonToken actual, JsonToken expected, String at, JsonParser p)
                throws IOException {
            if (actual != expected) {
                String shown = actual == null ? "the end" : p.getText();
                String what = switch (expected) {
                    case START_OBJECT -> "an object";
                    case START_ARRAY -> "a list of integers";
                    case VALUE_STRING -> "a text";
                    default -> "an integer from 0 to 2^53";
                };
                throw CheckpointException.of(where, at, shown, what);
            }
        }

        private CheckpointException twice(String at) {
            return CheckpointException.of(where, at, "present twice", "each key once");
        }
    }

    /** A stream over a buffer, so that a long header is decoded as it is read. */
    private static final class BufferStream extends InputStream {
        private final ByteBuffer buffer;

        BufferStream(ByteBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public int read() {
            return buffer.hasRemaining() ? buffer.get() & 0xff : -1;
        }

        @Override
        public int read(byte[] to, int offset, int length) {
            int n = Math.min(length, buffer.remaining());
            if (n == 0 && length > 0) {
                return -1;
            }
            buffer.get(to, offset, n);
            return n;
        }
    }
}
