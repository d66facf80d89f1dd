package dev.kinora.curate.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.curate.Footage;
import dev.kinora.curate.caption.Clip;
import dev.kinora.curate.dataset.Dataset;
import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.dataset.SideTable;
import dev.kinora.curate.engine.CurateListener;
import dev.kinora.curate.engine.RemoteFile;
import dev.kinora.curate.engine.TinyRuns;
import dev.kinora.curate.engine.UnreadableFileException;
import dev.kinora.curate.review.Review;
import dev.kinora.curate.worker.Hashes;
import dev.kinora.testkit.S3Double;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources in a bucket and a dataset put into one, against a store of this machine that fails on purpose. */
class S3Test {
    private static final S3Uri RAW = S3Uri.parse("s3://bucket/raw/");
    private static final S3Uri SET = S3Uri.parse("s3://bucket/sets/first");
    private static final byte[] BODY = "0123456789".repeat(500).getBytes(UTF_8);

    @TempDir
    private Path folder = Path.of("");

    private final S3Double server;
    private final S3 store;

    S3Test() throws IOException {
        server = new S3Double();
        store = new S3(new S3Settings(server.endpoint(), "", true, false, 4, 5));
    }

    @BeforeEach
    void signAsTheDoubleExpects() {
        System.setProperty("aws.accessKeyId", "key");
        System.setProperty("aws.secretAccessKey", "secret");
    }

