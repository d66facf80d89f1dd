package dev.kinora.curate.review;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kinora.curate.dataset.Commit;
import dev.kinora.curate.dataset.Dataset;
import dev.kinora.curate.dataset.Form;
import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.engine.CurateListener;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the page to look a dataset over with: contact sheets beside it, everything else in it. The page appears last, in
 * one step. Contact sheets carry their clip's id, which stands for its content, so that a page made again, or begun and
 * stopped, draws only those that are missing.
 */
public final class Review {
    /** Name of the page within its folder. */
    public static final String PAGE = "index.html";

    private static final Pattern OURS = Pattern.compile("index\\.html|sprites-\\d+x\\d+|\\.half");
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    private final ContactStrip strip;
    private final int workers;
    private final CurateListener listener;

    /**
     * @param frames pictures of a clip, 1 to 32
     * @param width the most columns of each, 32 to 640
     * @param workers threads that draw
     */
    public Review(int frames, int width, int workers, CurateListener listener) {
        strip = new ContactStrip(frames, width);
        if (workers < 1 || workers > 1024) {
            throw new IllegalArgumentException("curate review: workers = " + workers + " (expected: 1 to 1024)");
        }
        this.workers = workers;
        this.listener = listener;
    }

    /**
     * What was made.
     *
     * @param page to be opened in a browser
     * @param clips on it
     * @param drawn contact sheets that were not there before
     * @param undrawable clips whose file could not be decoded, and which have none
     * @param sheetBytes size of all contact sheets
     * @param pageBytes size of the page
     */
    public record Made(Path page, int clips, int drawn, int undrawable, long sheetBytes, long pageBytes) {}

    /**
     * Makes the page.
     *
     * @param home a finished one
     * @param out a new or empty folder, or that of a page made before; one page at a time
     * @throws IOException if the dataset is none, or the folder holds other things
     * @throws CancellationException if the listener asked to stop; contact sheets stay
     */
    public Made make(Dataset home, Path out) throws IOException {
        Path dataset = home.folder();
        Manifest manifest = Manifest.read(dataset);
        requireOurs(out);
        ClipTable clips = ClipTable.read(dataset.resolve(Manifest.CLIPS));
        for (@Nullable String id : clips.texts("id")) {
            if (id == null || !ID.matcher(id).matches()) {
                throw new IOException("curate review: id = " + id + " (expected: 32 hexadecimal digits)");
            }
        }
        Path half = out.resolve(".half");
        Commit.delete(half);
        Files.createDirectories(half);
        Drawing drawing = new Drawing(home, clips, out, half);
        drawing.all();
        listener.onStage("page", 0);
        boolean openable = home.whole() && manifest.plan().form() == Form.FOLDER;
        ReviewData.Place place = new ReviewData.Place(
                name(home),
                home.name(),
                strip.folder(),
                strip.frames(),
                drawing.undrawable,
                openable ? fromPage(out, dataset) : null);
        byte[] page = ReviewPage.of(name(home), ReviewData.of(dataset, manifest, clips, place))
                .getBytes(UTF_8);
        Files.write(half.resolve(PAGE), page);
        Files.move(half.resolve(PAGE), out.resolve(PAGE), StandardCopyOption.ATOMIC_MOVE);
        Commit.delete(half);
        long sheetBytes = drawing.tidy();
        return new Made(
                out.resolve(PAGE), clips.rows(), drawing.drawn, drawing.undrawable.size(), sheetBytes, page.length);
    }

    private static String name(Dataset dataset) {
        return dataset.whole()
                ? String.valueOf(dataset.folder().toAbsolutePath().normalize().getFileName())
                : dataset.name().substring(dataset.name().lastIndexOf('/') + 1);
    }

    private static String fromPage(Path out, Path dataset) {
        try {
            String path = out.toRealPath().relativize(dataset.toRealPath()).toString();
            return path.isEmpty() ? "" : path.replace('\\', '/') + "/";
        } catch (IOException | IllegalArgumentException e) {
            return dataset.toAbsolutePath().toUri().toString(); // another drive
        }
    }

