package dev.kinora.curate.learn;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A random forest (Breiman 2001) over a dataset's scores as plain JSON: what it learned can be read, and reading it runs
 * nothing.
 *
 * @param format {@value #FORMAT}
 * @param tag what it tells
 * @param methods of the columns it reads, by stage: {@code motion/1}, with the model's hash behind it where there is one
 * @param inputs what the questions of trees count
 * @param trees each votes with the share of yes among the labels that came to the same leaf
 * @param clips labelled clips it learned from
 * @param positives of which were labelled yes
 * @param validation how models that were taught the same way did on clips whose sources they had not seen
 */
public record Forest(
        String format,
        String tag,
        Map<String, String> methods,
        List<Input> inputs,
        List<Tree> trees,
        int clips,
        int positives,
        Confusion validation) {
    /** The format's name and version. */
    public static final String FORMAT = "kinora-forest/1";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    /**
     * A value that trees ask for.
     *
     * @param column of the table of clips
     * @param whether {@code value}, or {@code unknown}: 1 where the column is null, else 0
     * @param otherwise what stands for a value that is null: the median of those learned from
     */
    public record Input(String column, String whether, double otherwise) {
        static final String VALUE = "value";
        static final String UNKNOWN = "unknown";

        double of(Map<String, @Nullable Double> row) {
            Double value = row.get(column);
            if (whether.equals(UNKNOWN)) {
                return value == null ? 1 : 0;
            }
            return value == null ? otherwise : value;
        }
    }

    /**
     * A node and all below it: a leaf with its {@code share}, or a question.
     *
     * @param input index of what is asked for; -1 in a leaf
     * @param atMost goes to {@code low} up to this value, above it to {@code high}
     * @param low null in a leaf
     * @param high null in a leaf
     * @param share of yes in a leaf, 0 to 1
     */
    public record Tree(
            int input,
            double atMost,
            @Nullable Tree low,
            @Nullable Tree high,
            double share) {
        static Tree leaf(double share) {
            return new Tree(-1, 0, null, null, share);
        }

        double of(double[] values) {
            Tree at = this;
            while (at.low != null && at.high != null) {
                at = values[at.input] <= at.atMost ? at.low : at.high;
            }
            return at.share;
        }
    }

    public Forest {
        methods = Collections.unmodifiableMap(new TreeMap<>(methods));
        inputs = List.copyOf(inputs);
        trees = List.copyOf(trees);
        if (!format.equals(FORMAT)) {
            throw new IllegalArgumentException("classifier: format = " + format + " (expected: " + FORMAT + ")");
        }
        if (trees.isEmpty()) {
            throw new IllegalArgumentException("classifier: trees = none (expected: at least one)");
        }
        for (Tree tree : trees) {
            require(tree, inputs.size());
        }
    }

    private static void require(Tree tree, int inputs) {
        boolean leaf = tree.low == null && tree.high == null;
        if (leaf
                ? !(tree.share >= 0 && tree.share <= 1)
                : tree.low == null || tree.high == null || tree.input < 0 || tree.input >= inputs) {
            throw new IllegalArgumentException(
                    "classifier: node = " + tree + " (expected: a leaf with a share from 0 to"
                            + " 1, or a question of one of " + inputs + " inputs)");
        }
        if (tree.low != null && tree.high != null) {
            require(tree.low, inputs);
            require(tree.high, inputs);
        }
    }

    /** How likely the tag is, 0 to 1. */
    public double of(Map<String, @Nullable Double> row) {
        double[] values = inputs.stream().mapToDouble(i -> i.of(row)).toArray();
        return trees.stream().mapToDouble(t -> t.of(values)).sum() / trees.size();
    }

    /** The column it adds to a table of clips. */
    public String column() {
        return "learned_" + tag;
    }

    /** Writes it, whole or not at all. */
    public void write(Path file) throws IOException {
        Path draft = file.resolveSibling("." + file.getFileName());
        Files.write(draft, (JSON.writeValueAsString(this) + "\n").getBytes(UTF_8));
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Reads one.
     *
     * @throws IOException if the file is none
     */
    public static Forest read(Path file) throws IOException {
        try {
            return JSON.readValue(Files.readString(file), Forest.class);
        } catch (JsonProcessingException | CharacterCodingException e) {
            throw new IOException(
                    "classifier: " + file + " = unreadable (expected: a file of kinora curate learn; "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse("") + ")",
                    e);
        }
    }
}
