package dev.kinora.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.TensorTest;
import dev.kinora.weights.SafetensorsFile;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The promise that every sampler rests on: the same seed draws what torch draws, to the bit. */
@TensorTest
class RandomStreamTest {
    @Test
    void everyKindOfDrawEqualsTorch() throws IOException {
        String file = "rng/draws.safetensors";
        for (String key : SafetensorsFile.header(Goldens.path(file)).tensors().keySet()) {
            String[] parts = key.split("/", -1);
            String seed = parts[parts.length - 2].substring(4);
            if (parts[parts.length - 1].startsWith("shape")) {
                seed = "7";
            }
            try (Rng rng = new Rng(Long.parseLong(seed))) {
                assertEqual(key, draw(parts[0], parts[1], parts[parts.length - 1], rng), new Golden(file).get(key));
            }
        }
    }

    @Test
    void drawsFollowEachOtherAsInTorch() throws IOException {
        String file = "rng/sequences.safetensors";
        Map<String, Rng> streams = new HashMap<>();
        try {
            for (String key : new TreeSet<>(
                    SafetensorsFile.header(Goldens.path(file)).tensors().keySet())) {
                String[] parts = key.split("/", -1);
                Rng rng = streams.computeIfAbsent(parts[0], s -> new Rng(Long.parseLong(s.substring(4))));
                String[] step = parts[1].split("_", -1); // 07_randint_0_1000_6, 08_randn_bfloat16_17, 00_randn_3
                String middle = String.join("_", Arrays.copyOfRange(step, 2, step.length - 1));
                Tensor drawn = draw(step[1], middle.isEmpty() ? "float32" : middle, step[step.length - 1], rng);
                assertEqual(key, drawn, new Golden(file).get(key));
            }
        } finally {
            streams.values().forEach(Rng::close);
        }
    }

    /** @param of a dtype or, for integers, the range as low_high */
    private static Tensor draw(String kind, String of, String size, Rng rng) {
        long[] shape = Arrays.stream(size.replace("shape", "").split("x"))
                .mapToLong(Long::parseLong)
                .toArray();
        return switch (kind) {
            case "randn" -> rng.randn(DType.parse(of), shape);
            case "rand" -> rng.rand(DType.parse(of), shape);
            case "randperm" -> rng.randperm(shape[0]);
            case "randint" -> {
                String[] range = of.split("_", -1);
                long high = range[1].startsWith("2^")
                        ? 1L << Integer.parseInt(range[1].substring(2))
                        : Long.parseLong(range[1]);
                yield rng.randint(Long.parseLong(range[0]), high, shape);
            }
            default -> throw new AssertionError(kind);
        };
    }

    private static void assertEqual(String key, Tensor drawn, Tensor expected) {
        assertThat(drawn.dtype()).as(key).isEqualTo(expected.dtype());
        assertThat(drawn.shape()).as(key).isEqualTo(expected.shape());
        // torch's vectorised logarithm differs in the last bit between builds
        double tolerance = drawn.dtype().isFloatingPoint() ? 4e-7 : 0;
        double[] a = drawn.toDoubles();
        double[] b = expected.toDoubles();
        for (int i = 0; i < a.length; i++) {
            assertThat(Math.abs(a[i] - b[i]))
                    .as("%s[%d]: %s against %s", key, i, a[i], b[i])
                    .isLessThanOrEqualTo(tolerance * Math.max(1, Math.abs(b[i])));
        }
    }
}
