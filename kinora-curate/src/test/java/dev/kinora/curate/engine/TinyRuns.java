package dev.kinora.curate.engine;

import dev.kinora.curate.dataset.Manifest;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/** Small datasets for tests of other packages. */
public final class TinyRuns {
    private TinyRuns() {}

    /** Curates a folder by the cheapest plan. */
    public static Manifest curate(Path raw, Path out) throws IOException {
        return engine().run(List.of(raw), out).manifest();
    }

    /** Curates files that have to be fetched, of which so many bytes may wait. */
    public static Manifest curate(List<RemoteFile> files, long spoolBytes, Path out) throws IOException {
        return engine().run(new Inputs(List.of(), files, spoolBytes, null), out).manifest();
    }

    /** The same, stopped where a part of the work begins. */
    public static void stopAt(String stage, List<RemoteFile> files, long spoolBytes, Path out) throws IOException {
        CurateListener stopping = new CurateListener() {
            private volatile boolean stop;

            @Override
            public void onStage(String name, int steps) {
                stop |= name.equals(stage);
            }

            @Override
            public boolean stopRequested() {
                return stop;
            }
        };
        new LocalEngine(Runs.PLAN, Runs.limits(1, 60), stopping)
                .run(new Inputs(List.of(), files, spoolBytes, null), out);
    }

    /** Hash of each source's content. */
    public static List<String> hashes(Path dataset) throws SQLException {
        return Runs.rows("SELECT sha256 FROM read_parquet('" + dataset.resolve(Manifest.FILES) + "')");
    }

    private static LocalEngine engine() {
        return new LocalEngine(Runs.PLAN, Runs.limits(1, 60), CurateListener.SILENT);
    }

    /** Source, status and error class of each file. */
    public static List<String> outcomes(Path dataset) throws SQLException {
        return Runs.rows("SELECT source, status, error_class FROM read_parquet('" + dataset.resolve(Manifest.FILES)
                + "') ORDER BY source");
    }
}