    private static void requireOurs(Path out) throws IOException {
        if (!Files.exists(out)) {
            return;
        }
        try (Stream<Path> inside = Files.list(out)) {
            if (!inside.allMatch(p -> OURS.matcher(p.getFileName().toString()).matches())) {
                throw new IOException(
                        "curate review: --out = " + out + " (expected: a new or empty folder, or that of a page)");
            }
        }
    }

    /** The contact sheets of one page. */
    private final class Drawing {
        private final Dataset dataset;
        private final ClipTable clips;
        private final Path out;
        private final Path half;
        private final List<String> undrawable = new ArrayList<>();
        private int drawn;
        private int done;

        Drawing(Dataset dataset, ClipTable clips, Path out, Path half) {
            this.dataset = dataset;
            this.clips = clips;
            this.out = out;
            this.half = half;
        }

        private Path sheet(String id) {
            return out.resolve(strip.folder()).resolve(id.substring(0, 2)).resolve(id + ".jpg");
        }

        private String text(String column, int row) {
            return Objects.requireNonNull(clips.texts(column)[row]);
        }

        void all() throws IOException {
            listener.onStage("contact sheets", clips.rows());
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int row = 0; row < clips.rows(); row++) {
                int r = row;
                tasks.add(() -> {
                    one(r);
                    return null;
                });
            }
            try (ExecutorService pool = Executors.newFixedThreadPool(workers)) {
                List<Future<Void>> futures = tasks.stream().map(pool::submit).toList();
                try {
                    for (Future<Void> f : futures) {
                        f.get();
                    }
                } catch (ExecutionException e) {
                    futures.forEach(f -> f.cancel(true));
                    if (e.getCause() instanceof IOException io) {
                        throw io;
                    }
                    if (e.getCause() instanceof RuntimeException r) {
                        throw r;
                    }
                    throw new IOException("curate review: a thread failed", e.getCause());
                } catch (InterruptedException e) {
                    futures.forEach(f -> f.cancel(true));
                    Thread.currentThread().interrupt();
                    throw new CancellationException("curate review: interrupted");
                }
            }
            undrawable.sort(null);
        }

        private void one(int row) throws IOException {
            if (listener.stopRequested()) {
                throw new CancellationException("curate review: stopped");
            }
            String id = text("id", row);
            Path sheet = sheet(id);
            boolean missing = !Files.exists(sheet);
            boolean failed = missing && !draw(row, id, sheet);
            synchronized (listener) {
                drawn += missing && !failed ? 1 : 0;
                if (failed) {
                    undrawable.add(id);
                }
                listener.onStep(++done);
            }
        }

        private boolean draw(int row, String id, Path sheet) throws IOException {
            Path video = half.resolve(id + ".mp4");
            Path jpeg = half.resolve(id + ".jpg");
            try {
                extract(row, video);
                strip.draw(video, clips.numbers("seconds")[row], jpeg);
            } catch (dev.kinora.media.MediaException e) {
                listener.onNote("warning: " + id + ": " + e.getMessage());
                return false;
            } finally {
                Files.deleteIfExists(video);
            }
            Files.createDirectories(Objects.requireNonNull(sheet.getParent()));
            Files.move(jpeg, sheet, StandardCopyOption.ATOMIC_MOVE);
            return true;
        }

        /** A clip as a file of its own, out of its shard. */
        private void extract(int row, Path to) throws IOException {
            String path = text("path", row);
            try {
                Files.write(to, dataset.read(path, (long) clips.numbers("offset")[row], (long)
                        clips.numbers("bytes")[row]));
            } catch (EOFException e) {
                throw new IOException(
                        "curate review: " + path + " = short (expected: a dataset as its manifest says)", e);
            }
        }

        /** Removes contact sheets of no clip of this page, and tells the size of the rest. */
        long tidy() throws IOException {
            Set<Path> mine = new HashSet<>();
            long bytes = 0;
            for (int row = 0; row < clips.rows(); row++) {
                Path sheet = sheet(text("id", row));
                mine.add(sheet);
                bytes += Files.exists(sheet) ? Files.size(sheet) : 0;
            }
            try (Stream<Path> all = Files.walk(out)) {
                for (Path p : all.filter(p -> p.toString().endsWith(".jpg")).toList()) {
                    if (!mine.contains(p)) {
                        Files.delete(p);
                    }
                }
            }
            return bytes;
        }
    }
}
