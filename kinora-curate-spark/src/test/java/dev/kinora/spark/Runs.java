package dev.kinora.spark;

import dev.kinora.curate.cut.CutMode;
import dev.kinora.curate.dataset.Form;
import dev.kinora.curate.dataset.Plan;
import dev.kinora.curate.dedup.KeepRule;
import dev.kinora.curate.engine.CurateListener;
import dev.kinora.curate.engine.Engine;
import dev.kinora.curate.engine.Inputs;
import dev.kinora.curate.engine.LocalEngine;
import dev.kinora.curate.engine.RemoteFile;
import dev.kinora.curate.engine.WorkerLimits;
import dev.kinora.curate.s3.BucketResults;
import dev.kinora.curate.s3.Publication;
import dev.kinora.curate.s3.S3;
import dev.kinora.curate.s3.S3Settings;
import dev.kinora.curate.s3.S3Uri;
import dev.kinora.curate.worker.Hashes;
import dev.kinora.curate.worker.Recipe;
import dev.kinora.media.Image;
import dev.kinora.media.Rational;
import dev.kinora.media.VideoSpec;
import dev.kinora.media.VideoWriter;
import dev.kinora.testkit.S3Double;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Small runs and what they leave behind. */
final class Runs {
    /** The cheapest stage, shards of three clips. */
    static final Plan PLAN = new Plan(
            new Recipe(CutMode.COPY, 0.5, 20, Recipe.WHOLE, "", List.of("picture"), 1 << 16),
            Form.WEBDATASET,
            3,
            1 << 20,
            KeepRule.FIRST,
            0);

    static final WorkerLimits LIMITS = new WorkerLimits(2, 128, 2048, 60, 600);

    private Runs() {}

    /** How a store at this address is reached, with little patience. */
    static S3Settings store(String endpoint) {
        return new S3Settings(endpoint, "", true, false, 4, 5);
    }

    /** A folder of {@code good} videos of different content and a broken one. */
    static Path raw(Path folder, int good) throws IOException {
        Path raw = Files.createDirectory(folder.resolve("raw"));
        for (int i = 0; i < good; i++) {
            video(raw.resolve("v" + i + ".mp4"), i, 8 + 2 * (i % 4));
        }
        Files.writeString(raw.resolve("broken.mp4"), "no video");
        return raw;
    }

    /** A ramp that moves, 64 x 48 at 8 frames a second. */
    private static void video(Path file, int seed, int frames) throws IOException {
        byte[] rgb = new byte[64 * 48 * 3];
        try (VideoWriter out = VideoWriter.open(file, VideoSpec.of(64, 48, Rational.of(8)))) {
            for (int t = 0; t < frames; t++) {
                for (int i = 0; i < rgb.length; i++) {
                    int x = i / 3 % 64;
                    int y = i / 3 / 64;
                    rgb[i] = (byte) (((x + 3 * t) * (seed + 2) + y * (i % 3 + 1)) % 200 + 20);
                }
                out.write(Image.of(64, 48, rgb.clone()));
            }
            out.finish();
        }
    }

    /** What the local engine makes of it: hash by path. */
    static Map<String, String> local(Path raw, Path dataset) throws IOException {
        new LocalEngine(PLAN, LIMITS, CurateListener.SILENT).run(List.of(raw), dataset);
        return bytes(dataset);
    }

    /** Hash of every file by path. */
    static Map<String, String> bytes(Path dataset) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(dataset)) {
            for (Path p : walk.filter(Files::isRegularFile).toList()) {
                all.put(dataset.relativize(p).toString(), Hashes.ofFile(p));
            }
        }
        return all;
    }

    /** Curates into {@code s3://bucket/NAME} by way of a folder; results of files stay there. */
    static void toBucket(Engine engine, S3 store, List<RemoteFile> files, String name, Path work) throws IOException {
        S3Uri to = S3Uri.parse("s3://bucket/" + name);
        engine.run(new Inputs(List.of(), files, 1 << 20, new BucketResults(store, to)), work);
        new Publication(store, to, CurateListener.SILENT).publish(work);
    }

    /** Hash of every object that begins so by the rest of its key. */
    static Map<String, String> published(S3Double server, String prefix) {
        Map<String, String> all = new TreeMap<>();
        server.objects.tailMap(prefix).forEach((key, stored) -> {
            if (key.startsWith(prefix)) {
                all.put(key.substring(prefix.length()), Hashes.ofBytes(stored.content()));
            }
        });
        return all;
    }
}
