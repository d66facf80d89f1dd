package dev.kinora.curate.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kinora.curate.Footage;
import dev.kinora.curate.caption.CaptionQuestion;
import dev.kinora.curate.dataset.Dataset;
import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.dataset.SideTable;
import dev.kinora.curate.engine.CurateListener;
import dev.kinora.curate.engine.TinyRuns;
import dev.kinora.curate.query.Duck;
import dev.kinora.curate.query.Selection;
import dev.kinora.curate.query.Threshold;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page in a real browser, from disk: a small dataset of files with hostile names, and a table of 600 clips full of
 * equal and unknown values, whose funnel has to be that of {@link Selection} to the clip.
 */
class ReviewPageTest {
    private static final String READY = "document.documentElement.dataset.ready";
    private static final String HOSTILE =
            "script><script>document.title='owned'<img src=x onerror=document.title='owned'>.mp4";
    private static final String CAPTION = "</script><img src=x onerror=\"document.title='owned'\">&amp; \\u2028 a ball";
    private static final int CLIPS = 600;

    @TempDir
    private static Path folder = Path.of("");

    private static Path dataset = Path.of("");
    private static Path page = Path.of("");
    private static Path large = Path.of("");
    private static @Nullable Chromium browser;

    @BeforeAll
    static void makePages() throws Exception {
        Path raw = Files.createDirectories(folder.resolve("raw"));
        Path video = Footage.video(folder.resolve("v.mp4"), 1, 64, 48, 16);
        // A folder that ends in "<" and a file that begins with "script>": together the end of a script.
        Files.move(video, Files.createDirectories(raw.resolve("<")).resolve(HOSTILE));
        Footage.video(raw.resolve("plain.mp4"), 2, 48, 64, 16);
        Files.writeString(raw.resolve("broken.mp4"), "no video");
        dataset = folder.resolve("data set");
        Manifest manifest = TinyRuns.curate(raw, dataset);
        Path captions = dataset.resolve("aside.parquet");
        try (Connection db = Duck.open();
                Statement s = db.createStatement()) {
            s.execute("COPY (SELECT id, " + Duck.literal(CAPTION) + " AS caption FROM read_parquet("
                    + Duck.literal(dataset.resolve(Manifest.CLIPS).toString()) + ")) TO "
                    + Duck.literal(captions.toString()) + " (FORMAT parquet)");
        }
        SideTable.commit(dataset, CaptionQuestion.TABLE, CAPTION, List.of(captions));
        page = review(3).page();
        large = large(manifest);
    }

    private static Review.Made review(int frames) throws IOException {
        return new Review(frames, 64, 2, CurateListener.SILENT).make(Dataset.of(dataset), folder.resolve("review"));
    }

    /** Clips with scores in few steps, every seventh unknown, some duplicates, of sources of uneven size. */
    private static Path large(Manifest manifest) throws Exception {
        Path tables = Files.createDirectories(folder.resolve("large"));
        Files.copy(dataset.resolve(Manifest.FILES), tables.resolve(Manifest.FILES));
        try (Connection db = Duck.open();
                Statement s = db.createStatement()) {
            s.execute(
                    "COPY (SELECT md5(i::VARCHAR) AS id, 'film ' || (i * i % 11) AS source, i::DOUBLE AS start_seconds,"
                            + " (1 + i % 5)::DOUBLE AS seconds, 0::BIGINT AS frames, 64::BIGINT AS width, 48::BIGINT AS height,"
                            + " 1000 + i % 3 AS bytes, 'b' || (i % 4) AS bucket, 'shards/x.tar' AS path,"
                            + " CASE WHEN i % 50 = 1 THEN md5('0') END AS duplicate_of,"
                            + " CASE WHEN i % 7 <> 0 THEN (i * 37 % 100) / 7.0 END AS picture_sharpness,"
                            + " CASE WHEN i % 13 <> 0 THEN (i * 61 % 23) / 23.0 END AS picture_flat,"
                            + " (i * 17 % 10) / 10.0 AS tag_static, NULL::DOUBLE AS tag_text FROM range(" + CLIPS
                            + ") r(i)) TO "
                            + Duck.literal(tables.resolve(Manifest.CLIPS).toString()) + " (FORMAT parquet)");
        }
        ClipTable clips = ClipTable.read(tables.resolve(Manifest.CLIPS));
        List<String> ids = Arrays.stream(clips.texts("id")).map(String::valueOf).toList();
        ReviewData.Place place = new ReviewData.Place("large", "large", "sprites", 3, ids, null);
        return Files.writeString(
                tables.resolve("index.html"), ReviewPage.of("large", ReviewData.of(tables, manifest, clips, place)));
    }

