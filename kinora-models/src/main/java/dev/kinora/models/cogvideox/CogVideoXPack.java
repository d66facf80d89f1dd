package dev.kinora.models.cogvideox;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorBundle;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Clips of several sizes and lengths in one sequence (as NaViT packs pictures, arXiv 2307.06304): each clip's text and
 * video tokens one after another, each with the positions it would have alone, attending to its own clip only. Gives for
 * every clip what {@link CogVideoXTransformer3DModel#forward} gives for it; layers that work token by token run once over
 * all.
 *
 * <p>n clips of a shape, N text tokens, L video tokens of a clip, T tokens of the pack, D width, E width of the time
 * embedding.
 */
public final class CogVideoXPack implements TensorBundle {
    private final List<Run> runs;
    private final Tensor owner; // int64 [T]: the token's clip, or clips + the clip where it is text
    private final @Nullable RotaryEmbedding rope; // [T, head_dim]; text is not turned

    private CogVideoXPack(List<Run> runs, Tensor owner, @Nullable RotaryEmbedding rope) {
        this.runs = List.copyOf(runs);
        this.owner = owner;
        this.rope = rope;
    }

    /**
     * Clips of one shape in a pack.
     *
     * @param latents noisy, [n, F, C, H, W]
     * @param text states, [n, N, text_embed_dim]
     * @param timesteps [n]
     */
    public record Clips(Tensor latents, Tensor text, Tensor timesteps) {}

    /** A stretch of the sequence with clips of one shape. */
    record Run(long from, long clips, long length) {
        long tokens() {
            return clips * length;
        }

        /** These tokens of [1, heads, T, head_dim] as [n, heads, N + L, head_dim]. */
        Tensor of(Tensor x) {
            return x.narrow(2, from, tokens())
                    .reshape(x.size(1), clips, length, x.size(3))
                    .transpose(0, 1);
        }

        /** These tokens of [1, T, D] as [n, N + L, D]. */
        Tensor rows(Tensor x) {
            return x.narrow(1, from, tokens()).reshape(clips, length, -1);
        }
    }

    /**
     * The prediction for every latent of every clip.
     *
     * @param ofs as in {@link CogVideoXTransformer3DModel#forward}
     * @return [n, F, out_channels, H, W] for each of {@code all}
     * @throws IllegalArgumentException if there is nothing to pack
     */
    public static List<Tensor> forward(CogVideoXTransformer3DModel model, List<Clips> all, @Nullable Tensor ofs) {
        if (all.isEmpty()) {
            throw new IllegalArgumentException("CogVideoXPack: clips = none (expected: at least one)");
        }
        Predictions made = TensorScope.compute(() -> {
            CogVideoXPack pack = of(model, all);
            Tensor[] times = all.stream().map(c -> c.timesteps().to(DType.FP32)).toArray(Tensor[]::new);
            DType dtype = all.getFirst().latents().dtype();
            Tensor temb = model.embedTime(Tensors.cat(0, times), ofs, dtype); // [clips, E]
            List<Tensor> parts = new ArrayList<>();
            for (Clips c : all) {
                CogVideoXBlock.Tokens tokens = model.embedTokens(c.text(), c.latents());
                Tensor joint = Tensors.cat(1, tokens.text(), tokens.video()); // [n, N + L, D]
                parts.add(joint.reshape(1, joint.size(0) * joint.size(1), -1));
            }
            Tensor x = Tensors.cat(1, parts); // [1, T, D]
            for (CogVideoXBlock block : model.blocks()) {
                x = block.packed(x, temb, pack);
            }
            List<Tensor> predictions = new ArrayList<>();
            long clip = 0;
            for (int i = 0; i < all.size(); i++) {
                Run run = pack.runs.get(i);
                long n = all.get(i).text().size(1);
                Tensor video = run.rows(x).narrow(1, n, run.length() - n);
                predictions.add(model.head(
                        video,
                        temb.narrow(0, clip, run.clips()),
                        all.get(i).latents().shape()));
                clip += run.clips();
            }
            return new Predictions(predictions);
        });
        return made.tensors();
    }

    private record Predictions(List<Tensor> tensors) implements TensorBundle {}

    private static CogVideoXPack of(CogVideoXTransformer3DModel model, List<Clips> all) {
        CogVideoXConfig c = model.config();
        Device device = model.parameters().device();
        long clips = all.stream().mapToLong(g -> g.latents().size(0)).sum();
        List<Run> runs = new ArrayList<>();
        List<long[]> owners = new ArrayList<>();
        List<Tensor> cos = new ArrayList<>();
        List<Tensor> sin = new ArrayList<>();
        long from = 0;
        long clip = 0;
        for (Clips g : all) {
            long[] s = g.latents().shape();
            long n = g.text().size(1);
            long video = s[1] / c.framesPerPatch() * (s[3] / c.patchSize()) * (s[4] / c.patchSize());
            Run run = new Run(from, s[0], n + video);
            runs.add(run);
            for (int i = 0; i < s[0]; i++) {
                long[] owner = new long[(int) run.length()];
                Arrays.fill(owner, 0, (int) n, clips + clip);
                Arrays.fill(owner, (int) n, owner.length, clip);
                owners.add(owner);
                clip++;
            }
            RotaryEmbedding one = model.rotaryEmbedding(s[1], s[3], s[4]);
            if (one != null) {
                RotaryEmbedding both = one.after(n);
                cos.add(both.cos().repeat(s[0], 1));
                sin.add(both.sin().repeat(s[0], 1));
            }
            from += run.tokens();
        }
        long[] owner = owners.stream().flatMapToLong(Arrays::stream).toArray();
        return new CogVideoXPack(
                runs,
                Tensors.of(owner, owner.length).to(device),
                cos.isEmpty() ? null : new RotaryEmbedding(Tensors.cat(0, cos), Tensors.cat(0, sin)));
    }

    List<Run> runs() {
        return runs;
    }

    /** A value per clip for video tokens and another for text tokens, [clips, D] each, as [1, T, D]. */
    Tensor perToken(Tensor video, Tensor text) {
        return Tensors.cat(0, video, text).indexSelect(0, owner).unsqueeze(0);
    }

    /** Turns the video tokens of x [1, heads, T, head_dim]. */
    Tensor rotate(Tensor x) {
        return rope == null ? x : rope.apply(x);
    }

    @Override
    public List<Tensor> tensors() {
        List<Tensor> all = new ArrayList<>(List.of(owner));
        if (rope != null) {
            all.addAll(rope.tensors());
        }
        return all;
    }
}
