package dev.kinora.train.data;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.media.Image;
import dev.kinora.media.Images;
import dev.kinora.media.Rational;
import dev.kinora.media.Video;
import dev.kinora.media.VideoSpec;
import dev.kinora.media.VideoWriter;
import dev.kinora.toybox.Holdout;
import dev.kinora.toybox.ToyCaptions;
import dev.kinora.toybox.ToyState;
import dev.kinora.toybox.ToyboxClip;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.toybox.ToyboxRenderer;
import dev.kinora.toybox.ToyboxSpec;
import dev.kinora.train.internal.Checks;
import dev.kinora.train.run.RunFolder;
import dev.kinora.train.run.TrainListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Writes Toybox clips as a dataset: shards of clips with what is true of them, and {@code manifest.jsonl}, which names
 * every clip once. A shard is made aside and moved into place, and shards that are there are kept, so a build that was
 * stopped goes on; the manifest comes last. Equal plans give equal bytes.
 */
public final class ToyboxDataset {
    /** The table of clips. */
    public static final String MANIFEST = "manifest.jsonl";

    private static final String PLAN = "plan.json";
    private static final String PARTS = ".parts";
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private ToyboxDataset() {}

    /** How clips lie in the dataset. */
    public enum Form {
        /** A file a clip: {@code clips/00000/toy_00000000.mp4}, with {@code .json} and {@code .txt} beside it. */
        FOLDER,
        /** Tar files in the manner of WebDataset, with the same files side by side: {@code shards/00000.tar}. */
        WEBDATASET
    }

    /** What a clip's pixels are stored as. */
    public enum Pixels {
        /** H.264: small, and not quite what was drawn. */
        MP4,
        /** Every frame as {@code ID.00000.png}: exactly what was drawn. */
        PNG
    }

    /**
     * A size, length and rate of clips.
     *
     * @param weight how many there are of it beside others
     */
    public record Part(int width, int height, int frames, double fps, double weight) {
        /** Checks the weight; the rest is checked where clips are drawn. */
        public Part {
            Checks.require(weight > 0, "toybox dataset", "weight", weight, "above 0");
        }
    }

    /**
     * Everything that decides the bytes.
     *
     * @param clips how many
     * @param seed of the first clip; the next has the next number
     * @param parts shapes of clips; which one a clip has follows from its seed
     * @param twoToys probability of a second toy
     * @param cameraMoves probability that the camera is not still
     * @param heldOut whether all clips have a combination that is kept from training, or none
     * @param perShard clips of a shard
     */
    public record Plan(
            int clips,
            long seed,
            List<Part> parts,
            double twoToys,
            double cameraMoves,
            boolean heldOut,
            Form form,
            Pixels pixels,
            int perShard) {
        /** Checks the ranges. */
        public Plan {
            parts = List.copyOf(parts);
            Checks.require(clips > 0, "toybox dataset", "clips", clips, "1 or more");
            Checks.require(!parts.isEmpty(), "toybox dataset", "parts", parts, "one or more");
            Checks.require(perShard > 0, "toybox dataset", "clips per shard", perShard, "1 or more");
            for (int i = 0; i < parts.size(); i++) {
                new ToyboxMix(
                                parts.get(i).width(),
                                parts.get(i).height(),
                                parts.get(i).frames(),
                                parts.get(i).fps(),
                                twoToys,
                                cameraMoves,
                                heldOut)
                        .draw(0);
            }
        }

        /** The spec of a clip. */
        public ToyboxSpec spec(int clip) {
            double all = parts.stream().mapToDouble(Part::weight).sum();
            double at = new SplittableRandom(seed + clip).split().split().nextDouble() * all;
            Part chosen = parts.getLast();
            for (Part p : parts) {
                at -= p.weight();
                if (at < 0) {
                    chosen = p;
                    break;
                }
            }
            return new ToyboxMix(
                            chosen.width(),
                            chosen.height(),
                            chosen.frames(),
                            chosen.fps(),
                            twoToys,
                            cameraMoves,
                            heldOut)
                    .draw(seed + clip);
        }

        int shards() {
            return (clips + perShard - 1) / perShard;
        }
    }

    /**
     * A line of the manifest.
     *
     * @param id names the clip's files
     * @param file within the dataset, with {@code /}: the clip, or the tar that holds it
     * @param offset of the clip's first byte in that file
     * @param bytes of the clip's pixels
     * @param sha256 of them
     * @param seed that drew the clip
     * @param heldOut whether a combination of it is kept from training
     * @param states one a frame
     */
    record Entry(
            String id,
            String file,
            long offset,
            long bytes,
            String sha256,
            int width,
            int height,
            int frames,
            double fps,
            long seed,
            ToyCaptions captions,
            boolean heldOut,
            ToyboxSpec spec,
            List<ToyState> states) {
        Entry at(String place, long start) {
            return new Entry(
                    id, place, start, bytes, sha256, width, height, frames, fps, seed, captions, heldOut, spec, states);
        }
    }

    /** A clip's files by the ending of their name, and its line without a place. */
    private record Made(Entry entry, Map<String, byte[]> files) {}

