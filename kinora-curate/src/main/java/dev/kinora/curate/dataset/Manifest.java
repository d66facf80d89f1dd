package dev.kinora.curate.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kinora.curate.stage.Method;
import dev.kinora.curate.stage.StageInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The file that makes a folder a dataset: readers believe what it names and nothing else. It appears in one step when
 * everything it names is in place.
 *
 * @param format {@value #FORMAT}
 * @param plan how the dataset was made
 * @param sourcesSha256 of the sources' names and contents: equal for equal input
 * @param shots how shots were found
 * @param stages what the score columns of {@code clips.parquet} mean and how they came about
 * @param tags what the columns beginning with {@code tag_} mean: their formulas
 * @param sources how many files went in
 * @param clips how many clips came out
 * @param files all other files of the dataset, by path
 */
public record Manifest(
        String format,
        Plan plan,
        String sourcesSha256,
        Method shots,
        List<StageInfo> stages,
        StageInfo tags,
        int sources,
        int clips,
        List<Entry> files) {
    /** The format's name and version. */
    public static final String FORMAT = "kinora-dataset/2";

    /** Its name in the dataset. */
    public static final String NAME = "manifest.json";

    /** The table of clips. */
    public static final String CLIPS = "clips.parquet";

    /** The table of what clips show, where a stage embeds. */
    public static final String EMBEDDINGS = "embeddings.parquet";

    /** The table of sources. */
    public static final String FILES = "files.parquet";

    /** The table of transitions and of the votes for them. */
    public static final String CUTS = "cuts.parquet";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    /**
     * A file of the dataset.
     *
     * @param path within it, with {@code /}
     * @param bytes its size
     * @param sha256 of its content
     */
    public record Entry(String path, long bytes, String sha256) {}

    public Manifest {
        stages = List.copyOf(stages);
        files = List.copyOf(files);
        if (!format.equals(FORMAT)) {
            throw new IllegalArgumentException("manifest: format = " + format + " (expected: " + FORMAT + ")");
        }
    }

    /** Whether a folder is a finished dataset. */
    public static boolean in(Path dataset) {
        return Files.isRegularFile(dataset.resolve(NAME));
    }

    /**
     * Reads the manifest of a dataset.
     *
     * @throws IOException if the folder is none
     */
    public static Manifest read(Path dataset) throws IOException {
        if (!in(dataset)) {
            throw new IOException(
                    "dataset: " + dataset + " = no " + NAME + " (expected: a folder that kinora curate has finished)");
        }
        return of(Files.readAllBytes(dataset.resolve(NAME)), dataset.toString());
    }

    /**
     * Reads a manifest.
     *
     * @param dataset it is of, for people
     */
    public static Manifest of(byte[] content, String dataset) throws IOException {
        JsonNode json = JSON.readTree(content);
        String format = json.path("format").asText("none");
        if (!format.equals(FORMAT)) {
            throw new IOException("dataset: " + dataset + ", format = " + format + " (expected: " + FORMAT
                    + "; another release made this one)");
        }
        return JSON.treeToValue(json, Manifest.class);
    }

    /** As it stands in its file. */
    public byte[] toBytes() throws IOException {
        return (JSON.writeValueAsString(this) + "\n").getBytes(UTF_8);
    }

    /** Puts the manifest in place, in one step. */
    void commit(Path dataset, Path beside) throws IOException {
        Files.write(beside, toBytes());
        ShardWriter.force(beside);
        Files.move(beside, dataset.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
    }
}
