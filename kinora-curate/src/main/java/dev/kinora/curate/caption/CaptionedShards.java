package dev.kinora.curate.caption;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kinora.curate.dataset.Commit;
import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.dataset.SideTable;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Copies a dataset's shards with the drawn caption of each clip as {@code ID.txt} beside its video: for readers of
 * WebDataset that know nothing of the captions' table. Clips without a caption are left out.
 */
public final class CaptionedShards {
    private CaptionedShards() {}

    /**
     * Writes the copy, whole or not at all.
     *
     * @param out a folder that does not exist yet
     * @return how many clips it has
     */
    public static int write(Path dataset, Path out) throws IOException {
        Manifest manifest = Manifest.read(dataset);
        Path lines = SideTable.find(dataset, manifest, CaptionQuestion.TABLE, ".jsonl")
                .orElseThrow(() -> new IOException(
                        "curate: dataset = " + dataset + " (expected: one with captions; kinora curate caption)"));
        List<String> shards = manifest.files().stream()
                .map(Manifest.Entry::path)
                .filter(p -> p.startsWith("shards/") && p.endsWith(".tar"))
                .toList();
        if (shards.isEmpty()) {
            throw new IOException("curate: dataset = " + dataset + " (expected: one of the form webdataset)");
        }
        if (Files.exists(out)) {
            throw new IOException("curate: out = " + out + " (expected: a folder that does not exist)");
        }
        Map<String, String> captions = new HashMap<>();
        for (String line : Files.readAllLines(lines)) {
            JsonNode row = AnswerJournal.JSON.readTree(line);
            if (row.path("caption").isTextual()) {
                captions.put(row.path("id").asText(), row.path("caption").asText());
            }
        }
        Path parent = out.toAbsolutePath().getParent();
        Path aside = parent == null ? out : parent.resolve("." + out.getFileName() + ".half");
        Commit.delete(aside);
        Files.createDirectories(aside);
        try {
            int clips = 0;
            for (String shard : shards) {
                clips += copy(dataset.resolve(shard), aside.resolve(shard.substring("shards/".length())), captions);
            }
            Files.move(aside, out, StandardCopyOption.ATOMIC_MOVE);
            return clips;
        } finally {
            Commit.delete(aside);
        }
    }

    private static int copy(Path from, Path to, Map<String, String> captions) throws IOException {
        int clips = 0;
        try (InputStream file = new BufferedInputStream(Files.newInputStream(from), 1 << 16);
                TarArchiveInputStream in = new TarArchiveInputStream(file, "UTF-8");
                TarArchiveOutputStream out = new TarArchiveOutputStream(
                        new BufferedOutputStream(Files.newOutputStream(to), 1 << 16), "UTF-8")) {
            for (TarArchiveEntry e; (e = in.getNextEntry()) != null; ) {
                String name = e.getName();
                String caption = captions.get(name.substring(0, Math.max(0, name.indexOf('.'))));
                if (caption == null) {
                    continue;
                }
                entry(out, name, e.getSize());
                in.transferTo(out);
                out.closeArchiveEntry();
                if (name.endsWith(".mp4")) {
                    byte[] text = caption.getBytes(UTF_8);
                    entry(out, name.replaceFirst("mp4$", "txt"), text.length);
                    out.write(text);
                    out.closeArchiveEntry();
                    clips++;
                }
            }
        }
        return clips;
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
}
