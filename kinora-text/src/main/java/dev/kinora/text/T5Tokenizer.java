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
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * T5's tokenizer: a unigram vocabulary (SentencePiece), sentinels {@code <extra_id_N>}, and {@code </s>} at the end.
 *
 * <p>Equal to {@code T5Tokenizer} of transformers 5 (models/t5/tokenization_t5.py), which makes the same tokenizer of a
 * {@code tokenizer.json} and of a {@code spiece.model}: only vocabulary and normalizer table are taken from the file;
 * the text is split at white space, and every piece of it begins with {@code ▁}.
 */
public final class T5Tokenizer extends FramedTokenizer {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, String> NAMED =
            Map.of("eos_token", "</s>", "unk_token", "<unk>", "pad_token", "<pad>");
    private static final String SENTINEL = "<extra_id_";
    private static final String SPACE = "\u2581";
    // the published vocabularies hold <pad>, </s>, <unk> in this order; transformers takes the third one unseen
    private static final int UNKNOWN = 2;

    private T5Tokenizer(NativeTokenizer tokenizer, TokenFrame frame, int vocabularySize, int modelMaxLength) {
        super(tokenizer, frame, vocabularySize, modelMaxLength);
    }

    /**
     * Reads {@code tokenizer.json}, or else {@code spiece.model}, and the small files beside it.
     *
     * @throws IOException where neither is there, or one is not what it should be
     */
    public static T5Tokenizer load(Path folder) throws IOException {
        Path json = folder.resolve("tokenizer.json");
        Path spiece = folder.resolve("spiece.model");
        var pieces = new ArrayList<String>();
        var scores = new ArrayList<Double>();
        var declared = new ArrayList<AddedToken>();
        String charsmap;
        TokenizerSettings settings;
        if (Files.exists(json)) {
            TokenizerFile file = TokenizerFile.read(json);
            if (file.pieces().isEmpty()) {
                throw new IOException(json + ": model.vocab = no list of pieces (expected: a unigram vocabulary)");
            }
            pieces.addAll(file.pieces());
            scores.addAll(file.scores());
            charsmap = charsmap(file.normalizer());
            settings = TokenizerSettings.read(folder, file.addedTokens(), NAMED);
            declared.addAll(settings.additional() == null ? List.of() : settings.additional());
        } else if (Files.exists(spiece)) {
            SentencePieceModel model = SentencePieceModel.read(spiece);
            settings = TokenizerSettings.read(folder, Map.of(), NAMED);
            for (SentencePieceModel.Piece piece : model.pieces()) {
                pieces.add(piece.text());
                scores.add((double) piece.score());
                if (piece.control() || piece.userDefined()) {
                    declared.add(new AddedToken(piece.text(), false, false, false, false, piece.control()));
                }
            }
            for (int i = extraIds(settings) - 1; i >= 0; i--) {
                pieces.add(SENTINEL + i + '>');
                scores.add(0.0);
            }
            charsmap = model.charsmap();
        } else {
            throw new FileNotFoundException(folder + ": no tokenizer.json and no spiece.model");
        }
        List<AddedToken> sentinels = withSentinels(settings, declared);
        List<AddedToken> extra = settings.extra() == null ? sentinels : settings.extra();
        return create(settings, pieces, scores, charsmap, extra);
    }

    private static T5Tokenizer create(
            TokenizerSettings settings,
            List<String> pieces,
            List<Double> scores,
            String charsmap,
            List<AddedToken> extra)
            throws IOException {
        Path folder = settings.folder();
        if (pieces.size() <= UNKNOWN) {
            throw new IOException(folder + ": vocabulary = " + pieces.size() + " pieces (expected: more than two)");
        }
        var ids = new HashMap<String, Integer>();
        for (int i = 0; i < pieces.size(); i++) {
            ids.put(pieces.get(i), i);
        }
        Map<AddedToken, Integer> added = settings.number(extra, ids, pieces.size());
        String json = json(pieces, scores, charsmap, added);
        var frame = new TokenFrame(
                new long[0],
                new long[] {settings.id("eos_token", ids)},
                settings.id("pad_token", ids),
                settings.left("truncation_side"),
                settings.left("padding_side"));
        return new T5Tokenizer(
                new NativeTokenizer(json, folder),
                frame,
                Math.max(pieces.size(), Collections.max(ids.values()) + 1),
                settings.integer("model_max_length", Integer.MAX_VALUE));
    }

