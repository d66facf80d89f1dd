package dev.kinora.models.cogvideox;

import static dev.kinora.testkit.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.models.Stored;
import dev.kinora.models.cogvideox.CogVideoXPositions.Crop;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Tensor;
import dev.kinora.testkit.TensorTest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

@TensorTest
class PositionsTest {
    private static final Stored GOLDEN = Stored.open("cogvideox/golden/positions.safetensors");

    private static int[] numbers(String key) {
        Matcher m = Pattern.compile("\\d+").matcher(key);
        return m.results().mapToInt(r -> Integer.parseInt(r.group())).toArray();
    }

    @Test
    void sincosAsInDiffusers() {
        Pattern form = Pattern.compile("dim(\\d+)_t(\\d+)_h(\\d+)_w(\\d+)_spatial([\\d.]+)_temporal([\\d.]+)");
        for (String name : GOLDEN.at("sincos").names()) {
            Matcher m = form.matcher(name);
            assertThat(m.matches()).isTrue();
            Tensor made = CogVideoXPositions.sincos(
                    Integer.parseInt(m.group(1)),
                    Long.parseLong(m.group(2)),
                    Long.parseLong(m.group(3)),
                    Long.parseLong(m.group(4)),
                    Double.parseDouble(m.group(5)),
                    Double.parseDouble(m.group(6)),
                    DType.FP32);
            assertClose(name, made, GOLDEN.at("sincos").get(name).flatten(0, 1), 1e-6);
        }
    }

    @Test
    void stretchedRotaryTablesAsInDiffusers() {
        Stored all = GOLDEN.at("rope_linspace");
        for (String name : all.names()) {
            if (name.endsWith("/cos")) {
                Stored golden = all.at(name.substring(0, name.length() - 4));
                int[] n = numbers(name); // base height, base width, t, h, w
                Crop crop = Crop.of(n[3], n[4], n[0], n[1]);
                assertThat(new long[] {crop.top(), crop.left(), crop.bottom(), crop.right()})
                        .isEqualTo(golden.get("crops").toLongs());
                RotaryEmbedding made = CogVideoXPositions.linspace(16, crop, n[2], n[3], n[4]);
                assertClose(name, made.cos(), golden.get("cos"), 1e-6);
                assertClose(name, made.sin(), golden.get("sin"), 1e-6);
            }
        }
    }

    @Test
    void countedRotaryTablesAsInDiffusers() {
        Stored all = GOLDEN.at("rope_slice");
        for (String name : all.names()) {
            if (name.endsWith("/cos")) {
                Stored golden = all.at(name.substring(0, name.length() - 4));
                int[] n = numbers(name); // t, h, w
                RotaryEmbedding made = CogVideoXPositions.slice(64, n[0], n[1], n[2]);
                assertClose(name, made.cos(), golden.get("cos"), 1e-6);
                assertClose(name, made.sin(), golden.get("sin"), 1e-6);
            }
        }
    }
}
