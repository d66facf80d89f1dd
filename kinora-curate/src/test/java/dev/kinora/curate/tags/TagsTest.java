package dev.kinora.curate.tags;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.curate.query.Duck;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Formulas of the tags, computed by the database that will compute them. */
class TagsTest {
    private static @Nullable Double value(Tag tag, String columns, Set<String> names) throws SQLException {
        try (Connection c = Duck.open();
                Statement s = c.createStatement()) {
            s.execute("CREATE TABLE clips AS SELECT " + columns);
            try (ResultSet r =
                    s.executeQuery("SELECT " + tag.column() + " FROM (" + Tags.select("clips", names) + ")")) {
                r.next();
                double v = r.getDouble(1);
                return r.wasNull() ? null : v;
            }
        }
    }

    private static @Nullable Double still(String motionStill, String motionMean) throws SQLException {
        return value(
                Tag.STATIC,
                motionStill + "::DOUBLE AS motion_still, " + motionMean + "::DOUBLE AS motion_mean",
                Set.of("motion_still", "motion_mean"));
    }

    @Test
    void aRampGoesFromNoughtToOne() throws SQLException {
        assertThat(still("0.80", "1")).isZero();
        assertThat(still("0.875", "1")).isEqualTo(0.5, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(still("0.99", "1")).isEqualTo(1);
        assertThat(still("0", "0.001")).isEqualTo(1);
    }

    @Test
    void anUnknownLayerLeavesTheOthersToDecide() throws SQLException {
        assertThat(still("NULL", "0.001")).isEqualTo(1);
        assertThat(still("NULL", "NULL")).isNull();
    }

    @Test
    void layersThatHaveToHoldTogetherAreUnknownWhenOneIs() throws SQLException {
        String others = ", 0.9::DOUBLE AS picture_flat, 0.9::DOUBLE AS picture_palette, 0.0::DOUBLE AS motion_still";
        assertThat(value(
                        Tag.SCREEN,
                        "NULL::DOUBLE AS picture_dark, 0.9::DOUBLE AS picture_axis_edges" + others,
                        Tag.SCREEN.inputs()))
                .isNull();
        assertThat(value(
                        Tag.SCREEN,
                        "0::DOUBLE AS picture_dark, 0.1::DOUBLE AS picture_axis_edges" + others,
                        Tag.SCREEN.inputs()))
                .isZero();
    }

    @Test
    void aTagWithoutItsColumnsIsUnknown() throws SQLException {
        assertThat(value(Tag.TEXT, "1 AS other", Set.of("other"))).isNull();
    }

    private static double tag(Tag tag, Map<String, Double> scores) throws SQLException {
        StringJoiner columns = new StringJoiner(", ");
        for (String input : tag.inputs()) {
            columns.add(scores.getOrDefault(input, 0.0) + "::DOUBLE AS " + input);
        }
        Double v = value(tag, columns.toString(), tag.inputs());
        return v == null ? Double.NaN : v;
    }

    @Test
    void aStandingPageFullOfPhotographsIsASlideAndAMovingOneIsNone() throws SQLException {
        Map<String, Double> page = new HashMap<>(
                Map.of("picture_flat", 0.86, "picture_axis_edges", 0.32, "picture_palette", 0.85, "motion_still", 1.0));
        assertThat(tag(Tag.LECTURE, page)).isEqualTo(1);
        assertThat(tag(Tag.SCREEN, page)).isEqualTo(1);
        page.put("motion_still", 0.2);
        assertThat(tag(Tag.LECTURE, page)).isZero();
        assertThat(tag(Tag.SCREEN, page)).isLessThan(0.5);
    }

    @Test
    void aFaceInTheCornerOfAPageSpeaksAndOneOfManyWhoWalkByDoesNot() throws SQLException {
        Map<String, Double> talk = new HashMap<>(Map.of(
                "face_seen", 0.9, "face_steady", 0.8, "face_aside", 0.7, "face_area", 0.02, "picture_axis_edges", 0.4));
        talk.putAll(Map.of("motion_mean", 0.01, "camera_speed", 0.002, "motion_object", 0.3));
        assertThat(tag(Tag.LECTURE, talk)).isEqualTo(1);
        talk.put("motion_mean", 0.1);
        assertThat(tag(Tag.LECTURE, talk)).isZero();
    }

    @Test
    void aNearFaceMayMoveFartherThanASmallOne() throws SQLException {
        Map<String, Double> head =
                new HashMap<>(Map.of("face_seen", 1.0, "face_steady", 0.8, "face_area", 0.25, "motion_object", 0.16));
        assertThat(tag(Tag.LECTURE, head)).isGreaterThan(0.5);
        head.put("face_area", 0.04);
        assertThat(tag(Tag.LECTURE, head)).isZero();
    }

    @Test
    void aCardOfFewWordsIsText() throws SQLException {
        assertThat(tag(Tag.TEXT, Map.of("text_area_held", 0.02, "text_edges", 0.9)))
                .isEqualTo(1);
        assertThat(tag(Tag.TEXT, Map.of("text_area_held", 0.02, "text_edges", 0.1)))
                .isZero();
    }

    @Test
    void everyTagSaysWhatItReads() {
        assertThat(Tag.STATIC.inputs()).containsExactly("motion_mean", "motion_still");
        for (Tag tag : Tag.values()) {
            assertThat(tag.inputs()).as(tag.column()).isNotEmpty();
        }
    }
}
