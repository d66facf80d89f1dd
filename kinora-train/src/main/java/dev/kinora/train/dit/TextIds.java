package dev.kinora.train.dit;

import dev.kinora.tensor.Device;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.train.latents.LatentGroup;

/**
 * Token ids of captions, for a text encoder that is trained too.
 *
 * @param noText ids of the empty text
 * @param device that trains
 */
@SuppressWarnings("ArrayRecordComponent") // made once a run
record TextIds(long[] noText, Device device) implements DitBatches.Texts {
    /** int64 [B, N]. */
    @Override
    public Tensor of(LatentGroup group, int[] clips, int[] captions) {
        return Tensors.of(group.ids(clips, captions, noText), clips.length, noText.length)
                .to(device);
    }
}