    @AfterEach
    void close() {
        store.close();
        server.close();
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    @Test
    void filesAreFoundPageByPageWithoutHiddenOnesAndFolders() throws IOException {
        for (String key : List.of(
                "raw/a.mp4", "raw/b/c.mp4", "raw/b/", "raw/.hidden", "raw/.x/d.mp4", "rawer/e.mp4", "raw/f.mp4")) {
            server.put(key, BODY);
        }
        assertThat(store.find(RAW))
                .extracting(RemoteFile::name)
                .containsExactly("s3://bucket/raw/a.mp4", "s3://bucket/raw/b/c.mp4", "s3://bucket/raw/f.mp4");
        assertThat(store.find(S3Uri.parse("s3://bucket/raw/a.mp4"))).hasSize(1);
    }

    @Test
    void aBrokenConnectionIsTakenUpWhereItBroke() throws IOException {
        server.put("raw/a.mp4", BODY);
        RemoteFile file = store.find(RAW).getFirst();
        server.faults = first(2, "GET /bucket/raw/a.mp4", S3Double.Fault.BREAK);
        file.fetch(folder.resolve("a"));
        assertThat(folder.resolve("a")).hasBinaryContent(BODY);
    }

    @Test
    void aStoreThatIsBusyIsAskedAgain() throws IOException {
        server.put("raw/a.mp4", BODY);
        server.faults = first(3, "GET /bucket", S3Double.Fault.SLOW_DOWN);
        store.find(RAW).getFirst().fetch(folder.resolve("a"));
        assertThat(folder.resolve("a")).hasBinaryContent(BODY);
    }

    @Test
    void whatAFileIsRefusedForIsItsClass() throws IOException {
        for (String key : List.of("raw/changed", "raw/denied", "raw/missing")) {
            server.put(key, BODY);
        }
        List<RemoteFile> files = store.find(RAW);
        server.put("raw/changed", "another".getBytes(UTF_8));
        server.objects.remove("raw/missing");
        server.faults = r -> r.endsWith("denied") ? S3Double.Fault.DENY : S3Double.Fault.NONE;
        for (RemoteFile file : files) {
            assertThatThrownBy(() -> file.fetch(folder.resolve("x")))
                    .isInstanceOfSatisfying(
                            UnreadableFileException.class,
                            e -> assertThat(file.name()).endsWith("/" + e.errorClass()));
        }
        assertThat(folder.resolve("x")).doesNotExist();
    }

    @Test
    void aStoreThatIsGoneOrDoesNotKnowUsEndsTheRunAndNotTheFile() throws IOException {
        server.put("raw/a.mp4", BODY);
        RemoteFile file = store.find(RAW).getFirst();
        for (S3Double.Fault fault : List.of(S3Double.Fault.SLOW_DOWN, S3Double.Fault.STRANGER)) {
            server.faults = r -> fault;
            assertThatThrownBy(() -> file.fetch(folder.resolve("x")))
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(UnreadableFileException.class)
                    .hasMessageContaining("s3://bucket/raw/a.mp4");
        }
    }

    /** The whole way: a spool for one file at a time, a bad connection, files that cannot be had; published in parts. */
    @Test
    void aBucketIsCuratedIntoAnotherPlaceOfIt() throws Exception {
        for (int i = 0; i < 2; i++) {
            Path video = Footage.video(folder.resolve("v.mp4"), i, 64, 48, 8);
            server.put("raw/v" + i + ".mp4", Files.readAllBytes(video));
        }
        server.put("raw/denied.mp4", BODY);
        server.put("raw/gone.mp4", BODY);
        Function<String, S3Double.Fault> broken = first(1, "GET /bucket/raw/v", S3Double.Fault.BREAK);
        server.faults = r -> r.endsWith("denied.mp4") ? S3Double.Fault.DENY : broken.apply(r);
        List<RemoteFile> files = store.find(RAW);
        server.objects.remove("raw/gone.mp4");
        Path dataset = folder.resolve("dataset");
        Manifest manifest = TinyRuns.curate(files, 1000, dataset);
        assertThat(manifest.clips()).isEqualTo(2);
        assertThat(TinyRuns.outcomes(dataset))
                .containsExactly(
                        "s3://bucket/raw/denied.mp4 error denied",
                        "s3://bucket/raw/gone.mp4 error missing",
                        "s3://bucket/raw/v0.mp4 ok ",
                        "s3://bucket/raw/v1.mp4 ok ");
        assertThat(Files.exists(dataset.resolve(".work"))).isFalse();

        server.faults = first(1, "PUT /bucket/sets", S3Double.Fault.SLOW_DOWN);
        int all = manifest.files().size() + 1;
        assertThat(publication(SET, 3000).publish(dataset)).isEqualTo(all);
        assertThat(published("sets/first/")).isEqualTo(bytes(dataset));
        assertThat(server.openUploads()).isZero();
        assertThat(publication(SET, 3000).publish(dataset)).isZero();
        int at = server.requests.indexOf("PUT /bucket/sets/first/manifest.json");
        assertThat(server.requests.subList(at, server.requests.size()))
                .filteredOn(r -> r.startsWith("PUT"))
                .hasSize(1);

        itIsReadWhereItLies(dataset);
        stoppedAnywhereItGoesOn(dataset, bytes(dataset));
        anotherDatasetIsRefused(dataset);
    }

    private void itIsReadWhereItLies(Path dataset) throws IOException {
        Path cache = folder.resolve("cache");
        Predicate<String> tables = Set.of(Manifest.CLIPS, Manifest.FILES)::contains;
        Dataset there = BucketDataset.open(store, SET, cache, tables);
        assertThat(there.folder().resolve(Manifest.CLIPS))
                .hasBinaryContent(Files.readAllBytes(dataset.resolve(Manifest.CLIPS)));
        Files.writeString(there.folder().resolve(Manifest.FILES), "damaged");
        server.requests.clear();
        BucketDataset.open(store, SET, cache, tables);
        assertThat(server.requests)
                .as("the manifest, and what is not as it says")
                .containsExactly(
                        "GET /bucket/sets/first/manifest.json",
                        "HEAD /bucket/sets/first/files.parquet",
                        "GET /bucket/sets/first/files.parquet");

        server.sent.set(0);
        server.faults = first(1, "GET /bucket/sets/first/shards", S3Double.Fault.BREAK);
        Review.Made made = new Review(1, 32, 1, CurateListener.SILENT).make(there, folder.resolve("review"));
        long clips = Clip.of(dataset, Clip.Choice.ALL).stream()
                .mapToLong(Clip::bytes)
                .sum();
        assertThat(made.drawn()).isEqualTo(2);
        assertThat(server.sent.get())
                .as("the clips of the shards, one of them after half of it")
                .isBetween(clips, 2 * clips);

        tablesJoinItAsTheyJoinAFolder(there);
    }

    /** Another table joins between the reading of the manifest and its replacement. */
    private void tablesJoinItAsTheyJoinAFolder(Dataset there) throws IOException {
        commit(there.folder(), "captions", "old");
        there.added("captions");
        String manifest = "sets/first/" + Manifest.NAME;
        Path theirs = BucketDataset.open(store, SET, folder.resolve("elsewhere"), p -> false)
                .folder();
        commit(theirs, "judge", "theirs");
        byte[] meanwhile = Files.readAllBytes(theirs.resolve(Manifest.NAME));
        commit(there.folder(), "captions", "new");
        AtomicInteger puts = new AtomicInteger();
        server.faults = r -> {
            if (r.equals("PUT /bucket/" + manifest) && puts.getAndIncrement() == 0) {
                server.put(manifest, meanwhile);
            }
            return S3Double.Fault.NONE;
        };
        there.added("captions");
        assertThat(puts).hasValue(2);
        byte[] published = Objects.requireNonNull(server.objects.get(manifest)).content();
        Manifest now = Manifest.of(published, "now");
        assertThat(SideTable.entries(now, "judge")).hasSize(1);
        assertThat(SideTable.entries(now, "captions"))
                .isEqualTo(SideTable.entries(Manifest.read(there.folder()), "captions"));
        assertThat(published("sets/first/").keySet().stream().filter(k -> k.startsWith("captions-")))
                .as("the old one is gone")
                .containsExactly(SideTable.entries(now, "captions").getFirst().path());
    }

    private static void commit(Path folder, String table, String content) throws IOException {
        SideTable.commit(folder, table, content, List.of(Files.writeString(folder.resolve("table.txt"), content)));
    }

    /** Stopped after hashing, with a spool for nothing: the next run fetches each file once, to curate it. */
    @Test
    void aRunThatGoesOnHashesOnlyWhatHasChanged() throws Exception {
        for (String key : List.of("raw/a.mp4", "raw/b.mp4", "raw/c.mp4")) {
            server.put(key, key.getBytes(UTF_8));
        }
        Path dataset = folder.resolve("dataset");
        assertThatThrownBy(() -> TinyRuns.stopAt("curate", store.find(RAW), 0, dataset))
                .isInstanceOf(CancellationException.class);
        server.requests.clear();
        server.put("raw/b.mp4", "another".getBytes(UTF_8));
        server.put("raw/d.mp4", "new".getBytes(UTF_8));
        List<RemoteFile> files = store.find(RAW);
        server.objects.remove("raw/c.mp4");
        TinyRuns.curate(files, 1 << 20, dataset);
        assertThat(TinyRuns.outcomes(dataset)).contains("s3://bucket/raw/c.mp4 error missing");
        assertThat(server.requests.stream().filter(r -> r.startsWith("GET /bucket/raw/")))
                .as("the unchanged ones to be curated, the others to be hashed and then curated from the spool")
                .containsExactlyInAnyOrder(
                        "GET /bucket/raw/a.mp4",
                        "GET /bucket/raw/b.mp4",
                        "GET /bucket/raw/c.mp4",
                        "GET /bucket/raw/d.mp4");
        assertThat(TinyRuns.hashes(dataset))
                .contains(Hashes.ofText("raw/a.mp4"), Hashes.ofText("another"), Hashes.ofText("new"))
                .doesNotContain(Hashes.ofText("raw/b.mp4"));
        server.requests.clear();
        TinyRuns.curate(files, 1 << 20, dataset);
        assertThat(server.requests).as("a finished dataset's sources are known").isEmpty();
    }

    /** Every request in turn is the first of which nothing comes any more. */
    private void stoppedAnywhereItGoesOn(Path dataset, Map<String, byte[]> expected) throws IOException {
        boolean failed = true;
        for (int n = 0; failed; n++) {
            AtomicInteger left = new AtomicInteger(n);
            server.faults = r -> left.getAndDecrement() > 0 ? S3Double.Fault.NONE : S3Double.Fault.DENY;
            S3Uri to = S3Uri.parse("s3://bucket/stopped/" + n);
            failed = fails(to, dataset);
            boolean whole = server.objects.containsKey("stopped/" + n + "/manifest.json");
            server.faults = r -> S3Double.Fault.NONE;
            if (whole) {
                Map<String, byte[]> there = published("stopped/" + n + "/");
                there.remove(Publication.CLAIM);
                assertThat(there).as("after request %d", n).isEqualTo(expected);
            }
            publication(to, 3000).publish(dataset);
            assertThat(published("stopped/" + n + "/"))
                    .as("after request %d", n)
                    .isEqualTo(expected);
        }
    }

    private boolean fails(S3Uri to, Path dataset) {
        try {
            publication(to, 3000).publish(dataset);
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private void anotherDatasetIsRefused(Path dataset) throws IOException {
        server.put("other/manifest.json", "another".getBytes(UTF_8));
        server.put("claimed/.claim", "another".getBytes(UTF_8));
        for (String place : List.of("other", "claimed")) {
            Map<String, byte[]> before = published(place + "/");
            assertThatThrownBy(() -> publication(S3Uri.parse("s3://bucket/" + place), 3000)
                            .publish(dataset))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another dataset");
            assertThat(published(place + "/")).isEqualTo(before);
        }
        // A store without conditions.
        server.faults = r -> r.matches("PUT .*/plain/(manifest.json|.claim)") && firstTry(r)
                ? S3Double.Fault.UNKNOWN
                : S3Double.Fault.NONE;
        publication(S3Uri.parse("s3://bucket/plain"), 3000).publish(dataset);
        assertThat(published("plain/")).isEqualTo(bytes(dataset));
    }

    private final List<String> tried = new ArrayList<>();

    private boolean firstTry(String request) {
        tried.add(request);
        return tried.stream().filter(request::equals).count() == 1;
    }

    private Publication publication(S3Uri to, long partBytes) {
        return new Publication(store, to, partBytes, CurateListener.SILENT);
    }

    private Map<String, byte[]> published(String prefix) {
        Map<String, byte[]> all = new ByteMap();
        server.objects.forEach((key, stored) -> {
            if (key.startsWith(prefix)) {
                all.put(key.substring(prefix.length()), stored.content());
            }
        });
        return all;
    }

    private static Map<String, byte[]> bytes(Path dataset) throws IOException {
        Map<String, byte[]> all = new ByteMap();
        try (Stream<Path> walk = Files.walk(dataset)) {
            for (Path p : walk.filter(Files::isRegularFile)
                    .sorted(Comparator.naturalOrder())
                    .toList()) {
                if (!String.valueOf(p.getFileName()).startsWith(".")) {
                    all.put(dataset.relativize(p).toString().replace('\\', '/'), Files.readAllBytes(p));
                }
            }
        }
        return all;
    }

    /** Equal where names and contents are. */
    private static final class ByteMap extends TreeMap<String, byte[]> {
        private static final long serialVersionUID = 1;

        private Map<String, String> hashes() {
            Map<String, String> all = new TreeMap<>();
            forEach((k, v) -> all.put(k, java.util.HexFormat.of().formatHex(S3Double.md5(v))));
            return all;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof ByteMap b && hashes().equals(b.hashes());
        }

        @Override
        public int hashCode() {
            return hashes().hashCode();
        }
    }

    /** A fault for the first few requests that begin so. */
    private static Function<String, S3Double.Fault> first(int n, String begin, S3Double.Fault fault) {
        AtomicInteger left = new AtomicInteger(n);
        return r ->
                Objects.requireNonNull(r).startsWith(begin) && left.getAndDecrement() > 0 ? fault : S3Double.Fault.NONE;
    }
}
