package dev.kinora.spark;

import dev.kinora.curate.engine.CurateListener;
import dev.kinora.curate.engine.EngineSettings;
import dev.kinora.curate.engine.Inputs;
import dev.kinora.curate.s3.BucketResults;
import dev.kinora.curate.s3.Publication;
import dev.kinora.curate.s3.S3;
import dev.kinora.curate.s3.S3Uri;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A run in a process of its own: master, input folder, dataset; or master, bucket, bucket, folder to work in, store. */
final class RunMain {
    private RunMain() {}

    public static void main(String[] args) throws Exception {
        SparkEngine engine =
                new SparkEngine(Runs.PLAN, Runs.LIMITS, new EngineSettings(args[0], Map.of()), CurateListener.SILENT);
        if (args.length == 3) {
            engine.run(List.of(Path.of(args[1])), Path.of(args[2]));
            return;
        }
        S3Uri to = S3Uri.parse(args[2]);
        try (S3 store = new S3(Runs.store(args[4]))) {
            BucketResults results = new BucketResults(store, to);
            engine.run(new Inputs(List.of(), store.find(S3Uri.parse(args[1])), 0, results), Path.of(args[3]));
            new Publication(store, to, CurateListener.SILENT).publish(Path.of(args[3]));
            results.remove();
        }
    }
}
