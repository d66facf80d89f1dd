package dev.kinora.curate.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Lays clips out in files, by bucket and id; the same clips give the same bytes. */
final class ShardWriter {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private final Plan plan;
    private final Path folder;

    /** @param folder where the dataset is built */
    ShardWriter(Plan plan, Path folder) {
        this.plan = plan;
        this.folder = folder;
    }

    /** Finds the file of a clip. */
    interface Clips {
        Path file(ClipRow row);
    }

    /**
     * Writes all clips.
     *
     * @param rows by bucket, then id
     * @return where each lies, by clip id
     */
    Map<String, Placement> write(List<ClipRow> rows, Clips clips) throws IOException {
        Map<String, Placement> placed = new LinkedHashMap<>();
        if (plan.form() == Form.FOLDER) {
            for (ClipRow row : rows) {
                String path = "clips/" + row.bucket().label() + "/" + row.clip().fileName();
                Path to = folder.resolve(path);
                Files.createDirectories(to.getParent());
                Files.copy(clips.file(row), to);
                force(to);
                placed.put(row.clip().id(), new Placement(path, 0));
            }
            return placed;
        }
        String bucket = "";
        int number = 0;
        int at = 0;
        while (at < rows.size()) {
            String label = rows.get(at).bucket().label();
            number = label.equals(bucket) ? number + 1 : 0;
            bucket = label;
            int end = at;
            long bytes = 0;
            while (end < rows.size()
                    && rows.get(end).bucket().label().equals(bucket)
                    && end - at < plan.shardClips()
                    && bytes < plan.shardBytes()) {
                bytes += rows.get(end++).clip().bytes();
            }
            shard("shards/%s-%05d.tar".formatted(bucket, number), rows.subList(at, end), clips, placed);
            at = end;
        }
        return placed;
    }

    private void shard(String path, List<ClipRow> rows, Clips clips, Map<String, Placement> placed) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        try (TarArchiveOutputStream tar =
                new TarArchiveOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16), "UTF-8")) {
            for (ClipRow row : rows) {
                String id = row.clip().id();
                byte[] json = JSON.writeValueAsString(summary(row)).getBytes(UTF_8);
                entry(tar, id + ".json", json.length);
                tar.write(json);
                tar.closeArchiveEntry();
                entry(tar, id + ".mp4", row.clip().bytes());
                placed.put(id, new Placement(path, tar.getBytesWritten()));
                Files.copy(clips.file(row), tar);
                tar.closeArchiveEntry();
            }
        }
        force(file);
    }

    /** Name, size, and nothing of this machine or moment. */
    private static void entry(TarArchiveOutputStream tar, String name, long size) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(size);
        entry.setModTime(FileTime.fromMillis(0));
        entry.setIds(0, 0);
        entry.setNames("", "");
        entry.setMode(0100644);
        tar.putArchiveEntry(entry);
    }

    private static Map<String, Object> summary(ClipRow row) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("id", row.clip().id());
        out.put("source", row.source().name());
        out.put("source_sha256", row.source().sha256());
        out.put("start_seconds", row.clip().startSeconds());
        out.put("seconds", row.clip().seconds());
        out.put("frames", row.clip().frames());
        out.put("width", row.clip().width());
        out.put("height", row.clip().height());
        out.put("frame_rate", row.facts().frameRate());
        out.put("scores", row.clip().scores());
        return out;
    }

    /** To the disk, before the manifest says that it is there. */
    static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }
}
