package dev.kinora.models.cogvideox;

import static dev.kinora.testkit.Closeness.assertClose;

import dev.kinora.models.Stored;
import dev.kinora.models.cogvideox.CogVideoXBlock.Modulated;
import dev.kinora.models.cogvideox.CogVideoXBlock.Tokens;
import dev.kinora.nn.Names;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.TensorTest;
import dev.kinora.weights.Config;
import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every part of the transformer alone, on the values diffusers recorded at its door. */
@TensorTest
class CogVideoXBlocksTest {
    private static final double TOLERANCE = 1e-5;

    @ParameterizedTest
    @ValueSource(strings = {"2b", "5b", "5b-i2v", "1.5-5b", "1.5-5b-i2v", "native"})
    void eachPartAsInDiffusers(String variant) throws IOException {
        String folder = "cogvideox/" + variant + "/transformer";
        CogVideoXConfig c = CogVideoXConfig.of(Config.read(Goldens.path(folder + "/config.json")));
        Stored golden = Stored.open("cogvideox/" + variant + "/golden/transformer.safetensors")
                .at("sample");
        Names names = Names.root();
        Grad.off(() -> parts(c, names, Stored.open(folder), golden));
        names.parameters().close();
    }

    private static void parts(CogVideoXConfig c, Names names, Stored weights, Stored golden) {
        var patchEmbed = new CogVideoXPatchEmbed(c, names.at("patch_embed"));
        var time = new TimestepEmbedding(
                names.at("time_embedding"), c.innerDim(), c.timeEmbedDim(), c.flipSinToCos(), c.freqShift());
        var block = new CogVideoXBlock(c, names.at("transformer_blocks", 0));
        var next = new CogVideoXBlock(c, names.at("transformer_blocks", 1));
        Integer ofsDim = c.ofsEmbedDim();
        var ofs = ofsDim == null
                ? null
                : new TimestepEmbedding(names.at("ofs_embedding"), ofsDim, ofsDim, c.flipSinToCos(), c.freqShift());
        weights.fill(names.parameters(), DType.FP32);

        Tensor joint = patchEmbed.forward(golden.get("encoder_hidden_states"), golden.get("hidden_states"));
        assertClose("patch_embed", joint, golden.get("patch_embed"), TOLERANCE);
        assertClose("time_proj", time.project(golden.get("timestep")), golden.get("time_proj"), TOLERANCE);
        Tensor temb = time.forward(golden.get("timestep"), DType.FP32);
        assertClose("time_embedding", temb, golden.get("time_embedding"), TOLERANCE);
        if (ofs != null) {
            Tensor embedded = ofs.forward(golden.get("ofs"), DType.FP32);
            assertClose("ofs_embedding", embedded, golden.get("ofs_embedding"), TOLERANCE);
            temb = temb.add(embedded);
        }

        RotaryEmbedding rope = CogVideoXTransformerTest.rope(golden);
        long n = golden.get("encoder_hidden_states").size(1);
        Tokens x = tokens(golden.get("patch_embed"), n);
        Tokens y = block.forward(x, temb, rope);
        assertTokens("block_0", y, golden.at("block_0"));
        assertTokens("block_1", next.forward(tokens(golden.at("block_0")), temb, rope), golden.at("block_1"));
        inside(c, names, golden, x, temb);
    }

    /** The parts of the first block, built a second time under the same keys. */
    private static void inside(CogVideoXConfig c, Names filled, Stored golden, Tokens x, Tensor temb) {
        Names again = Names.root();
        Names at = again.at("transformer_blocks", 0);
        var norm1 = new CogVideoXBlock.LayerNormZero(c, at.at("norm1"));
        var attn1 = new CogVideoXAttention(c, at.at("attn1"));
        again.parameters()
                .all()
                .forEach(p -> again.parameters()
                        .bind(
                                p.key(),
                                Objects.requireNonNull(filled.parameters().get(p.key()), p.key())
                                        .value()
                                        .copy()));
        Stored b = golden.at("block_0");
        Modulated m = norm1.forward(x, temb);
        assertClose("norm1", m.video(), b.get("norm1/hidden_states"), TOLERANCE);
        assertClose("norm1", m.text(), b.get("norm1/encoder_hidden_states"), TOLERANCE);
        assertClose("norm1", m.videoGate(), b.get("norm1/gate"), TOLERANCE);
        assertClose("norm1", m.textGate(), b.get("norm1/enc_gate"), TOLERANCE);
        Tensor mixed = attn1.forward(
                b.get("norm1/encoder_hidden_states"),
                b.get("norm1/hidden_states"),
                CogVideoXTransformerTest.rope(golden));
        Tokens out = tokens(mixed, x.text().size(1));
        assertTokens("attn1", out, b.at("attn1"));
        again.parameters().close();
    }

    private static Tokens tokens(Tensor joint, long n) {
        return new Tokens(joint.narrow(1, 0, n), joint.narrow(1, n, joint.size(1) - n));
    }

    private static Tokens tokens(Stored golden) {
        return new Tokens(golden.get("encoder_hidden_states"), golden.get("hidden_states"));
    }

    private static void assertTokens(String what, Tokens actual, Stored golden) {
        assertClose(what + " video", actual.video(), golden.get("hidden_states"), TOLERANCE);
        assertClose(what + " text", actual.text(), golden.get("encoder_hidden_states"), TOLERANCE);
    }
}
