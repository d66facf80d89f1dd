package dev.kinora.curate.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thresholds over a table of ten clips: a score of 1 to 10, every fourth unknown, the last a duplicate. */
class SelectionTest {
    @TempDir
    private Path folder = Path.of("");

    private Path table = Path.of("");

    @BeforeEach
    void writeTable() throws SQLException {
        table = folder.resolve("clips.parquet");
        try (Connection c = Duck.open();
                Statement s = c.createStatement()) {
            s.execute("COPY (SELECT 'c' || lpad(i::VARCHAR, 2, '0') AS id,"
                    + " CASE WHEN i <= 5 THEN 'a' ELSE 'b' END AS source, i::DOUBLE AS start_seconds,"
                    + " 2.0::DOUBLE AS seconds, i::DOUBLE AS motion,"
                    + " CASE WHEN i % 4 <> 0 THEN 1.0::DOUBLE END AS text,"
                    + " CASE WHEN i = 10 THEN 'c09' END AS duplicate_of FROM range(1, 11) r(i)) TO "
                    + Duck.literal(table.toString()) + " (FORMAT parquet)");
        }
    }

    private List<String> ids(long step, boolean keepUnknown, String... thresholds) throws IOException {
        try (Selection selection = new Selection(table)) {
            return selection.ids(query(step, keepUnknown, thresholds));
        }
    }

    private static Selection.Query query(long step, boolean keepUnknown, String... thresholds) {
        return new Selection.Query(
                Arrays.stream(thresholds).map(Threshold::parse).toList(), step, keepUnknown, false);
    }

    @Test
    void anAbsoluteValue() throws IOException {
        assertThat(ids(0, true, "motion >= 8")).containsExactly("c08", "c09");
    }

    @Test
    void aPercentileOfAllClips() throws IOException {
        // A quarter of the way from 1 to 10.
        assertThat(ids(0, true, "motion < p25")).containsExactly("c01", "c02", "c03");
    }

    @Test
    void aPercentileOfEachSource() throws IOException {
        assertThat(ids(0, true, "motion <= p25 per source")).containsExactly("c01", "c02", "c06", "c07");
    }

    @Test
    void rowsKeepTheirOrderWhateverPercentilesAreAmong() throws IOException, SQLException {
        try (Connection c = Duck.open();
                Statement s = c.createStatement()) {
            s.execute("COPY (SELECT 'c' || i AS id, 's' || (7 * i % 3) AS source, i::DOUBLE AS start_seconds,"
                    + " 1.0::DOUBLE AS seconds, i::DOUBLE AS motion, NULL::VARCHAR AS duplicate_of FROM range(9) r(i)) TO "
                    + Duck.literal(table.toString()) + " (FORMAT parquet)");
        }
        assertThat(ids(0, true, "motion >= p50 per source")).containsExactly("c3", "c4", "c5", "c6", "c7", "c8");
    }

    @Test
    void aScheduleByTrainingStep() throws IOException {
        String schedule = "motion >= 3 from 0, 7 from 100, 9 from 200";
        assertThat(ids(99, true, schedule)).hasSize(7);
        assertThat(ids(100, true, schedule)).containsExactly("c07", "c08", "c09");
        assertThat(ids(5000, true, schedule)).containsExactly("c09");
    }

    @Test
    void theUnknownPassesUnlessToldOtherwise() throws IOException {
        assertThat(ids(0, true, "text >= 1", "motion <= 5")).containsExactly("c01", "c02", "c03", "c04", "c05");
        assertThat(ids(0, false, "text >= 1", "motion <= 5")).containsExactly("c01", "c02", "c03", "c05");
    }

    @Test
    void theFunnelCountsWhatIsLeftAndWhatFailsAlone() throws IOException {
        try (Selection selection = new Selection(table)) {
            List<Selection.Step> funnel = selection.funnel(query(0, false, "motion >= 4", "text >= 1"));
            assertThat(funnel.stream().map(Selection.Step::clips)).containsExactly(10L, 9L, 6L, 4L);
            assertThat(funnel.stream().map(Selection.Step::failing)).containsExactly(0L, 1L, 3L, 2L);
            assertThat(funnel.getLast().unknown()).isEqualTo(2);
            assertThat(funnel.getLast().seconds()).isEqualTo(8);
        }
    }

    @Test
    void movingAThresholdNamesTheClipsThatChange() throws IOException {
        try (Selection selection = new Selection(table)) {
            Selection.Query before = query(0, true, "motion >= 4", "motion <= 8");
            Selection.Query after = before.move(Threshold.parse("motion >= 6"));
            assertThat(selection.changes(before, after))
                    .extracting(c -> c.id() + c.kept())
                    .containsExactly("c04false", "c05false");
            assertThat(after.thresholds()).hasSize(2);
        }
    }

    @Test
    void chosenRowsAreWrittenWhole() throws IOException {
        Path out = folder.resolve("chosen.parquet");
        try (Selection selection = new Selection(table)) {
            selection.write(query(0, true, "motion >= 9"), out);
        }
        try (Selection chosen = new Selection(out)) {
            assertThat(chosen.ids(query(0, true))).containsExactly("c09");
        }
    }

    @Test
    void aColumnThatIsNotThereIsRefusedWithThoseThatAre() {
        assertThatThrownBy(() -> ids(0, true, "motoin >= 1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("motoin")
                .hasMessageContaining("motion");
    }

    @Test
    void whatIsNoThresholdIsRefused() {
        for (String text : List.of("motion", "motion = 3", "motion >= x", "motion >= p101", "motion >= 1 from 5")) {
            assertThatThrownBy(() -> Threshold.parse(text))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected");
        }
    }

    @Test
    void aThresholdReadsAsItWasWritten() {
        for (String text : List.of("a >= 0.5", "a < p25", "a > p10 from 0, p30 from 500 per source")) {
            assertThat(Threshold.parse(text)).hasToString(text);
        }
    }
}
