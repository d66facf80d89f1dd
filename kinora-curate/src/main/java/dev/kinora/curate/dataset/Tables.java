package dev.kinora.curate.dataset;

import dev.kinora.curate.cut.Change;
import dev.kinora.curate.cuts.Ballot;
import dev.kinora.curate.query.Duck;
import dev.kinora.curate.stage.Column;
import dev.kinora.curate.stage.Method;
import dev.kinora.curate.stage.StageInfo;
import dev.kinora.curate.tags.Tags;
import dev.kinora.curate.worker.Facts;
import dev.kinora.curate.worker.FileOutcome;
import dev.kinora.curate.worker.FileResult;
import dev.kinora.curate.worker.Vectors;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** Writes the manifest's tables as Parquet; the same rows give the same bytes. */
final class Tables {
    private Tables() {}

    /** A file's row: which file, what became of it, and which other one it equals. */
    record FileRow(
            Source source, FileResult result, @Nullable String duplicateOf) {}

    static void clips(
            Path file, List<ClipRow> rows, Map<String, Placement> placed, List<StageInfo> stages, Method shots)
            throws IOException {
        Columns<ClipRow> c = new Columns<ClipRow>()
                .text("id", r -> r.clip().id())
                .text("source", r -> r.source().name())
                .text("source_sha256", r -> r.source().sha256())
                .whole("shot", r -> (long) r.clip().shot())
                .whole("start_pts", r -> r.clip().startPts())
                .whole("end_pts", r -> r.clip().endPts())
                .text("time_base", r -> r.facts().timeBase())
                .real("start_seconds", r -> r.clip().startSeconds())
                .real("seconds", r -> r.clip().seconds())
                .whole("frames", r -> (long) r.clip().frames())
                .whole("width", r -> (long) r.clip().width())
                .whole("height", r -> (long) r.clip().height())
                .text("frame_rate", r -> r.facts().frameRate())
                .flag("variable_rate", r -> r.facts().variableRate())
                .text("codec", r -> r.facts().codec())
                .text("container", r -> r.facts().container())
                .real("source_bits_per_second", r -> r.facts().bitsPerSecond())
                .real("source_bits_per_pixel", r -> r.facts().bitsPerPixel())
                .text("cut", r -> r.clip().cut())
                .whole("bytes", r -> r.clip().bytes())
                .text("sha256", r -> r.clip().sha256())
                .text("bucket", r -> r.bucket().label())
                .text("path", r -> place(placed, r).path())
                .whole("offset", r -> place(placed, r).offset())
                .text("phash", r -> r.clip().phash())
                .text("duplicate_of", ClipRow::duplicateOf)
                .text("duplicate_by", ClipRow::duplicateBy)
                .text("shots_method", r -> shots.id())
                .text("shots_model", r -> shots.model());
        for (StageInfo stage : stages) {
            String name = stage.method().stage();
            c.text(name + "_method", r -> stage.method().id());
            c.text(name + "_model", r -> stage.method().model());
            for (Column column : stage.columns()) {
                c.real(column.name(), r -> r.clip().scores().get(column.name()));
            }
        }
        write(file, "clips", c, rows, Tags.select("clips", c.names()));
    }

    /** What clips show: the mean of their pictures' embeddings, each of those of unit length; null where there is none. */
    static void embeddings(Path file, List<ClipRow> rows) throws IOException {
        Columns<ClipRow> c = new Columns<ClipRow>()
                .text("id", r -> r.clip().id())
                .floats(
                        "clip",
                        r -> r.clip().embedding().isEmpty()
                                ? null
                                : Vectors.decode(r.clip().embedding()));
        write(file, "embeddings", c, rows, "SELECT * FROM embeddings");
    }

    private static Placement place(Map<String, Placement> placed, ClipRow row) {
        Placement at = placed.get(row.clip().id());
        if (at == null) {
            throw new IllegalStateException(
                    "Tables.clips: clip = " + row.clip().id() + " (expected: one that was placed)");
        }
        return at;
    }

