package dev.kinora.train.data;

import dev.kinora.media.Fit;
import dev.kinora.media.FrameSelection;
import dev.kinora.media.Image;
import dev.kinora.media.Rational;
import dev.kinora.media.Resample;
import dev.kinora.media.Video;
import dev.kinora.media.VideoReader;
import dev.kinora.train.internal.Checks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Videos of a folder as clips to train on: video files at any depth and WebDataset tar shards, such as
 * {@code kinora toybox render} and {@code kinora curate} write. Captions lie beside a video, or in the same sample of a
 * shard: {@code NAME.json} with {@code caption}, {@code captions}, {@code text} or {@code prompt}, or {@code NAME.txt}
 * with a caption a line; a video without any has one that is empty. In a dataset of {@code kinora curate} the captions of
 * {@code kinora curate caption} take their place.
 *
 * <p>Each video gives one clip, from its beginning, of the shape that fits it best: the nearest aspect, then one that
 * does not enlarge it, then the longest, then the largest; it is scaled to cover the shape and cut in the middle. Videos
 * shorter than every shape are left out. Clips of a shape are ordered by the CRC-32 of their id (path within the folder,
 * or name within the tar), so the first ones, which trainers hold out for validation, are the same wherever the folder
 * lies and stay much the same as it grows.
 */
public final class VideoFolder implements ClipSource {
    private final Path folder;
    private final double fps;
    private final Map<ClipShape, List<VideoItem>> clips = new LinkedHashMap<>();
    private final Map<String, String> skipped;

    private VideoFolder(Path folder, double fps, Map<String, String> skipped) {
        this.folder = folder;
        this.fps = fps;
        this.skipped = skipped;
    }

    /**
     * Looks into every video of a folder.
     *
     * @param shapes that clips may have
     * @param fps frames a second of the clips; 0 takes frames as they come
     * @param threads that look
     * @throws IllegalArgumentException if no video can be used
     */
    public static VideoFolder open(Path folder, List<ClipShape> shapes, double fps, int threads) throws IOException {
        Checks.require(!shapes.isEmpty(), "videos", "shapes", shapes, "at least one");
        Checks.require(fps >= 0 && fps <= 240, "videos", "fps", fps, "0..240");
        VideoScan.Found found = VideoScan.of(folder, threads);
        Map<String, String> skipped = new LinkedHashMap<>(found.skipped());
        VideoFolder videos = new VideoFolder(folder, fps, skipped);
        for (ClipShape s : shapes) {
            videos.clips.put(s, new ArrayList<>());
        }
        for (VideoItem item : found.items()) {
            ClipShape shape = item.fit(shapes, fps);
            if (shape == null) {
                skipped.put(item.id(), item.framesAt(fps) + " frames are fewer than any shape has");
            } else {
                videos.clips.computeIfAbsent(shape, s -> new ArrayList<>()).add(item);
            }
        }
        videos.clips.values().removeIf(List::isEmpty);
        videos.clips
                .values()
                .forEach(l -> l.sort(
                        Comparator.comparingLong((VideoItem i) -> crc(i.id())).thenComparing(VideoItem::id)));
        Checks.require(
                !videos.clips.isEmpty(),
                "videos",
                "usable videos in " + folder,
                0,
                "one or more" + (skipped.isEmpty() ? "" : "; left out: " + skipped));
        return videos;
    }

    private static long crc(String id) {
        CRC32 crc = new CRC32();
        crc.update(id.getBytes(StandardCharsets.UTF_8));
        return crc.getValue();
    }

    /** Videos that are left out, and why. */
    public Map<String, String> skipped() {
        return Map.copyOf(skipped);
    }

    @Override
    public Map<ClipShape, Integer> counts() {
        Map<ClipShape, Integer> counts = new LinkedHashMap<>();
        clips.forEach((shape, items) -> counts.put(shape, items.size()));
        return counts;
    }

    @Override
    public Clip clip(ClipShape shape, int index) throws IOException {
        List<VideoItem> items = clips.getOrDefault(shape, List.of());
        Checks.require(index >= 0 && index < items.size(), "videos", "clip of " + shape, index, "0.." + items.size());
        VideoItem item = items.get(index);
        FrameSelection selection = (fps == 0
                        ? FrameSelection.ALL
                        : FrameSelection.at(Rational.parse(Double.toString(fps))))
                .limit(shape.frames());
        Video video = VideoScan.withFile(
                folder, item.file(), item.offset(), item.bytes(), item.id(), p -> VideoReader.read(p, selection));
        List<Image> frames = video.fit(shape.width(), shape.height(), Fit.CROP, Resample.LANCZOS)
                .frames();
        Checks.require(
                frames.size() == shape.frames(),
                item.id(),
                "frames",
                frames.size(),
                shape.frames() + ", as its header promises");
        int size = shape.width() * shape.height() * 3;
        byte[] rgb = new byte[frames.size() * size];
        for (int f = 0; f < frames.size(); f++) {
            System.arraycopy(frames.get(f).rgb(), 0, rgb, f * size, size);
        }
        return new Clip(rgb, item.captions().isEmpty() ? List.of("") : item.captions());
    }

    /** As many captions for every clip, which a latent cache needs: the first ones, repeated where there are fewer. */
    public ClipSource withCaptions(int count) {
        Checks.require(count > 0, "videos", "captions", count, "1 or more");
        return new ClipSource() {
            @Override
            public Map<ClipShape, Integer> counts() {
                return VideoFolder.this.counts();
            }

            @Override
            public Clip clip(ClipShape shape, int index) throws IOException {
                Clip clip = VideoFolder.this.clip(shape, index);
                List<String> captions = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    captions.add(clip.captions().get(i % clip.captions().size()));
                }
                return new Clip(clip.rgb(), captions);
            }

            @Override
            public Map<String, String> provenance() {
                return VideoFolder.this.provenance();
            }
        };
    }

    @Override
    public Map<String, String> provenance() {
        CRC32 all = new CRC32();
        clips.forEach((shape, items) ->
                items.forEach(i -> all.update((shape + " " + i + "\n").getBytes(StandardCharsets.UTF_8))));
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("source", "videos of " + folder.getFileName());
        facts.put(
                "clips",
                Integer.toString(clips.values().stream().mapToInt(List::size).sum()));
        facts.put("fps", Double.toString(fps));
        facts.put("left_out", Integer.toString(skipped.size()));
        facts.put("crc32", Long.toHexString(all.getValue()));
        return facts;
    }
}
