package dev.kinora.curate.tags;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.curate.query.Duck;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
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
        Set<String> names = Set.of("picture_flat", "picture_axis_edges", "picture_palette");
        assertThat(value(
                        Tag.SCREEN,
                        "0.9::DOUBLE AS picture_flat, NULL::DOUBLE AS picture_axis_edges, 0.9::DOUBLE AS picture_palette",
                        names))
                .isNull();
        assertThat(value(
                        Tag.SCREEN,
                        "0.9::DOUBLE AS picture_flat, 0.1::DOUBLE AS picture_axis_edges, 0.9::DOUBLE AS picture_palette",
                        names))
                .isZero();
    }

    @Test
    void aTagWithoutItsColumnsIsUnknown() throws SQLException {
        assertThat(value(Tag.TEXT, "1 AS other", Set.of("other"))).isNull();
    }

    @Test
    void everyTagSaysWhatItReads() {
        assertThat(Tag.STATIC.inputs()).containsExactly("motion_mean", "motion_still");
        for (Tag tag : Tag.values()) {
            assertThat(tag.inputs()).as(tag.column()).isNotEmpty();
        }
    }
}
