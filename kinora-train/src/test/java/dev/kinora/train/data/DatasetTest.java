package dev.kinora.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kinora.media.Image;
import dev.kinora.media.Rational;
import dev.kinora.media.Video;
import dev.kinora.media.VideoSpec;
import dev.kinora.media.VideoWriter;
import dev.kinora.toybox.ToyboxRenderer;
import dev.kinora.train.run.TrainListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DatasetTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ClipShape WIDE = new ClipShape(48, 32, 9);
    private static final ClipShape TALL = new ClipShape(32, 48, 1);

    @TempDir
    Path folder;

    private static ToyboxDataset.Plan plan(ToyboxDataset.Form form, ToyboxDataset.Pixels pixels) {
        return new ToyboxDataset.Plan(
                7,
                40,
                List.of(new ToyboxDataset.Part(48, 32, 9, 8, 2), new ToyboxDataset.Part(32, 48, 3, 12, 1)),
                0.3,
                0.2,
                false,
                form,
                pixels,
                3);
    }

    private static Map<String, String> contents(Path folder) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path p : walk.filter(Files::isRegularFile).toList()) {
                all.put(folder.relativize(p).toString(), Arrays.toString(Files.readAllBytes(p)));
            }
        }
        return all;
    }

    @Test
    void aBuildThatIsStoppedEndsInTheSameBytes() throws IOException {
        ToyboxDataset.Plan plan = plan(ToyboxDataset.Form.WEBDATASET, ToyboxDataset.Pixels.MP4);
        Path whole = folder.resolve("whole");
        Path broken = folder.resolve("broken");
        ToyboxDataset.write(whole, plan, 2, TrainListener.SILENT);
        TrainListener stopper = new TrainListener() {
            @Override
            public void onStep(int step, int steps, Map<String, Double> metrics) {
                throw new IllegalStateException("stopped");
            }
        };
        assertThatThrownBy(() -> ToyboxDataset.write(broken, plan, 1, stopper)).hasMessage("stopped");
        assertThat(broken.resolve(ToyboxDataset.MANIFEST)).doesNotExist();
        ToyboxDataset.write(broken, plan, 1, TrainListener.SILENT);
        assertThat(contents(broken)).isEqualTo(contents(whole));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ToyboxDataset.write(
                        whole, plan(ToyboxDataset.Form.FOLDER, ToyboxDataset.Pixels.MP4), 1, TrainListener.SILENT))
                .withMessageContaining("(expected: the one");
    }

    @Test
    void everyClipIsInTheManifestOnceAndWhereItSays() throws IOException {
        ToyboxDataset.Plan plan = plan(ToyboxDataset.Form.WEBDATASET, ToyboxDataset.Pixels.PNG);
        ToyboxDataset.write(folder, plan, 2, TrainListener.SILENT);
        List<String> lines = Files.readAllLines(folder.resolve(ToyboxDataset.MANIFEST));
        assertThat(lines).hasSize(7);
        for (int i = 0; i < 7; i++) {
            JsonNode row = JSON.readTree(lines.get(i));
            assertThat(row.get("id").asText()).isEqualTo("toy_%08d".formatted(i));
            assertThat(row.get("seed").asLong()).isEqualTo(40 + i);
            assertThat(row.get("states")).hasSize(row.get("frames").asInt());
            byte[] tar = Files.readAllBytes(folder.resolve(row.get("file").asText()));
            int at = (int) row.get("offset").asLong();
            assertThat(Arrays.copyOfRange(tar, at + 1, at + 4)).asString().isEqualTo("PNG");
        }
    }

    @Test
    void aRenderedDatasetIsReadBackFromShardsAndFromFiles() throws IOException {
        for (ToyboxDataset.Form form : ToyboxDataset.Form.values()) {
            ToyboxDataset.Plan plan = plan(form, ToyboxDataset.Pixels.MP4);
            Path dataset = folder.resolve(form.name());
            ToyboxDataset.write(dataset, plan, 2, TrainListener.SILENT);
            VideoFolder videos = VideoFolder.open(dataset, List.of(WIDE, TALL), 0, 2);
            assertThat(videos.skipped()).isEmpty();
            assertThat(videos.counts().values().stream().mapToInt(n -> n).sum()).isEqualTo(7);
            List<String> captions = new ArrayList<>();
            for (int i = 0; i < videos.counts().getOrDefault(WIDE, 0); i++) {
                ClipSource.Clip clip = videos.clip(WIDE, i);
                assertThat(clip.rgb()).hasSize(9 * 32 * 48 * 3);
                captions.add(clip.captions().getFirst());
                // pixels as drawn, but for what H.264 loses
                for (int c = 0; c < 7; c++) {
                    var drawn = ToyboxRenderer.render(plan.spec(c));
                    if (drawn.captions().brief().equals(captions.getLast())
                            && drawn.rgb().length == clip.rgb().length) {
                        assertThat(meanDifference(drawn.rgb(), clip.rgb())).isLessThan(8);
                    }
                }
            }
            assertThat(captions).doesNotHaveDuplicates().isNotEmpty();
            assertThat(videos.withCaptions(4).clip(WIDE, 0).captions()).hasSize(4);
        }
    }

    private static double meanDifference(byte[] a, byte[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs((a[i] & 255) - (b[i] & 255));
        }
        return sum / a.length;
    }

    private void video(String name, int width, int height, int frames) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        List<Image> images = new ArrayList<>();
        for (int f = 0; f < frames; f++) {
            images.add(Image.black(width, height));
        }
        Video video = new Video(images, Rational.of(8));
        VideoWriter.write(file, video, VideoSpec.of(video));
    }

    @Test
    void realVideosGoToTheShapeThatFitsWithTheirCaptions() throws IOException {
        video("a/wide.mp4", 96, 64, 20);
        Files.writeString(folder.resolve("a/wide.txt"), "a black field\n\nnothing at all\n");
        video("tall.mp4", 64, 96, 3);
        Files.writeString(folder.resolve("tall.json"), "{\"caption\": \"a black door\", \"score\": 3}");
        video("mute.mp4", 64, 96, 3);
        video("short.mp4", 96, 64, 4);
        Files.writeString(folder.resolve("broken.mp4"), "no video");
        VideoFolder videos = VideoFolder.open(folder, List.of(WIDE, TALL), 0, 2);
        assertThat(videos.counts()).containsEntry(WIDE, 1).containsEntry(TALL, 3);
        assertThat(videos.skipped()).containsOnlyKeys("broken.mp4");
        assertThat(videos.clip(WIDE, 0).captions()).containsExactly("a black field", "nothing at all");
        List<String> tall = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            tall.addAll(videos.clip(TALL, i).captions());
        }
        assertThat(tall).containsExactlyInAnyOrder("a black door", "", "");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VideoFolder.open(folder, List.of(new ClipShape(48, 32, 33)), 0, 2))
                .withMessageContaining("usable videos");
    }

    @Test
    void aRateDropsFramesBeforeShapesAreChosen() {
        VideoItem item = new VideoItem("v.mp4", "v.mp4", 0, 0, List.of(), 96, 64, 61, 30);
        assertThat(item.framesAt(0)).isEqualTo(61);
        assertThat(item.framesAt(8)).isEqualTo(17);
        List<ClipShape> shapes = List.of(
                new ClipShape(96, 64, 33),
                new ClipShape(96, 64, 17),
                new ClipShape(192, 128, 17),
                new ClipShape(64, 64, 9));
        assertThat(item.fit(shapes, 8)).isEqualTo(new ClipShape(96, 64, 17));
        assertThat(item.fit(shapes, 0)).isEqualTo(new ClipShape(96, 64, 33));
        assertThat(item.fit(List.of(new ClipShape(64, 64, 33)), 8)).isNull();
    }

    @Test
    void aCuratedDatasetsDrawnCaptionsTakeThePlaceOfOthers() throws IOException {
        for (String id : List.of("0a", "0b", "0c")) {
            List<Image> frames =
                    Stream.generate(() -> Image.black(48, 32)).limit(9).toList();
            Video video = new Video(frames, Rational.of(8));
            Path file = folder.resolve("clips/480p/" + id + ".mp4");
            Files.createDirectories(file.getParent());
            VideoWriter.write(file, video, VideoSpec.of(video));
            Files.writeString(file.resolveSibling(id + ".json"), "{\"caption\":\"an old one\"}");
        }
        Path lines = folder.resolve("captions-0123456789ab.jsonl");
        Files.writeString(lines, """
                {"id":"0a","caption":"a drawn one","caption_image":"another"}
                {"id":"0b","caption":null}
                """);
        String sha256 = dev.kinora.weights.Hashes.sha256(lines, (done, total) -> {});
        Files.writeString(folder.resolve("manifest.json"), """
                {"format":"kinora-dataset/1","files":[{"path":"captions-0123456789ab.jsonl","sha256":"%s"}]}
                """.formatted(sha256));
        VideoFolder videos = VideoFolder.open(folder, List.of(WIDE), 0, 1);
        List<String> captions = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            captions.addAll(videos.clip(WIDE, i).captions());
        }
        assertThat(captions).containsExactlyInAnyOrder("a drawn one", "", "an old one");
        Files.writeString(lines, "{}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VideoFolder.open(folder, List.of(WIDE), 0, 1))
                .withMessageContaining("captions-0123456789ab.jsonl");
    }
}
