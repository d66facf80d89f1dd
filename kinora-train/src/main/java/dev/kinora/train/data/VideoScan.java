package dev.kinora.train.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kinora.media.MediaException;
import dev.kinora.media.VideoInfo;
import dev.kinora.media.VideoReader;
import dev.kinora.train.internal.Checks;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;
import org.jspecify.annotations.Nullable;

/** Finds the videos of a folder, in files and in tar shards, with their captions, and looks into each. */
final class VideoScan {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern VIDEO = Pattern.compile("(?i).*\\.(mp4|m4v|mov|mkv|webm|avi|gif)");
    private static final List<String> WORDS = List.of("captions", "caption", "text", "prompt");

    private final Path folder;
    private final List<Candidate> candidates = new ArrayList<>();
    private final Map<String, String> skipped = new TreeMap<>();

    private VideoScan(Path folder) {
        this.folder = folder;
    }

    private record Candidate(String id, String file, long offset, long bytes, List<String> captions) {
        /** With other captions, if there are any. */
        Candidate with(@Nullable List<String> others) {
            return others == null ? this : new Candidate(id, file, offset, bytes, others);
        }
    }

    /**
     * What was found.
     *
     * @param items in order of their ids
     * @param skipped videos that cannot be read, and why
     */
    record Found(List<VideoItem> items, Map<String, String> skipped) {}

