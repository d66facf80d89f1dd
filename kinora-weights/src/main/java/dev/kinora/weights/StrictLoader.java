package dev.kinora.weights;

import dev.kinora.nn.Parameter;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.weights.internal.Nearest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Fills every parameter of a model from a checkpoint, or none. Before the first is bound, all keys, shapes and types
 * are compared, and every missing, unexpected and mismatched key is reported at once with the nearest key beside it.
 *
 * <p>As stored, weights are views of the mapped file: no copy, and no writing to them. The mapping must outlive the
 * model, which {@link java.lang.foreign.Arena#ofAuto()} sees to. Converted weights are the model's own. Immutable.
 */
public final class StrictLoader {
    private final KeyTable table;
    private final @Nullable DType dtype;
    private final Predicate<String> keptFp32;
    private final boolean copying;

    private StrictLoader(KeyTable table, @Nullable DType dtype, Predicate<String> keptFp32, boolean copying) {
        this.table = table;
        this.dtype = dtype;
        this.keptFp32 = keptFp32;
        this.copying = copying;
    }

    /** A loader that takes keys and types as they are stored. */
    public static StrictLoader asStored() {
        return new StrictLoader(KeyTable.NONE, null, key -> false, false);
    }

    /** A loader that converts floating point weights that are stored otherwise. */
    public static StrictLoader as(DType dtype) {
        return new StrictLoader(KeyTable.NONE, dtype, key -> false, false);
    }

    /** The same with the checkpoint's keys read through a table. */
    public StrictLoader with(KeyTable keys) {
        return new StrictLoader(keys, dtype, keptFp32, copying);
    }

    /** The same with these model keys in fp32 whatever the rest is converted to. */
    public StrictLoader keepingFp32(Predicate<String> keys) {
        return new StrictLoader(table, dtype, keys, copying);
    }

    /** The same with every weight a writable copy of its own: for training. */
    public StrictLoader copying() {
        return new StrictLoader(table, dtype, keptFp32, true);
    }

    /**
     * Binds every parameter.
     *
     * @throws CheckpointException naming every key that is missing, unexpected, or of another shape or type; then
     *     nothing was bound
     */
    public void load(Checkpoint checkpoint, ParameterSet parameters) {
        Map<String, String> sources = match(checkpoint, parameters);
        Grad.off(() -> sources.forEach((key, stored) -> TensorScope.run(
                "load", () -> parameters.bind(key, convert(checkpoint.tensor(stored), targetType(key))))));
    }

    private Tensor convert(Tensor stored, @Nullable DType target) {
        if (target != null && stored.dtype() != target && stored.dtype().isFloatingPoint()) {
            return stored.to(target);
        }
        return copying ? stored.copy() : stored;
    }

    private @Nullable DType targetType(String key) {
        return dtype != null && keptFp32.test(key) ? DType.FP32 : dtype;
    }

    /** The stored key for each of the model's. */
    private Map<String, String> match(Checkpoint checkpoint, ParameterSet parameters) {
        List<String> problems = new ArrayList<>();
        Map<String, String> stored = new LinkedHashMap<>();
        for (String name : checkpoint.names()) {
            String before = stored.put(table.modelKey(name), name);
            if (before != null) {
                problems.add("ambiguous " + name + " = the same as " + before + " (expected: one key for "
                        + table.modelKey(name) + ")");
            }
        }
        Map<String, String> sources = new LinkedHashMap<>();
        Set<String> unused = new LinkedHashSet<>(stored.keySet());
        Map<String, Parameter> missing = new LinkedHashMap<>();
        for (Parameter p : parameters.all()) {
            String from = stored.get(p.key());
            unused.remove(p.key());
            for (String other : table.tiedTo(p.key())) {
                from = from == null ? stored.get(other) : from;
                unused.remove(other);
            }
            if (from == null) {
                missing.put(p.key(), p);
            } else {
                sources.put(p.key(), from);
            }
        }
        unused.removeIf(key -> parameters.get(key) != null || table.ignores(key));

        Nearest nearest = new Nearest();
        missing.forEach((key, p) -> problems.add("missing " + key + " = none"
                + " (expected: " + Arrays.toString(p.shape())
                + near(nearest, key, unused, stored.keySet(), "the file has") + ")"));
        Set<String> modelKeys = new LinkedHashSet<>();
        parameters.all().forEach(p -> modelKeys.add(p.key()));
        for (String key : unused) {
            TensorInfo info = checkpoint.info(stored.getOrDefault(key, key));
            problems.add("unexpected " + info.name() + " = " + info.type() + " " + info.shape()
                    + " (expected: no such key" + near(nearest, key, missing.keySet(), modelKeys, "the model has")
                    + ")");
        }
        sources.forEach((key, name) -> {
            TensorInfo info = checkpoint.info(name);
            long[] shape = shape(parameters, key);
            if (!Arrays.equals(info.dims(), shape)) {
                problems.add("mismatched " + name + " = " + info.shape() + " (expected: " + Arrays.toString(shape)
                        + (name.equals(key) ? "" : " for " + key) + ")");
            }
            if (info.type().dtype() == null) {
                problems.add(
                        "mismatched " + name + " = " + info.type() + " (expected: a type that can be computed with)");
            }
        });
        if (!problems.isEmpty()) {
            throw new CheckpointException(checkpoint.where() + ": keys = " + problems.size()
                    + " problems (expected: the " + modelKeys.size() + " keys of the model)\n  "
                    + String.join("\n  ", problems));
        }
        return sources;
    }

    private static long[] shape(ParameterSet parameters, String key) {
        Parameter p = parameters.get(key);
        return p == null ? new long[0] : p.shape();
    }

    private static String near(
            Nearest nearest, String key, Collection<String> likely, Collection<String> all, String has) {
        String near = nearest.to(key, likely);
        if (near == null) {
            near = nearest.to(key, all);
        }
        return near == null ? "" : "; " + has + " " + near;
    }
}
