package dev.kinora.spark;

import dev.kinora.curate.engine.Steps;
import dev.kinora.curate.engine.WorkerLaunch;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;

/** A Spark context, started with the first job. */
final class Cluster implements AutoCloseable {
    private static final long LOOK_MILLIS = 200;

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

    /** Starts something on all of a list, a task an element. */
    interface Job<T> {
        JavaFutureAction<T> start(JavaSparkContext on);
    }

    /** How executors start workers. */
    WorkerLaunch launch() {
        return conf.launch();
    }

    /** Runs a job to its end; steps are counted as tasks end. */
    <T> T job(List<String> elements, Steps steps, Job<T> job) throws IOException {
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
        ExecutorSpool.HERE.close();
    }
}
