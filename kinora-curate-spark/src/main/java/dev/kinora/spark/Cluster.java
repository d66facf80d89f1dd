package dev.kinora.spark;

import dev.kinora.curate.dataset.Source;
import dev.kinora.curate.engine.Assignment;
import dev.kinora.curate.engine.FileTask;
import dev.kinora.curate.engine.JournalFolder;
import dev.kinora.curate.engine.Steps;
import dev.kinora.curate.engine.Workplace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;

/** A Spark context as a workplace; started when there is work, stopped when the files are done, before the commit. */
final class Cluster implements Workplace, AutoCloseable {
    private static final long LOOK_MILLIS = 200;

    /** For how long a network file system may answer from what it remembers of a folder: twice NFS's usual minute. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final ClusterConf conf;
    private @Nullable JavaSparkContext context;
    private boolean stopped;

    Cluster(ClusterConf conf) {
        this.conf = conf;
    }

    /** Starts the context with the first job. */
    private synchronized JavaSparkContext context() throws IOException {
        if (stopped) {
            throw new CancellationException("curate: stopped");
        }
        JavaSparkContext now = context;
        if (now == null) {
            try {
                now = new JavaSparkContext(conf.spark());
            } catch (Exception e) { // Scala's methods throw what they do not declare
                throw failure(e);
            }
            context = now;
        }
        return now;
    }

    @Override
    public List<Source> hash(Map<String, Path> paths, Steps steps) throws IOException {
        List<String> uris = paths.values().stream().map(Cluster::uri).toList();
        List<String> hashes = job(
                uris,
                steps,
                c -> c.parallelize(uris, uris.size()).map(new HashFile()).collectAsync());
        List<Source> sources = new ArrayList<>();
        int i = 0;
        for (String name : paths.keySet()) {
            String[] words = hashes.get(i++).split(" ", -1);
            sources.add(new Source(name, words[0], Long.parseLong(words[1])));
        }
        return sources;
    }

    @Override
    public void curate(List<FileTask> todo, Assignment assignment, JournalFolder journal, Steps steps)
            throws IOException {
        if (!todo.isEmpty()) {
            // The longest first, so that none of them is left to a single executor in the end.
            List<String> lines = todo.stream()
                    .sorted(Comparator.comparingLong(FileTask::bytes).reversed())
                    .map(t -> WorkOrder.line(t.sha256(), t.bytes(), uri(t.file())))
                    .toList();
            WorkOrder order = new WorkOrder(
                    assignment,
                    journal.path().toUri().toString(),
                    conf.launch().classPath(),
                    conf.launch().natives());
            CurateFile work = new CurateFile(order.toJson());
            job(lines, steps, c -> c.parallelize(lines, lines.size()).foreachAsync(work));
        }
        close();
        journal.await(todo.stream().map(FileTask::sha256).toList(), PATIENCE);
    }

    private static String uri(Path file) {
        return file.toAbsolutePath().toUri().toString();
    }

    /** Starts something on all of a list, a task an element. */
    private interface Job<T> {
        JavaFutureAction<T> start(JavaSparkContext on);
    }

    private <T> T job(List<String> elements, Steps steps, Job<T> job) throws IOException {
        JavaSparkContext on = context();
        TaskSteps listener = new TaskSteps(steps, elements.size());
        on.sc().addSparkListener(listener);
        on.setJobGroup("kinora", "curate", true); // so that a task is interrupted when it is cancelled
        JavaFutureAction<T> action = job.start(on);
        try {
            T result = await(action, steps);
            listener.finish();
            return result;
        } catch (ExecutionException | RuntimeException e) {
            action.cancel(true);
            if (e instanceof CancellationException stop) {
                throw stop;
            }
            throw failure(e);
        } finally {
            on.sc().removeSparkListener(listener);
        }
    }

    private static <T> T await(JavaFutureAction<T> action, Steps steps) throws ExecutionException {
        while (true) {
            steps.requireGoing();
            try {
                return action.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                // Not yet.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancellationException("curate: interrupted");
            }
        }
    }

    /** What stopped a job, without what Spark wraps around it. */
    private static IOException failure(Throwable thrown) {
        Throwable e = thrown;
        while (e.getCause() != null && (e instanceof ExecutionException || e instanceof SparkException)) {
            e = e.getCause();
        }
        String text = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        boolean ours = text.startsWith("curate: ");
        return new IOException(ours ? text : "curate: spark = " + e.getClass().getSimpleName() + ": " + text, thrown);
    }

    /** Cancels what runs; from any thread. */
    synchronized void stop() {
        stopped = true;
        if (context != null) {
            context.sc().cancelAllJobs();
        }
        ExecutorWorkers.HERE.stop();
    }

    @Override
    public void close() {
        JavaSparkContext now;
        synchronized (this) {
            now = context;
            context = null;
        }
        if (now != null) {
            now.close();
        }
        ExecutorWorkers.HERE.close();
    }
}
