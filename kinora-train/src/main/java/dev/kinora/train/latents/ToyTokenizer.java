package dev.kinora.train.latents;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.toybox.CaptionGrammar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A T5 tokenizer for Toybox captions: a unigram vocabulary of the grammar's words, each whole and also with a capital,
 * with single characters for everything else. Written as {@code tokenizer.json}, which transformers and
 * {@link dev.kinora.text.T5Tokenizer} both read.
 */
final class ToyTokenizer {
    private static final String SPACE = "\u2581";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Log probabilities: whole words always win over characters. */
    private static final double WORD = -3;

    private static final double CHARACTER = -12;

    private ToyTokenizer() {}

    /** The pieces in the order of their ids, with their scores. */
    static Map<String, Double> pieces() {
        Map<String, Double> pieces = new LinkedHashMap<>();
        pieces.put("<pad>", 0.0);
        pieces.put("</s>", 0.0);
        pieces.put("<unk>", 0.0);
        for (String word : CaptionGrammar.vocabulary()) {
            pieces.put(Character.isLetter(word.charAt(0)) ? SPACE + word : word, WORD);
        }
        for (String word : CaptionGrammar.vocabulary()) {
            if (Character.isLetter(word.charAt(0))) {
                pieces.putIfAbsent(SPACE + word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1), WORD);
            }
        }
        pieces.put(SPACE, CHARACTER);
        for (char c = '!'; c <= '~'; c++) {
            pieces.putIfAbsent(String.valueOf(c), CHARACTER);
        }
        return pieces;
    }

    /** Writes the tokenizer's files. */
    static void write(Path folder, int length) throws IOException {
        Files.createDirectories(folder);
        JSON.writerWithDefaultPrettyPrinter()
                .writeValue(folder.resolve("tokenizer.json").toFile(), tokenizer());
        ObjectNode config = JSON.createObjectNode();
        config.put("tokenizer_class", "T5Tokenizer");
        config.put("eos_token", "</s>");
        config.put("pad_token", "<pad>");
        config.put("unk_token", "<unk>");
        config.put("extra_ids", 0);
        config.put("model_max_length", length);
        config.putArray("additional_special_tokens");
        JSON.writerWithDefaultPrettyPrinter()
                .writeValue(folder.resolve("tokenizer_config.json").toFile(), config);
        ObjectNode special = JSON.createObjectNode();
        special.put("eos_token", "</s>");
        special.put("pad_token", "<pad>");
        special.put("unk_token", "<unk>");
        JSON.writerWithDefaultPrettyPrinter()
                .writeValue(folder.resolve("special_tokens_map.json").toFile(), special);
    }

    private static ObjectNode tokenizer() {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0");
        root.putNull("truncation");
        root.putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        int id = 0;
        for (String token : new String[] {"<pad>", "</s>", "<unk>"}) {
            ObjectNode t = added.addObject();
            t.put("id", id++);
            t.put("content", token);
            t.put("single_word", false);
            t.put("lstrip", false);
            t.put("rstrip", false);
            t.put("normalized", false);
            t.put("special", true);
        }
        root.putNull("normalizer");
        ObjectNode pre = root.putObject("pre_tokenizer");
        pre.put("type", "Sequence");
        ArrayNode steps = pre.putArray("pretokenizers");
        steps.addObject().put("type", "WhitespaceSplit");
        steps.add(metaspace());
        ObjectNode post = root.putObject("post_processor");
        post.put("type", "TemplateProcessing");
        ArrayNode single = post.putArray("single");
        single.add(sequence("A", 0));
        single.add(end());
        ArrayNode pair = post.putArray("pair");
        pair.add(sequence("A", 0));
        pair.add(end());
        pair.add(sequence("B", 0));
        pair.add(end());
        ObjectNode eos = post.putObject("special_tokens").putObject("</s>");
        eos.put("id", "</s>");
        eos.putArray("ids").add(1);
        eos.putArray("tokens").add("</s>");
        root.set("decoder", metaspace());
        ObjectNode model = root.putObject("model");
        model.put("type", "Unigram");
        model.put("unk_id", 2);
        model.put("byte_fallback", false);
        ArrayNode vocab = model.putArray("vocab");
        pieces().forEach((piece, score) -> vocab.addArray().add(piece).add(score));
        return root;
    }

    private static ObjectNode metaspace() {
        ObjectNode m = JSON.createObjectNode();
        m.put("type", "Metaspace");
        m.put("replacement", SPACE);
        m.put("prepend_scheme", "always");
        m.put("split", true);
        return m;
    }

    private static ObjectNode sequence(String id, int type) {
        ObjectNode n = JSON.createObjectNode();
        n.putObject("Sequence").put("id", id).put("type_id", type);
        return n;
    }

    private static ObjectNode end() {
        ObjectNode n = JSON.createObjectNode();
        n.putObject("SpecialToken").put("id", "</s>").put("type_id", 0);
        return n;
    }
}