    static void files(Path file, List<FileRow> rows) throws IOException {
        Columns<FileRow> c = new Columns<FileRow>()
                .text("source", r -> r.source().name())
                .text(
                        "sha256",
                        r -> r.source().sha256().isEmpty() ? null : r.source().sha256())
                .whole("bytes", r -> r.source().bytes())
                .text("status", r -> outcome(r).status())
                .text("error_class", r -> outcome(r).errorClass())
                .text("message", r -> outcome(r).message())
                .text("duplicate_of", FileRow::duplicateOf)
                .whole(
                        "clips",
                        r -> r.duplicateOf() == null ? r.result().clips().size() : 0L)
                .whole("shots", r -> r.duplicateOf() == null ? fact(r, f -> (long) r.result.shots()) : null)
                .whole("cuts", r -> counted(r, "cut"))
                .whole("graduals", r -> counted(r, "gradual"))
                .whole("last_good_pts", r -> outcome(r).lastGoodPts())
                .whole("frames", r -> outcome(r).frames())
                .whole("damaged_packets", r -> (long) outcome(r).damagedPackets())
                .whole("packet_bytes", r -> outcome(r).packetBytes())
                .whole("recoded_bytes", r -> outcome(r).recodedBytes())
                .text("container", r -> fact(r, Facts::container))
                .text("codec", r -> fact(r, Facts::codec))
                .text("pixel_format", r -> fact(r, Facts::pixelFormat))
                .whole("width", r -> fact(r, f -> (long) f.width()))
                .whole("height", r -> fact(r, f -> (long) f.height()))
                .text("frame_rate", r -> fact(r, Facts::frameRate))
                .text("time_base", r -> fact(r, Facts::timeBase))
                .real("seconds", r -> fact(r, Facts::seconds))
                .flag("variable_rate", r -> fact(r, Facts::variableRate))
                .whole("key_frames", r -> fact(r, f -> (long) f.keyFrames()))
                .real("bits_per_second", r -> fact(r, Facts::bitsPerSecond))
                .real("bits_per_pixel", r -> fact(r, Facts::bitsPerPixel))
                .text("rotation", r -> fact(r, Facts::rotation))
                .text("colour_matrix", r -> fact(r, Facts::colourMatrix));
        write(file, "files", c, rows, "SELECT * FROM files");
    }

    /** A place in a file where detectors voted. */
    private record CutRow(FileRow file, Change change) {}

    static void cuts(Path file, List<FileRow> files, Method shots) throws IOException {
        List<CutRow> rows = new ArrayList<>();
        for (FileRow f : files) {
            if (f.duplicateOf == null) {
                f.result.changes().forEach(c -> rows.add(new CutRow(f, c)));
            }
        }
        Columns<CutRow> c = new Columns<CutRow>()
                .text("source", r -> r.file.source.name())
                .text("source_sha256", r -> r.file.source.sha256())
                .text("kind", r -> r.change.kind())
                .whole("start_pts", r -> r.change.startPts())
                .whole("end_pts", r -> r.change.endPts())
                .text("time_base", r -> fact(r.file, Facts::timeBase))
                .real("start_seconds", r -> r.change.startSeconds())
                .real("end_seconds", r -> r.change.endSeconds())
                .real("confidence", r -> r.change.confidence())
                .text("shots_method", r -> shots.id())
                .text("shots_model", r -> shots.model());
        for (String name : Ballot.NAMES) {
            c.real("vote_" + name, r -> r.change.votes().get(name));
        }
        write(file, "cuts", c, rows, "SELECT * FROM cuts");
    }

    private static @Nullable Object counted(FileRow row, String kind) {
        return row.duplicateOf != null || row.result.facts() == null
                ? null
                : (Object) row.result.changes().stream()
                        .filter(c -> c.kind().equals(kind))
                        .count();
    }

    private static FileOutcome outcome(FileRow row) {
        return row.duplicateOf == null
                ? row.result.outcome()
                : FileOutcome.failed("skipped", "duplicate", "the same bytes as " + row.duplicateOf);
    }

    private static @Nullable Object fact(FileRow row, java.util.function.Function<Facts, Object> of) {
        Facts facts = row.result.facts();
        return facts == null ? null : of.apply(facts);
    }

    private static <R> void write(Path file, String table, Columns<R> columns, List<R> rows, String select)
            throws IOException {
        try (Connection c = Duck.open();
                Statement s = c.createStatement()) {
            s.execute("CREATE TABLE " + table + " (" + columns.definition() + ")");
            try (DuckDBAppender to =
                    c.unwrap(DuckDBConnection.class).createAppender(DuckDBConnection.DEFAULT_SCHEMA, table)) {
                for (R row : rows) {
                    to.beginRow();
                    for (Columns.Column<R> column : columns.all()) {
                        append(to, column.value().apply(row));
                    }
                    to.endRow();
                }
            }
            s.execute("COPY (" + select + ") TO " + Duck.literal(file.toString())
                    + " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000)");
        } catch (SQLException e) {
            throw new IOException(
                    "dataset: table = " + table + " (expected: one that can be written; " + e.getMessage() + ")", e);
        }
        ShardWriter.force(file);
    }

    private static void append(DuckDBAppender to, @Nullable Object value) throws SQLException {
        if (value == null) {
            to.appendNull();
        } else if (value instanceof String text) {
            to.append(text);
        } else if (value instanceof Long whole) {
            to.append(whole.longValue());
        } else if (value instanceof Integer whole) {
            to.append(whole.longValue());
        } else if (value instanceof Double real) {
            to.append(real.doubleValue());
        } else if (value instanceof float[] reals) {
            to.append(reals);
        } else if (value instanceof Boolean flag) {
            to.append(flag.booleanValue());
        } else {
            throw new IllegalStateException("Tables: value = " + value.getClass());
        }
    }
}