    /** {@code declared}, and the sentinels where it has none. */
    private static List<AddedToken> withSentinels(TokenizerSettings settings, List<AddedToken> declared) {
        int extraIds = extraIds(settings);
        long present =
                declared.stream().filter(t -> t.content().contains(SENTINEL)).count();
        if (present > 0 && extraIds > 0 && present != extraIds) {
            throw new IllegalArgumentException(settings.folder() + ": extra_ids = " + extraIds + " (expected: "
                    + present + ", as many sentinels as additional_special_tokens has)");
        }
        var all = new ArrayList<AddedToken>(declared);
        for (int i = 0; present == 0 && i < extraIds; i++) {
            all.add(AddedToken.special(SENTINEL + i + '>'));
        }
        return all;
    }

    private static int extraIds(TokenizerSettings settings) {
        int count = settings.integer("extra_ids", 100);
        if (count < 0 || count > 100_000) {
            throw new IllegalArgumentException(
                    settings.folder() + ": extra_ids = " + count + " (expected: 0 to 100000)");
        }
        return count;
    }

    /** The first precompiled table of a tokenizer.json normalizer; empty for none. */
    private static String charsmap(JsonNode normalizer) {
        if (normalizer.path("type").asText().equals("Precompiled")) {
            return normalizer.path("precompiled_charsmap").asText();
        }
        for (JsonNode part : normalizer.path("normalizers")) {
            if (part.path("type").asText().equals("Precompiled")) {
                return part.path("precompiled_charsmap").asText();
            }
        }
        return "";
    }

    private static String json(
            List<String> pieces, List<Double> scores, String charsmap, Map<AddedToken, Integer> added)
            throws IOException {
        var text = new StringWriter(1 << 21);
        try (JsonGenerator out = JSON.getFactory().createGenerator(text)) {
            out.writeStartObject();
            out.writeStringField("version", "1.0");
            AddedToken.write(out, added);
            if (!charsmap.isEmpty()) {
                out.writeObjectFieldStart("normalizer");
                out.writeStringField("type", "Precompiled");
                out.writeStringField("precompiled_charsmap", charsmap);
                out.writeEndObject();
            }
            out.writeObjectFieldStart("pre_tokenizer");
            out.writeStringField("type", "Sequence");
            out.writeArrayFieldStart("pretokenizers");
            out.writeStartObject();
            out.writeStringField("type", "WhitespaceSplit");
            out.writeEndObject();
            out.writeStartObject();
            metaspace(out);
            out.writeEndObject();
            out.writeEndArray();
            out.writeEndObject();
            out.writeObjectFieldStart("decoder");
            metaspace(out);
            out.writeEndObject();
            out.writeObjectFieldStart("model");
            out.writeStringField("type", "Unigram");
            out.writeNumberField("unk_id", UNKNOWN);
            out.writeBooleanField("byte_fallback", false);
            out.writeArrayFieldStart("vocab");
            for (int i = 0; i < pieces.size(); i++) {
                out.writeStartArray();
                out.writeString(pieces.get(i));
                out.writeNumber(scores.get(i));
                out.writeEndArray();
            }
            out.writeEndArray();
            out.writeEndObject();
            out.writeEndObject();
        }
        return text.toString();
    }

    private static void metaspace(JsonGenerator out) throws IOException {
        out.writeStringField("type", "Metaspace");
        out.writeStringField("replacement", SPACE);
        out.writeStringField("prepend_scheme", "always");
        out.writeBooleanField("split", true);
    }
}