    /**
     * Writes what is missing.
     *
     * @param folder of the dataset
     * @param threads that draw and encode
     * @throws IllegalArgumentException if the folder holds a dataset of another plan
     */
    public static void write(Path folder, Plan plan, int threads, TrainListener listener) throws IOException {
        requireOurs(folder);
        try (RunFolder ignored = RunFolder.open(folder, PLAN, RunFolder.tree(plan));
                ExecutorService pool = Executors.newFixedThreadPool(
                        threads, Thread.ofPlatform().daemon().name("toybox-", 0).factory())) {
            if (Files.exists(folder.resolve(MANIFEST))) {
                return;
            }
            Path parts = folder.resolve(PARTS);
            Files.createDirectories(parts);
            try {
                for (int s = 0; s < plan.shards(); s++) {
                    if (!Files.exists(part(parts, s))) {
                        shard(folder, plan, s, pool);
                    }
                    listener.onStep(s + 1, plan.shards(), Map.of());
                }
            } finally {
                pool.shutdownNow();
            }
            finish(folder, plan, parts);
        }
    }

    private static void requireOurs(Path folder) throws IOException {
        if (Files.exists(folder) && !Files.exists(folder.resolve(PLAN))) {
            try (Stream<Path> files = Files.list(folder)) {
                Checks.require(
                        files.allMatch(f -> f.endsWith(".lock")),
                        "toybox dataset",
                        "folder",
                        folder,
                        "a new or empty one, or one with a " + PLAN);
            }
        }
    }

    private static Path part(Path parts, int shard) {
        return parts.resolve("%05d.jsonl".formatted(shard));
    }

    private static void shard(Path folder, Plan plan, int number, ExecutorService pool) throws IOException {
        int first = number * plan.perShard();
        int end = Math.min(plan.clips(), first + plan.perShard());
        Path scratch = folder.resolve(PARTS).resolve("scratch");
        Samples.deleteTree(scratch);
        Files.createDirectories(scratch);
        List<Future<Made>> coming = new ArrayList<>();
        for (int i = first; i < end; i++) {
            int clip = i;
            coming.add(pool.submit(() -> make(plan, clip, scratch)));
        }
        StringBuilder lines = new StringBuilder();
        try (Samples out = Samples.open(folder, plan.form(), number)) {
            for (Future<Made> f : coming) {
                Made made = join(f);
                Samples.Place place = out.add(made.entry().id(), made.files());
                lines.append(JSON.writeValueAsString(made.entry().at(place.file(), place.offset())))
                        .append('\n');
            }
            out.commit();
        }
        Samples.deleteTree(scratch);
        replace(part(folder.resolve(PARTS), number), lines.toString());
    }

    private static Made join(Future<Made> future) throws IOException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("toybox dataset: interrupted", e);
        } catch (ExecutionException e) {
            throw new IOException("toybox dataset: a clip could not be made: " + e.getCause(), e.getCause());
        }
    }

    private static Made make(Plan plan, int clip, Path scratch) throws IOException {
        ToyboxClip drawn = ToyboxRenderer.render(plan.spec(clip));
        ToyboxSpec spec = drawn.spec();
        String id = "toy_%08d".formatted(clip);
        List<Image> frames = images(drawn);
        Map<String, byte[]> files = new LinkedHashMap<>();
        MessageDigest hash = sha256();
        long bytes = 0;
        if (plan.pixels() == Pixels.MP4) {
            Path file = scratch.resolve(id + ".mp4");
            Video video = new Video(frames, Rational.parse(Double.toString(spec.fps())));
            VideoWriter.write(file, video, VideoSpec.of(video));
            files.put(".mp4", take(file, hash));
        } else {
            for (int f = 0; f < frames.size(); f++) {
                Path file = scratch.resolve("%s.%05d.png".formatted(id, f));
                Images.write(file, frames.get(f), Map.of());
                files.put(".%05d.png".formatted(f), take(file, hash));
            }
        }
        for (byte[] b : files.values()) {
            bytes += b.length;
        }
        Entry entry = new Entry(
                id,
                "",
                0,
                bytes,
                HexFormat.of().formatHex(hash.digest()),
                spec.width(),
                spec.height(),
                spec.frames(),
                spec.fps(),
                plan.seed() + clip,
                drawn.captions(),
                Holdout.contains(spec),
                spec,
                drawn.states());
        ObjectNode told = JSON.valueToTree(entry);
        told.remove(List.of("file", "offset"));
        files.put(".json", JSON.writeValueAsBytes(told));
        files.put(".txt", (drawn.captions().brief() + "\n").getBytes(StandardCharsets.UTF_8));
        return new Made(entry, files);
    }

    private static byte[] take(Path file, MessageDigest hash) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Files.delete(file);
        hash.update(bytes);
        return bytes;
    }

    private static List<Image> images(ToyboxClip clip) {
        int size = clip.spec().width() * clip.spec().height() * 3;
        List<Image> frames = new ArrayList<>();
        for (int f = 0; f < clip.spec().frames(); f++) {
            frames.add(Image.of(
                    clip.spec().width(),
                    clip.spec().height(),
                    Arrays.copyOfRange(clip.rgb(), f * size, (f + 1) * size)));
        }
        return frames;
    }

    private static void finish(Path folder, Plan plan, Path parts) throws IOException {
        Path draft = parts.resolve(MANIFEST);
        Files.deleteIfExists(draft);
        Files.createFile(draft);
        for (int s = 0; s < plan.shards(); s++) {
            Files.write(draft, Files.readAllBytes(part(parts, s)), StandardOpenOption.APPEND);
        }
        Files.move(draft, folder.resolve(MANIFEST), StandardCopyOption.ATOMIC_MOVE);
        Samples.deleteTree(parts);
    }

    private static void replace(Path file, String text) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(draft, text);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