    static Found of(Path folder, int threads) throws IOException {
        Checks.require(Files.isDirectory(folder), "videos", "folder", folder, "a folder of videos");
        CuratedCaptions curated = CuratedCaptions.of(folder);
        VideoScan scan = new VideoScan(folder);
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path file : walk.sorted().filter(scan::visible).toList()) {
                String name = folder.relativize(file).toString().replace('\\', '/');
                if (name.endsWith(".tar")) {
                    scan.tar(file, name);
                } else if (VIDEO.matcher(name).matches()) {
                    scan.candidates.add(new Candidate(name, name, 0, 0, scan.beside(file)));
                }
            }
        }
        scan.candidates.replaceAll(c -> c.with(curated.of(c.id())));
        return scan.probe(threads);
    }

    private boolean visible(Path file) {
        for (Path part : folder.relativize(file)) {
            if (part.toString().startsWith(".")) {
                return false;
            }
        }
        return Files.isRegularFile(file);
    }

    private List<String> beside(Path video) throws IOException {
        Path json = withEnding(video, ".json");
        if (Files.exists(json)) {
            List<String> captions = ofJson(json.toString(), Files.readAllBytes(json));
            if (!captions.isEmpty()) {
                return captions;
            }
        }
        Path text = withEnding(video, ".txt");
        return Files.exists(text) ? ofText(Files.readAllBytes(text)) : List.of();
    }

    private static Path withEnding(Path video, String ending) {
        String name = String.valueOf(video.getFileName());
        return video.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ending);
    }

    private static List<String> ofText(byte[] text) {
        return new String(text, StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .toList();
    }

    /** Every string under the keys that captions usually have, lists and groups of them too. */
    private static List<String> ofJson(String where, byte[] text) throws IOException {
        JsonNode root;
        try {
            root = JSON.readTree(text);
        } catch (IOException e) {
            throw new IOException(where + ": JSON = unreadable (expected: an object with captions)", e);
        }
        List<String> captions = new ArrayList<>();
        for (String key : WORDS) {
            JsonNode value = root.path(key);
            if (value.isTextual()) {
                captions.add(value.asText());
            } else if (value.isArray()) {
                value.forEach(v -> captions.add(v.asText()));
            } else if (value.isObject()) {
                value.forEach(v -> {
                    if (v.isTextual()) {
                        captions.add(v.asText());
                    }
                });
            }
        }
        return captions.stream().filter(c -> !c.isBlank()).distinct().toList();
    }

    /** Samples of a WebDataset shard: files that share their name up to the first dot. */
    private void tar(Path file, String name) throws IOException {
        Map<String, TarArchiveEntry> videos = new LinkedHashMap<>();
        Map<String, List<String>> words = new LinkedHashMap<>();
        try (TarFile tar = new TarFile(file)) {
            for (TarArchiveEntry e : tar.getEntries()) {
                String entry = e.getName();
                int dot = entry.indexOf('.', entry.lastIndexOf('/') + 1);
                if (!e.isFile() || dot < 0) {
                    continue;
                }
                String key = entry.substring(0, dot);
                String ending = entry.substring(dot).toLowerCase(Locale.ROOT);
                if (VIDEO.matcher(entry).matches()) {
                    videos.putIfAbsent(key, e);
                } else if (ending.equals(".json") || ending.equals(".txt")) {
                    byte[] text;
                    try (InputStream in = tar.getInputStream(e)) {
                        text = in.readAllBytes();
                    }
                    List<String> captions = ending.equals(".txt") ? ofText(text) : ofJson(name + "/" + entry, text);
                    if (!captions.isEmpty() && (ending.equals(".json") || !words.containsKey(key))) {
                        words.put(key, captions);
                    }
                }
            }
            videos.forEach((key, e) -> candidates.add(new Candidate(
                    e.getName(), name, e.getDataOffset(), e.getSize(), words.getOrDefault(key, List.of()))));
        }
    }

    private Found probe(int threads) throws IOException {
        List<VideoItem> items = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            Map<Candidate, Future<@Nullable VideoItem>> coming = new LinkedHashMap<>();
            candidates.forEach(c -> coming.put(c, pool.submit(() -> look(c))));
            for (Map.Entry<Candidate, Future<@Nullable VideoItem>> e : coming.entrySet()) {
                try {
                    VideoItem item = e.getValue().get();
                    if (item == null) {
                        skipped.put(e.getKey().id(), "its length is unknown");
                    } else {
                        items.add(item);
                    }
                } catch (ExecutionException x) {
                    if (x.getCause() instanceof MediaException broken) {
                        skipped.put(e.getKey().id(), String.valueOf(broken.getMessage()));
                    } else {
                        throw new IOException(e.getKey().id() + ": could not be read", x.getCause());
                    }
                } catch (InterruptedException x) {
                    Thread.currentThread().interrupt();
                    throw new IOException("videos: interrupted", x);
                }
            }
        }
        return new Found(items, skipped);
    }

    private @Nullable VideoItem look(Candidate c) throws IOException {
        return withFile(folder, c.file(), c.offset(), c.bytes(), c.id(), path -> {
            VideoInfo info = VideoReader.probe(path);
            double fps = info.frameRate().toDouble();
            long frames = info.frames().orElse(Math.round(info.seconds().orElse(0) * fps));
            return frames < 1
                    ? null
                    : new VideoItem(
                            c.id(),
                            c.file(),
                            c.offset(),
                            c.bytes(),
                            c.captions(),
                            info.width(),
                            info.height(),
                            frames,
                            fps);
        });
    }

    /** Something done with a video file. */
    interface Use<T extends @Nullable Object> {
        T with(Path video) throws IOException;
    }

    /** A video as a file of its own: itself, or a copy from a tar that goes away afterwards. */
    static <T extends @Nullable Object> T withFile(
            Path folder, String file, long offset, long bytes, String id, Use<T> use) throws IOException {
        Path path = folder.resolve(file);
        if (bytes == 0) {
            return use.with(path);
        }
        Path copy = Files.createTempFile("kinora-", id.substring(id.lastIndexOf('.')));
        try {
            try (InputStream in = Files.newInputStream(path)) {
                in.skipNBytes(offset);
                Files.write(copy, in.readNBytes(Math.toIntExact(bytes)));
            }
            return use.with(copy);
        } finally {
            Files.deleteIfExists(copy);
        }
    }
}
