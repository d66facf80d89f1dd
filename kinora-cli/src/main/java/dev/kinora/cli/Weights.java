package dev.kinora.cli;

import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.StoredType;
import dev.kinora.weights.TensorInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The size of a set of weights.
 *
 * @param parameters number of elements
 * @param bytes their size as stored
 * @param dtypes number of elements by stored type
 */
record Weights(long parameters, long bytes, Map<String, Long> dtypes) {
    static final Weights NONE = new Weights(0, 0, Map.of());

    static Weights of(Checkpoint checkpoint) {
        Map<String, Long> dtypes = new LinkedHashMap<>();
        for (Map.Entry<StoredType, Long> e : checkpoint.elementsByType().entrySet()) {
            dtypes.put(e.getKey().name(), e.getValue());
        }
        return new Weights(checkpoint.elements(), checkpoint.bytes(), dtypes);
    }

    Weights plus(Weights other) {
        Map<String, Long> sum = new LinkedHashMap<>(dtypes);
        other.dtypes.forEach((type, n) -> sum.merge(type, n, Long::sum));
        return new Weights(parameters + other.parameters, bytes + other.bytes, sum);
    }

    /** Such as {@code 1.69 B parameters, BF16, 3.2 GiB}. */
    String describe() {
        if (parameters == 0) {
            return "no weights";
        }
        String types = dtypes.entrySet().stream()
                .map(e -> dtypes.size() == 1 ? e.getKey() : e.getKey() + " " + count(e.getValue()))
                .collect(Collectors.joining(", "));
        return count(parameters) + " parameters, " + types + ", " + Bytes.of(bytes);
    }

    /** A large number for people: {@code 812}, {@code 34.5 k}, {@code 2.3 M}, {@code 1.69 B}. */
    static String count(long n) {
        if (n < 1000) {
            return Long.toString(n);
        }
        double value = n / 1e3;
        String unit = "k";
        if (value >= 1000) {
            value /= 1000;
            unit = "M";
        }
        if (value >= 1000) {
            value /= 1000;
            unit = "B";
        }
        return String.format(Locale.ROOT, value < 10 ? "%.2f %s" : value < 100 ? "%.1f %s" : "%.0f %s", value, unit);
    }

    /** Every tensor in the order of the names. */
    static List<StoredTensor> tensors(Checkpoint checkpoint) {
        List<StoredTensor> all = new ArrayList<>();
        for (String name : checkpoint.names().stream().sorted().toList()) {
            TensorInfo info = checkpoint.info(name);
            all.add(new StoredTensor(name, info.type().name(), info.shape()));
        }
        return all;
    }

    /** One stored tensor. */
    record StoredTensor(String name, String dtype, List<Long> shape) {
        @Override
        public String toString() {
            return "%s %s%s".formatted(name, dtype, shape);
        }
    }
}
