package dev.kinora.curate.dataset;

import dev.kinora.curate.dedup.Duplicates;
import dev.kinora.curate.dedup.EmbeddingDuplicates;
import dev.kinora.curate.dedup.KeepRule;
import dev.kinora.curate.stage.Method;
import dev.kinora.curate.stage.StageInfo;
import dev.kinora.curate.tags.Tags;
import dev.kinora.curate.worker.ClipResult;
import dev.kinora.curate.worker.FileResult;
import dev.kinora.curate.worker.Hashes;
import dev.kinora.curate.worker.Recipe;
import dev.kinora.curate.worker.Vectors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Turns the results of all files into a dataset. Everything is built aside, moved into place file by file, and named by
 * a manifest that comes last; killed anywhere before that, the next run builds the same bytes again.
 */
public final class Commit {
    private final Path dataset;
    private final Path aside;
    private final Plan plan;
    private final Method shots;

    /**
     * @param dataset the finished folder
     * @param aside a folder of the same file system, which is emptied
     */
    public Commit(Path dataset, Path aside, Plan plan, Method shots) {
        this.dataset = dataset;
        this.aside = aside;
        this.plan = plan;
        this.shots = shots;
    }

    /** Gives the result of a file's content, and the folder of its clips. */
    public interface Results {
        /** The result of the file with this content. */
        FileResult of(String sha256) throws IOException;

        /** Where its clips lie. */
        Path folder(String sha256);
    }

    /** What the dataset's sources are, as one hash. */
    public static String sources(List<Source> sources) {
        StringBuilder all = new StringBuilder();
        sources.forEach(s -> all.append(s.sha256()).append(' ').append(s.name()).append('\n'));
        return Hashes.ofText(all.toString());
    }

    /**
     * Makes the dataset.
     *
     * @param sources in order of their names
     */
    public Manifest make(List<Source> sources, Results results, List<StageInfo> stages) throws IOException {
        delete(aside);
        Files.createDirectories(aside);
        List<Tables.FileRow> files = new ArrayList<>();
        List<ClipRow> clips = collect(sources, results, files);
        clips.sort(Comparator.comparing((ClipRow r) -> r.bucket().label())
                .thenComparing(r -> r.clip().id()));
        Map<String, Placement> placed = new ShardWriter(plan, aside)
                .write(
                        clips,
                        r -> results.folder(r.source().sha256())
                                .resolve(r.clip().fileName()));
        Tables.clips(aside.resolve(Manifest.CLIPS), clips, placed, stages, shots);
        if (plan.recipe().stages().contains(Recipe.CLIP)) {
            Tables.embeddings(aside.resolve(Manifest.EMBEDDINGS), clips);
        }
        Tables.files(aside.resolve(Manifest.FILES), files);
        Tables.cuts(aside.resolve(Manifest.CUTS), files, shots);
        List<Manifest.Entry> entries = entries();
        for (Manifest.Entry entry : entries) {
            Path to = dataset.resolve(entry.path());
            Files.createDirectories(Objects.requireNonNull(to.getParent()));
            Files.move(aside.resolve(entry.path()), to, StandardCopyOption.REPLACE_EXISTING);
        }
        Manifest manifest = new Manifest(
                Manifest.FORMAT,
                plan,
                sources(sources),
                shots,
                stages,
                Tags.INFO,
                sources.size(),
                clips.size(),
                entries);
        manifest.commit(dataset, aside.resolve(Manifest.NAME));
        return manifest;
    }

    private List<ClipRow> collect(List<Source> sources, Results results, List<Tables.FileRow> files)
            throws IOException {
        Map<String, String> first = new LinkedHashMap<>();
        List<ClipRow> clips = new ArrayList<>();
        List<KeepRule.Candidate> candidates = new ArrayList<>();
        for (Source source : sources) {
            String original = first.putIfAbsent(source.key(), source.name());
            FileResult result = results.of(source.key());
            files.add(new Tables.FileRow(source, result, original));
            if (original != null || result.facts() == null) {
                continue;
            }
            for (ClipResult clip : result.clips()) {
                Bucket bucket = Bucket.of(clip.width(), clip.height(), clip.seconds());
                clips.add(new ClipRow(source, result.facts(), clip, bucket, null, null));
                candidates.add(candidate(clip, candidates.size()));
            }
        }
        Map<String, String> alike = Duplicates.find(candidates, plan.alike(), plan.keep());
        Map<String, String> same = same(clips, candidates, alike);
        clips.replaceAll(r -> {
            String id = r.clip().id();
            String by = alike.containsKey(id) ? "phash" : same.containsKey(id) ? "embedding" : null;
            return new ClipRow(r.source(), r.facts(), r.clip(), r.bucket(), alike.getOrDefault(id, same.get(id)), by);
        });
        return clips;
    }

    /** Clips that mean the same, among those that look like no other: what a duplicate is of is itself kept. */
    private Map<String, String> same(
            List<ClipRow> clips, List<KeepRule.Candidate> candidates, Map<String, String> alike) {
        if (plan.similar() == 0) {
            return Map.of();
        }
        Map<String, float[]> embeddings = new HashMap<>();
        clips.forEach(r -> embeddings.put(r.clip().id(), Vectors.decode(r.clip().embedding())));
        List<KeepRule.Candidate> left =
                candidates.stream().filter(c -> !alike.containsKey(c.id())).toList();
        return EmbeddingDuplicates.find(left, embeddings, plan.similar(), plan.keep());
    }

    private static KeepRule.Candidate candidate(ClipResult clip, int order) {
        long pixels = (long) clip.width() * clip.height();
        return new KeepRule.Candidate(
                clip.id(),
                order,
                clip.phash(),
                pixels,
                8.0 * clip.bytes() / Math.max(1, pixels * clip.frames()),
                clip.seconds(),
                clip.scores().getOrDefault("picture_sharpness", 0.0),
                clip.scores().getOrDefault("aesthetic_mean", Double.NEGATIVE_INFINITY));
    }

    private List<Manifest.Entry> entries() throws IOException {
        List<Manifest.Entry> entries = new ArrayList<>();
        try (Stream<Path> all = Files.walk(aside)) {
            for (Path p : all.filter(Files::isRegularFile).sorted().toList()) {
                String path = aside.relativize(p).toString().replace('\\', '/');
                entries.add(new Manifest.Entry(path, Files.size(p), Hashes.ofFile(p)));
            }
        }
        return entries;
    }

    /** Deletes a folder and all in it, or nothing where there is none. */
    public static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(p);
            }
        }
    }
}
