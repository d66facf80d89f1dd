package dev.kinora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kinora.media.Image;
import dev.kinora.media.Rational;
import dev.kinora.media.VideoSpec;
import dev.kinora.media.VideoWriter;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.S3Double;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Six files of noise, the odd ones dark, curated with a tiny CLIP; a user labels the dark ones. */
class CurateLearnCommandTest {
    @TempDir
    private static Path folder = Path.of("");

    private static Path dataset = Path.of("");
    private static Path labels = Path.of("");

    @BeforeAll
    static void curate() throws IOException {
        System.out.println("seed 3");
        SplittableRandom random = new SplittableRandom(3);
        Path raw = Files.createDirectory(folder.resolve("raw"));
        StringBuilder csv = new StringBuilder("source,murky,screen\n");
        for (int i = 0; i < 6; i++) {
            Path file = raw.resolve("v" + i + ".mp4");
            try (VideoWriter out = VideoWriter.open(file, VideoSpec.of(64, 48, Rational.of(8)))) {
                for (int f = 0; f < 10; f++) {
                    byte[] rgb = new byte[64 * 48 * 3];
                    for (int k = 0; k < rgb.length; k++) {
                        rgb[k] = (byte) (random.nextInt(80) + (i % 2 == 1 ? 0 : 150));
                    }
                    out.write(Image.of(64, 48, rgb));
                }
                out.finish();
            }
            csv.append(file)
                    .append(',')
                    .append(i % 2)
                    .append(',')
                    .append(i % 2 == 1 ? "yes" : "no")
                    .append('\n');
        }
        labels = Files.writeString(folder.resolve("labels.csv"), csv);
        dataset = folder.resolve("dataset");
        Shell shell = Shell.run(
                "curate % --out % --shots whole --stages picture,motion --workers 1 --clip % --aesthetic %",
                raw, dataset, Goldens.path("clip/both"), Goldens.path("clip/aesthetic/mlp.safetensors"));
        assertThat(shell.code()).as(shell.err()).isZero();
    }

    @Test
    void whatWasLearnedIsAColumnOfTheFilter() {
        Path model = folder.resolve("murky.json");
        Shell learn = Shell.run("curate learn % --labels % --tag murky --out % --json", dataset, labels, model);
        assertThat(learn.code()).as(learn.err()).isZero();
        JsonNode learned = learn.json().get("learned");
        assertThat(learned.get("clips").asInt()).isEqualTo(6);
        assertThat(learned.get("majority_accuracy").asDouble()).isEqualTo(0.5);
        assertThat(learn.json().has("formula")).isFalse();
        Shell filter = Shell.run("curate filter % --classifier % --keep learned_murky<0.5 --json", dataset, model);
        assertThat(filter.code()).as(filter.err()).isZero();
        assertThat(filter.json().at("/funnel/2/clips").asInt()).isEqualTo(3);
    }

    @Test
    void theReportSetsTagsBesideTheCommonerAnswer() throws IOException {
        Path one = Files.writeString(
                folder.resolve("one.csv"),
                Files.readString(labels).replace(",murky", "").replaceAll(",[01],", ","));
        Shell report = Shell.run("curate tags-report % --labels % --json", dataset, one);
        assertThat(report.code()).as(report.err()).isZero();
        JsonNode tag = report.json().at("/tags/0");
        assertThat(tag.get("tag").asText()).isEqualTo("screen");
        assertThat(tag.get("positives").asInt()).isEqualTo(3);
        assertThat(tag.get("majority_recall").asDouble()).isZero();
        assertThat(Shell.run("curate tags-report % --labels %", dataset, labels).errorLine())
                .contains("--labels = a column murky (expected: columns of tags that the dataset has)");
        assertThat(Shell.run("curate tags-report % --labels %", folder, labels).errorLine())
                .contains("DATASET = " + folder + " (expected: a folder that kinora curate has finished");
    }

    @Test
    void aDatasetInABucketIsFilteredWhereItLies() throws IOException {
        String home = System.setProperty("user.home", folder.toString()); // with Kinora's cache
        System.setProperty("aws.accessKeyId", S3Double.KEY);
        System.setProperty("aws.secretAccessKey", "secret");
        try (S3Double server = new S3Double()) {
            for (String file : List.of("manifest.json", "clips.parquet")) {
                server.put("sets/first/" + file, Files.readAllBytes(dataset.resolve(file)));
            }
            String filter = "curate filter % --keep 'picture_luma >= p50' --json";
            String there = "s3://bucket/sets/first --s3-path-style --s3-endpoint " + server.endpoint();
            Shell shell = Shell.run(filter.replace("%", there));
            assertThat(shell.code()).as(shell.err()).isZero();
            assertThat(shell.json()).isEqualTo(Shell.run(filter, dataset).json());
            assertThat(Shell.run("curate review " + there).errorLine())
                    .contains("--out = none (expected: a folder for the page of s3://bucket/sets/first)");
        } finally {
            System.setProperty("user.home", String.valueOf(home));
            System.clearProperty("aws.accessKeyId");
            System.clearProperty("aws.secretAccessKey");
        }
    }

    @Test
    void refusesAHeadWithoutItsModel() {
        Path head = Goldens.path("clip/aesthetic/mlp.safetensors");
        assertThat(Shell.run("curate % --out % --aesthetic %", folder, folder.resolve("x"), head)
                        .errorLine())
                .contains("--aesthetic = " + head + " (expected: --clip with it)");
    }
}
