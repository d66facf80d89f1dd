package dev.kinora.curate.review;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kinora.curate.caption.CaptionQuestion;
import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.dataset.SideTable;
import dev.kinora.curate.stage.Column;
import dev.kinora.curate.stage.StageInfo;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the page knows of a dataset, as one JSON document that may stand within HTML. */
final class ReviewData {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    /** Numbers that are no scores, and what they are. */
    private static final List<Column> PLAIN = List.of(
            new Column("seconds", "s", "how long the clip is"),
            new Column("start_seconds", "s", "where it begins in its source"),
            new Column("frames", "", "how many frames it has"),
            new Column("width", "pixels", "of a frame"),
            new Column("height", "pixels", "of a frame"),
            new Column("bytes", "bytes", "size of its file"),
            new Column("source_bits_per_second", "bit/s", "of the source's video stream"),
            new Column("source_bits_per_pixel", "bit", "of the source's video stream"));

    private static final List<String> FACTS =
            List.of("frame_rate", "codec", "container", "cut", "shots_method", "tags_method");

    /** The columns of captions, the drawn one first. */
    private static final List<String> CAPTIONS =
            List.of("caption", "caption_image", "caption_video", "caption_summary", "caption_dense");

    /**
     * What the page has to be told beside the tables.
     *
     * @param name of the dataset, for people
     * @param path of the dataset as a command line names it
     * @param sprites folder of the contact sheets, from the page
     * @param frames pictures of a contact sheet
     * @param missing clips without one
     * @param base the dataset's folder from the page; null where clips lie in shards and cannot be opened
     */
    record Place(
            String name,
            String path,
            String sprites,
            int frames,
            List<String> missing,
            @Nullable String base) {}

    private ReviewData() {}

    /** Reads a dataset's tables. */
    static String of(Path dataset, Manifest manifest, ClipTable clips, Place place) throws IOException {
        StringWriter to = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(to)) {
            json.writeStartObject();
            json.writeStringField("dataset", place.name());
            json.writeStringField("path", place.path());
            json.writeStringField("sprites", place.sprites());
            json.writeNumberField("frames", place.frames());
            json.writePOJOField("missing", place.missing());
            json.writePOJOField("ids", clips.texts("id"));
            json.writePOJOField("source", clips.words("source"));
            json.writePOJOField("bucket", clips.words("bucket"));
            json.writePOJOField("duplicateOf", clips.texts("duplicate_of"));
            json.writeObjectFieldStart("place");
            json.writeStringField("base", place.base());
            json.writePOJOField("path", clips.words("path"));
            json.writeEndObject();
            json.writeObjectFieldStart("facts");
            for (String fact : FACTS) {
                if (clips.has(fact)) {
                    json.writePOJOField(fact, clips.words(fact));
                }
            }
            json.writeEndObject();
            columns(json, manifest, clips);
            json.writePOJOField("captions", captions(dataset, manifest));
            files(json, ClipTable.read(dataset.resolve(Manifest.FILES)));
            json.writeEndObject();
        }
        return forHtml(to.toString());
    }

    /** Tags first, then scores stage by stage, then plain numbers. */
    private static void columns(JsonGenerator json, Manifest manifest, ClipTable clips) throws IOException {
        Map<String, Column> known = new LinkedHashMap<>();
        manifest.tags().columns().forEach(c -> known.put(c.name(), c));
        for (StageInfo stage : manifest.stages()) {
            stage.columns().forEach(c -> known.put(c.name(), c));
        }
        Set<String> plain = Set.copyOf(PLAIN.stream().map(Column::name).toList());
        for (String score : clips.scores()) {
            if (!plain.contains(score)) {
                known.putIfAbsent(score, new Column(score, "", ""));
            }
        }
        json.writeArrayFieldStart("columns");
        for (Column c : known.values()) {
            column(json, c, c.name().replaceFirst("_.*", ""), clips);
        }
        for (Column c : PLAIN) {
            column(json, c, "clip", clips);
        }
        json.writeEndArray();
    }

    private static void column(JsonGenerator json, Column c, String group, ClipTable clips) throws IOException {
        if (clips.has(c.name())) {
            json.writeStartObject();
            json.writeStringField("name", c.name());
            json.writeStringField("group", group);
            json.writeStringField("unit", c.unit());
            json.writeStringField("meaning", c.meaning());
            json.writeStringField("values", clips.base64(c.name()));
            json.writeEndObject();
        }
    }

    private record Caption(String name, String text) {}

    private static Map<String, List<Caption>> captions(Path dataset, Manifest manifest) throws IOException {
        Map<String, List<Caption>> all = new LinkedHashMap<>();
        Optional<Path> table = SideTable.find(dataset, manifest, CaptionQuestion.TABLE, ".parquet");
        if (table.isEmpty()) {
            return all;
        }
        ClipTable captions = ClipTable.read(table.get());
        @Nullable String[] ids = captions.texts("id");
        List<String> there = captions.textColumns();
        for (String column : CAPTIONS) {
            if (!there.contains(column)) {
                continue;
            }
            @Nullable String[] texts = captions.texts(column);
            for (int i = 0; i < ids.length; i++) {
                String text = texts[i];
                if (text != null && !text.isEmpty()) {
                    all.computeIfAbsent(String.valueOf(ids[i]), id -> new ArrayList<>())
                            .add(new Caption(column, text));
                }
            }
        }
        return all;
    }

    private record FileRow(
            String source,
            String status,
            String errorClass,
            String message,
            long clips,
            @Nullable Double seconds) {}

    private static void files(JsonGenerator json, ClipTable files) throws IOException {
        List<FileRow> rows = new ArrayList<>();
        for (int i = 0; i < files.rows(); i++) {
            double seconds = files.numbers("seconds")[i];
            rows.add(new FileRow(
                    text(files, "source", i),
                    text(files, "status", i),
                    text(files, "error_class", i),
                    text(files, "message", i),
                    (long) files.numbers("clips")[i],
                    Double.isNaN(seconds) ? null : seconds));
        }
        json.writePOJOField("files", rows);
    }

    private static String text(ClipTable table, String column, int row) {
        return Objects.requireNonNullElse(table.texts(column)[row], "");
    }

    /** JSON of which no character means anything to HTML; the same document to a reader of JSON. */
    static String forHtml(String json) {
        return json.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
    }
}
