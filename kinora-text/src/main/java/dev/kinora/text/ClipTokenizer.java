package dev.kinora.text;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * CLIP's tokenizer: lower case, byte-level pair encoding with {@code </w>} at the end of words, between
 * {@code <|startoftext|>} and {@code <|endoftext|>}.
 *
 * <p>Equal to {@code CLIPTokenizer} of transformers 5 (models/clip/tokenization_clip.py), from {@code tokenizer.json}
 * or from {@code vocab.json} and {@code merges.txt}.
 */
public final class ClipTokenizer extends FramedTokenizer {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String START = "<|startoftext|>";
    private static final String END = "<|endoftext|>";
    private static final Map<String, String> NAMED =
            Map.of("bos_token", START, "eos_token", END, "unk_token", END, "pad_token", END);
    private static final String WORDS =
            "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d" + "|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";
    private static final String END_OF_WORD = "</w>";

    private ClipTokenizer(NativeTokenizer tokenizer, TokenFrame frame, int vocabularySize, int modelMaxLength) {
        super(tokenizer, frame, vocabularySize, modelMaxLength);
    }

    /**
     * Reads {@code tokenizer.json}, or else {@code vocab.json} and {@code merges.txt}, and the small files beside it.
     *
     * @throws IOException where neither is there, or one is not what it should be
     */
    public static ClipTokenizer load(Path folder) throws IOException {
        Path json = folder.resolve("tokenizer.json");
        Path vocabFile = folder.resolve("vocab.json");
        Path mergesFile = folder.resolve("merges.txt");
        var vocab = new LinkedHashMap<String, Integer>();
        var merges = new ArrayList<String>();
        Map<Integer, AddedToken> fileTokens = Map.of();
        if (Files.exists(json)) {
            TokenizerFile file = TokenizerFile.read(json);
            vocab.putAll(file.vocab());
            merges.addAll(file.merges());
            fileTokens = file.addedTokens();
        } else if (Files.exists(vocabFile) && Files.exists(mergesFile)) {
            JsonNode ids = JSON.readTree(vocabFile.toFile());
            ids.properties().forEach(e -> vocab.put(e.getKey(), e.getValue().asInt(-1)));
            Files.readAllLines(mergesFile).stream()
                    .filter(line -> !line.isBlank() && !line.startsWith("#version"))
                    .forEach(merges::add);
        } else {
            throw new FileNotFoundException(folder + ": no tokenizer.json and no vocab.json with merges.txt");
        }
        if (vocab.isEmpty() || Collections.min(vocab.values()) < 0) {
            throw new IOException(folder + ": vocabulary = " + vocab.size()
                    + " pieces (expected: an object of byte-level pieces and their ids)");
        }
        TokenizerSettings settings = TokenizerSettings.read(folder, fileTokens, NAMED);
        return create(settings, vocab, merges);
    }

    private static ClipTokenizer create(TokenizerSettings settings, Map<String, Integer> vocab, List<String> merges)
            throws IOException {
        List<AddedToken> extra = settings.extra() != null ? settings.extra() : settings.additional();
        var ids = new LinkedHashMap<>(vocab);
        Map<AddedToken, Integer> added = settings.number(extra == null ? List.of() : extra, ids, vocab.size());
        String json = json(vocab, merges, settings.named("unk_token").content(), added);
        var frame = new TokenFrame(
                new long[] {settings.id("bos_token", ids)},
                new long[] {settings.id("eos_token", ids)},
                settings.id("pad_token", ids),
                settings.left("truncation_side"),
                settings.left("padding_side"));
        return new ClipTokenizer(
                new NativeTokenizer(json, settings.folder()),
                frame,
                Collections.max(ids.values()) + 1,
                settings.integer("model_max_length", Integer.MAX_VALUE));
    }

    private static String json(
            Map<String, Integer> vocab, List<String> merges, String unknown, Map<AddedToken, Integer> added)
            throws IOException {
        var text = new StringWriter(1 << 21);
        try (JsonGenerator out = JSON.getFactory().createGenerator(text)) {
            out.writeStartObject();
            out.writeStringField("version", "1.0");
            AddedToken.write(out, added);
            out.writeFieldName("normalizer");
            out.writeRawValue("""
                    {"type":"Sequence","normalizers":[{"type":"NFC"},
                    {"type":"Replace","pattern":{"Regex":"\\\\s+"},"content":" "},{"type":"Lowercase"}]}""");
            out.writeObjectFieldStart("pre_tokenizer");
            out.writeStringField("type", "Sequence");
            out.writeArrayFieldStart("pretokenizers");
            out.writeStartObject();
            out.writeStringField("type", "Split");
            out.writeObjectFieldStart("pattern");
            out.writeStringField("Regex", WORDS);
            out.writeEndObject();
            out.writeStringField("behavior", "Removed");
            out.writeBooleanField("invert", true);
            out.writeEndObject();
            byteLevel(out);
            out.writeEndArray();
            out.writeEndObject();
            out.writeFieldName("decoder");
            byteLevel(out);
            out.writeObjectFieldStart("model");
            out.writeStringField("type", "BPE");
            out.writeStringField("unk_token", unknown);
            out.writeStringField("continuing_subword_prefix", "");
            out.writeStringField("end_of_word_suffix", END_OF_WORD);
            out.writeBooleanField("fuse_unk", false);
            out.writeObjectFieldStart("vocab");
            for (var entry : vocab.entrySet()) {
                out.writeNumberField(entry.getKey(), entry.getValue());
            }
            out.writeEndObject();
            out.writeArrayFieldStart("merges");
            for (String merge : merges) {
                out.writeString(merge);
            }
            out.writeEndArray();
            out.writeEndObject();
            out.writeEndObject();
        }
        return text.toString();
    }

    private static void byteLevel(JsonGenerator out) throws IOException {
        out.writeStartObject();
        out.writeStringField("type", "ByteLevel");
        out.writeBooleanField("add_prefix_space", false);
        out.writeBooleanField("trim_offsets", true);
        out.writeBooleanField("use_regex", true);
        out.writeEndObject();
    }

    @Override
    public String decode(long... ids) {
        return super.decode(ids).replace(END_OF_WORD, " ").strip();
    }
}
