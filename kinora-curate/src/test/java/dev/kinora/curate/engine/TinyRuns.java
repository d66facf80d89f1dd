package dev.kinora.curate.engine;

import dev.kinora.curate.dataset.Manifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Small datasets for tests of other packages. */
public final class TinyRuns {
    private TinyRuns() {}

    /** Curates a folder by the cheapest plan. */
    public static Manifest curate(Path raw, Path out) throws IOException {
        return new LocalEngine(Runs.PLAN, Runs.limits(1, 60), CurateListener.SILENT)
                .run(List.of(raw), out)
                .manifest();
    }
}