    @AfterAll
    static void closeBrowser() throws Exception {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void forget() {
        if (browser != null) {
            browser.complaints().clear();
            browser.requests().clear();
        }
    }

    private static Chromium open(Path page) throws Exception {
        assumeTrue(
                Chromium.find().isPresent(),
                "SKIPPED: no Chromium on this machine (CHROME or the path name none), so no page was opened");
        Chromium chromium = browser == null ? new Chromium(Chromium.find().orElseThrow()) : browser;
        browser = chromium;
        chromium.open(page.toUri(), READY);
        return chromium;
    }

    @Test
    void opensFromDiskWithoutAComplaint() throws Exception {
        Chromium c = open(page);
        assertThat(c.evaluate("document.getElementById('size').textContent").asText())
                .isEqualTo("2 clips, 4.0 s, of 3 files");
        assertThat(c.texts("[...document.querySelectorAll('#files details')].map(d => d.dataset.outcome)"))
                .containsExactly("ok", "error: unreadable");
        c.evaluate(
                "new Promise((done, failed) => { const sheet = new Image(); sheet.onload = done; sheet.onerror = failed;"
                        + " sheet.src = getComputedStyle(document.querySelector('.card .sprite')).backgroundImage.slice(5, -2);"
                        + " })");
        assertThat(c.requests()).isNotEmpty().allMatch(r -> r.startsWith("file:"));
        assertThat(c.complaints()).isEmpty();
    }

    @Test
    void hostileNamesAreNamesAndNothingElse() throws Exception {
        Chromium c = open(page);
        String index = "app.order = app.table.ids.findIndex((id, i) => app.table.source(i).includes('owned'))";
        c.evaluate("app.open(" + index + ")");
        assertThat(c.evaluate("document.querySelector('#detail h2').textContent")
                        .asText())
                .isEqualTo("script><script>document.title='owned'<img src=x onerror=document.title='owned'>.mp4");
        assertThat(c.evaluate("document.querySelector('#detail .caption').lastChild.textContent")
                        .asText())
                .isEqualTo(CAPTION);
        assertThat(c.texts("[...document.querySelectorAll('.card .name')].map(n => n.textContent)"))
                .contains(HOSTILE);
        assertThat(c.evaluate("document.querySelectorAll('img').length").asInt())
                .isZero();
        assertThat(c.evaluate("document.scripts.length").asInt()).isEqualTo(2);
        assertThat(c.evaluate("document.title").asText()).isEqualTo("Review: data set");
        assertThat(c.complaints()).isEmpty();
    }

    @Test
    void theFunnelIsThatOfSelectionToTheClip() throws Exception {
        Chromium c = open(large);
        for (List<String> keep : List.of(
                List.<String>of(),
                List.of("picture_sharpness >= 5"),
                List.of("picture_sharpness >= p25", "picture_flat <= p60"),
                List.of("picture_flat > p37.5", "tag_static < 0.5", "tag_text < 0.5"),
                List.of("picture_sharpness >= p33 per source", "picture_flat < p90 per bucket"),
                List.of("picture_sharpness <= p100", "picture_flat >= p0", "seconds > 1", "bytes >= p50"))) {
            for (boolean keepUnknown : List.of(true, false)) {
                String hash = keep.stream()
                        .map(k -> "&keep=" + URLEncoder.encode(k, StandardCharsets.UTF_8))
                        .collect(Collectors.joining());
                String options = keepUnknown ? "" : "&unknown=drop&duplicates=keep";
                c.evaluate("app.read('#show=all" + hash + options + "')");
                assertSame(
                        c,
                        new Selection.Query(
                                keep.stream().map(Threshold::parse).toList(), 0, keepUnknown, !keepUnknown));
            }
        }
        assertThat(c.complaints()).isEmpty();
    }

    /** Where a percentile falls between two equal values, its rounding decides whether both pass or neither. */
    @Test
    void percentilesAreRoundedAsTheDatabaseRoundsThem() throws Exception {
        Chromium c = open(large);
        for (int p = 1; p < 100; p += 4) {
            String keep = "picture_sharpness >= p" + p;
            c.evaluate("app.read('#keep=" + URLEncoder.encode(keep, StandardCharsets.UTF_8) + "')");
            assertSame(c, new Selection.Query(List.of(Threshold.parse(keep)), 0, true, false));
        }
    }

    @Test
    void aSliderMovesTheFunnel() throws Exception {
        Chromium c = open(large);
        c.evaluate("app.filters.open(['picture'])");
        c.evaluate("document.querySelector('[data-column=picture_sharpness] input.min').focus()");
        c.press("ArrowRight", 39, 12);
        c.press("PageUp", 33, 3);
        c.evaluate("document.querySelector('[data-column=tag_static] input.max').focus()");
        c.press("PageDown", 34, 4);
        List<Threshold> thresholds = Pattern.compile("--keep \"([^\"]+)\"")
                .matcher(c.evaluate("document.getElementById('command').textContent")
                        .asText())
                .results()
                .map(m -> Threshold.parse(m.group(1)))
                .toList();
        assertThat(thresholds).extracting(Threshold::column).containsExactly("picture_sharpness", "tag_static");
        Selection.Query query = new Selection.Query(thresholds, 0, true, false);
        assertSame(c, query);
        assertThat(c.evaluate("app.query.steps.at(-1).clips").asInt()).isBetween(1, CLIPS / 2);
    }

    private static void assertSame(Chromium c, Selection.Query query) throws Exception {
        try (Selection selection = new Selection(large.resolveSibling(Manifest.CLIPS))) {
            List<String> expected = new ArrayList<>();
            for (Selection.Step s : selection.funnel(query)) {
                expected.add("%d left, %d fail, %d unknown".formatted(s.clips(), s.failing(), s.unknown()));
            }
            assertThat(c.texts("[...document.querySelectorAll('#funnel tbody tr')].map(r => `${r.dataset.clips} left, "
                            + "${r.dataset.failing} fail, ${r.dataset.unknown} unknown`)"))
                    .as("%s", query)
                    .isEqualTo(expected);
            // As one text: lists of hundreds make no message.
            assertThat(String.join(" ", c.texts("app.table.ids.filter((id, i) => app.query.passes[i])"))
                            .equals(String.join(" ", selection.ids(query))))
                    .as("the same clips for %s", query)
                    .isTrue();
        }
    }

    @Test
    void onlyClipsInSightAreInThePage() throws Exception {
        Chromium c = open(large);
        c.evaluate("app.read('#show=all')");
        assertThat(c.evaluate("app.clips.order.length").asInt()).isEqualTo(CLIPS);
        assertThat(c.evaluate("document.querySelectorAll('.card').length").asInt())
                .isBetween(4, 60);
        c.evaluate("app.clips.node.focus()");
        c.press("End", 35, 1);
        c.waitFor("document.querySelector('#clip-" + (CLIPS - 1) + "[aria-selected=true]')");
        assertThat(c.evaluate("document.querySelectorAll('.card').length").asInt())
                .isBetween(1, 60);
    }

    @Test
    void thePointerRunsThroughAClip() throws Exception {
        Chromium c = open(page);
        List<String> shown = new ArrayList<>();
        for (double share : List.of(0.1, 0.9)) {
            List<String> at = c.texts("(({ left, top, width, height }) => [left + width * " + share
                    + ", top + height / 2])(document.querySelector('.card .sprite').getBoundingClientRect())");
            c.point(Double.parseDouble(at.get(0)), Double.parseDouble(at.get(1)));
            shown.add(c.evaluate("document.querySelector('.card .sprite').style.backgroundPositionX")
                    .asText());
        }
        assertThat(shown).containsExactly("0%", "100%");
    }

    @Test
    void madeAgainItDrawsNothing() throws IOException {
        byte[] before = Files.readAllBytes(page);
        assertThat(review(3).drawn()).isZero();
        assertThat(page).hasBinaryContent(before);
    }

    @Test
    void aFolderOfOtherThingsIsRefused() {
        Review review = new Review(3, 64, 1, CurateListener.SILENT);
        assertThatThrownBy(() -> review.make(Dataset.of(dataset), folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("--out");
    }
}
