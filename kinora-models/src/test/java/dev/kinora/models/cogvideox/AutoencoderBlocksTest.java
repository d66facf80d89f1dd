package dev.kinora.models.cogvideox;

import static dev.kinora.testkit.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.models.Stored;
import dev.kinora.nn.Names;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.testkit.TensorTest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each block alone, both where autograd watches and where it does not: those are different paths. */
@TensorTest
class AutoencoderBlocksTest {
    private static final Stored GOLDEN = Stored.open("cogvideox/golden/vae_blocks.safetensors");

    private static void fill(Names names, String block) {
        GOLDEN.at(block + "/weights").fill(names.parameters(), DType.FP32);
        assertThat(names.parameters().all())
                .hasSize(GOLDEN.at(block + "/weights").names().size());
    }

    private static void eitherWay(Runnable body) {
        body.run();
        Grad.off(body);
    }

    @Test
    void causalConvolutionCarriesItsPast() {
        Names names = Names.root();
        CogVideoXCausalConv3d conv = new CogVideoXCausalConv3d(names, 3, 4, 3);
        fill(names, "causal_conv");
        Stored golden = GOLDEN.at("causal_conv");
        eitherWay(() -> {
            try (ConvCache cache = new ConvCache()) {
                assertClose("0", conv.forward(golden.get("input_0"), cache), golden.get("output_0"), 1e-5);
                assertClose("cache", past(cache, conv), golden.get("cache_0"), 0);
                assertClose("1", conv.consume(golden.get("input_1"), cache), golden.get("output_1"), 1e-5);
                assertClose("cache", past(cache, conv), golden.get("cache_1"), 0);
            }
            try (ConvCache cache = new ConvCache()) {
                Stored single = golden.at("single");
                assertClose("single", conv.forward(single.get("input"), cache), single.get("output"), 1e-5);
                assertClose("cache", past(cache, conv), single.get("cache"), 0);
                cache.nextIsLast(true);
                conv.forward(single.get("input"), cache);
                assertThat(cache.before(conv)).isNull();
            }
        });
        names.parameters().close();
    }

    private static Tensor past(ConvCache cache, CogVideoXCausalConv3d conv) {
        return java.util.Objects.requireNonNull(cache.before(conv));
    }

    @Test
    void spatialNormEnlargesTheLatents() {
        Names names = Names.root();
        CogVideoXSpatialNorm3D norm = new CogVideoXSpatialNorm3D(names, 8, 4, 2);
        fill(names, "spatial_norm");
        for (String name : new String[] {"even", "odd", "one"}) {
            Stored golden = GOLDEN.at("spatial_norm/" + name);
            eitherWay(() ->
                    assertClose(name, norm.forward(golden.get("f"), golden.get("zq")), golden.get("output"), 1e-5));
        }
        names.parameters().close();
    }

    @ParameterizedTest
    @CsvSource({"resnet_encoder, 12, 0", "resnet_decoder, 8, 4"})
    void residualBlocksInTwoBatches(String block, int out, int zqChannels) {
        Names names = Names.root();
        var resnet = new CogVideoXResnetBlock3D(names, 8, out, zqChannels, 2, 1e-6);
        fill(names, block);
        Stored golden = GOLDEN.at(block);
        eitherWay(() -> {
            try (ConvCache cache = new ConvCache()) {
                for (int i = 0; i < 2; i++) {
                    Tensor zq = zq(golden, i);
                    Tensor y = resnet.forward(golden.get("input_" + i), zq, cache);
                    assertClose(block + i, y, golden.get("output_" + i), 1e-5);
                }
            }
        });
        names.parameters().close();
    }

    private static @Nullable Tensor zq(Stored golden, int i) {
        return golden.has("zq_" + i) ? golden.get("zq_" + i) : null;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void halvesAndDoubles(boolean time) {
        Names downNames = Names.root();
        Names upNames = Names.root();
        var down = new CogVideoXResample.Down(downNames, 4, time);
        var up = new CogVideoXResample.Up(upNames, 4, time);
        fill(downNames, "downsample_time_" + time);
        fill(upNames, "upsample_time_" + time);
        eitherWay(() -> {
            for (int frames : new int[] {1, 4, 5}) {
                Stored golden = GOLDEN.at("downsample_time_" + time + "/frames_" + frames);
                assertClose("down " + frames, down.forward(golden.get("input")), golden.get("output"), 1e-5);
            }
            for (int frames : new int[] {1, 2, 3}) {
                Stored golden = GOLDEN.at("upsample_time_" + time + "/frames_" + frames);
                assertClose("up " + frames, up.forward(golden.get("input")), golden.get("output"), 1e-5);
            }
        });
        downNames.parameters().close();
        upNames.parameters().close();
    }
}
