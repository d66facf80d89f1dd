package dev.kinora.models.cogvideox;

import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The last input frames of every causal convolution, carried from one batch of frames to the next, so that a clip in
 * pieces sees the same past as a clip in one.
 */
final class ConvCache implements AutoCloseable {
    private final IdentityHashMap<CogVideoXCausalConv3d, Tensor> frames = new IdentityHashMap<>();
    private final TensorScope owner = TensorScope.owner("conv cache");
    private boolean last;

    /** Says whether another batch follows; if none does, nothing is kept. */
    void nextIsLast(boolean isLast) {
        last = isLast;
    }

    /** The frames before this batch, [B, C, k - 1, H, W], or null in the first one. */
    @Nullable
    Tensor before(CogVideoXCausalConv3d conv) {
        return frames.get(conv);
    }

    /** Whether another batch follows that will want this one's last frames. */
    boolean keeps() {
        return !last;
    }

    /** Keeps a copy of the last {@code count} frames of [B, C, T, H, W] for the next batch. */
    void keep(CogVideoXCausalConv3d conv, Tensor padded, long count) {
        put(conv, last ? null : padded.narrow(2, padded.size(2) - count, count).copy());
    }

    /** Keeps these frames [B, C, k - 1, H, W], or nothing, for the next batch. */
    void put(CogVideoXCausalConv3d conv, @Nullable Tensor kept) {
        Tensor previous = kept == null ? frames.remove(conv) : frames.put(conv, owner.adopt(kept));
        if (previous != null) {
            previous.release();
        }
    }

    @Override
    public void close() {
        owner.close();
    }
}
