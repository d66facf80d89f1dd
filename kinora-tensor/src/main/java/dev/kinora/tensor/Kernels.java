package dev.kinora.tensor;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which kernel computes a linear layer, an attention or a convolution on this machine. CPUs differ by a factor of a
 * hundred in what they do well, so for sizes that matter each candidate is timed once (well under a second in all), and
 * the winner is remembered in a file of the user's cache. Small shapes take libtorch's own path and time nothing.
 *
 * <p>All candidates of an operation agree within rounding of its dtype. {@code -Dkinora.kernel.linear=NAME} (or {@code
 * attention}, {@code conv}) forces one wherever it applies; {@code KINORA_CACHE} moves the cache's folder.
 */
public final class Kernels {
    private static final Logger LOG = LoggerFactory.getLogger(Kernels.class);
    private static final int REPEATS = 3;
    /** Short trials go on for this long, so that kernels written in Java are compiled by then. */
    private static final double WARM_MILLIS = 150;

    private static final int MOST_REPEATS = 40;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private static final Map<String, Choice> CHOICES = new LinkedHashMap<>();
    private static @Nullable KernelStore store;

    private Kernels() {}

    /**
     * One decision.
     *
     * @param operation what was decided, with the facts it depends on, such as {@code linear bf16 rows<=1024 threads=2}
     * @param kernel the winner
     * @param origin how the winner was found
     * @param milliseconds what each candidate took for the trial shape
     */
    public record Choice(String operation, String kernel, Origin origin, Map<String, Double> milliseconds) {
        /** Copies the timings. */
        public Choice {
            milliseconds = Map.copyOf(milliseconds);
        }
    }

    /** How a choice was made. */
    public enum Origin {
        /** Timed in this process. */
        MEASURED,
        /** Timed before and read from the cache file. */
        CACHED
    }

    /** Every decision known for this machine, cached or made in this process, in the order of making. */
    public static synchronized List<Choice> report() {
        load();
        return new ArrayList<>(CHOICES.values());
    }

    /** The file that remembers the choices; it need not exist. */
    public static synchronized String cacheFile() {
        return load().file().toString();
    }

    /** Forgets what this process knows and reads the cache file again when next needed: for tests. */
    static synchronized void reset() {
        CHOICES.clear();
        store = null;
    }

    /** The candidate that the user forces for a family of operations, or null. */
    static @Nullable String forced(String family) {
        return System.getProperty("kinora.kernel." + family);
    }

    /**
     * The name of the fastest candidate.
     *
     * @param operation the key of the decision
     * @param candidates names in order of preference; with one only, nothing is timed
     * @param trial makes the work to time for a name; called inside a scope of its own, without autograd
     */
    static String fastest(String operation, List<String> candidates, Function<String, Runnable> trial) {
        if (candidates.size() == 1) {
            return candidates.getFirst();
        }
        String key = operation + " threads=" + Torch.threads();
        synchronized (Kernels.class) {
            KernelStore s = load();
            Choice known = CHOICES.get(key);
            if (known == null || !candidates.contains(known.kernel())) {
                known = measure(key, candidates, trial);
                CHOICES.put(key, known);
                s.save(List.copyOf(CHOICES.values()));
            }
            return known.kernel();
        }
    }

    private static KernelStore load() {
        KernelStore s = store;
        if (s == null) {
            s = KernelStore.forThisMachine();
            store = s;
            for (Choice c : s.load()) {
                CHOICES.put(c.operation(), c);
            }
        }
        return s;
    }

    static Choice measure(String key, List<String> candidates, Function<String, Runnable> trial) {
        Map<String, Double> millis = new LinkedHashMap<>();
        String best = candidates.getFirst();
        double least = Double.POSITIVE_INFINITY;
        for (String name : candidates) {
            double time;
            try (TensorScope scope = TensorScope.open("kernel trial")) {
                Objects.requireNonNull(scope);
                double bar = least;
                time = Grad.off(() -> time(trial.apply(name), bar));
            } catch (NativeException e) {
                LOG.debug("{}: kernel {} does not work here", key, name, e);
                continue;
            }
            millis.put(name, Math.round(time * 1e3) / 1e3);
            if (time < least) {
                least = time;
                best = name;
            }
        }
        LOG.debug("{}: {} of {}", key, best, millis);
        return new Choice(key, best, Origin.MEASURED, millis);
    }

    /**
     * The least of a few runs in milliseconds; a candidate that is far behind gets no second chance. What counts is the
     * calling thread's processor time, where it is known: it does its share of every kernel, and on a busy machine the
     * clock on the wall measures who had to wait.
     */
    private static double time(Runnable work, double bar) {
        double least = Double.POSITIVE_INFINITY;
        double spent = 0;
        for (int i = 0; i <= REPEATS || (spent < WARM_MILLIS && i < MOST_REPEATS); i++) {
            long start = clock();
            TensorScope.run("kernel trial run", work);
            double ms = (clock() - start) / 1e6;
            least = Math.min(least, ms);
            spent += ms;
            // the first run also builds the kernel, so it counts only when hopeless
            if (least > 4 * bar + 20) {
                break;
            }
        }
        return least;
    }

    private static long clock() {
        return THREADS.isCurrentThreadCpuTimeSupported() ? THREADS.getCurrentThreadCpuTime() : System.nanoTime();
    }

    /** Values without pattern for trials, which leave the random streams alone: [-1, 1], shaped as asked. */
    static Tensor trialValues(DType dtype, long... shape) {
        long n = 1;
        for (long s : shape) {
            n *= s;
        }
        return Tensors.arange(0, n, DType.FP32).mul_(0.7391).sin().to(dtype).reshape(shape);
    }
}
