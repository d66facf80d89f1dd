package dev.kinora.train.reader;

import dev.kinora.eval.ToyboxReaderModel;
import dev.kinora.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How wrong a reader is, term by term: cross-entropies of the labels, the mean distance of places and radii, and how far
 * the soft maps are from spots of the toys' size (a divergence), which tells a fresh network where to look.
 *
 * @param total what is minimised
 */
record ReaderLoss(
        Tensor total, Tensor object, Tensor color, Tensor motion, Tensor scene, Tensor cast, Tensor place, Tensor map) {
    private static final double REST = 0.5;
    private static final double PLACE = 4;
    private static final double MAP = 0.3;

    /** Deviation of a spot, in radii. */
    private static final double SPOT = 0.5;

    static ReaderLoss of(ToyboxReaderModel.Output out, ReaderBatch batch) {
        Tensor weight = batch.present().div(batch.present().sum()); // [B, S]
        Tensor object = entropy(out.object(), batch.object()).mul(weight).sum();
        Tensor color = entropy(out.color(), batch.color()).mul(weight).sum();
        Tensor motion = entropy(out.motion(), batch.motion()).mul(weight).sum();
        Tensor scene = entropy(out.scene(), batch.scene()).mean();
        Tensor cast = entropy(out.cast(), batch.cast()).mean();
        Tensor off = out.places().sub(batch.places()).abs().mean(false, 2, 3); // [B, S]
        Tensor place = off.mul(weight).sum();
        Tensor map = maps(out, batch).mul(weight).sum();
        Tensor labels = object.add(color).add(motion);
        Tensor rest = scene.add(cast).mul(REST);
        Tensor total = labels.add(rest).add(place.mul(PLACE)).add(map.mul(MAP));
        return new ReaderLoss(total, object, color, motion, scene, cast, place, map);
    }

    /** Divergences of the maps from spots, [B, S]. */
    private static Tensor maps(ToyboxReaderModel.Output out, ReaderBatch batch) {
        Tensor video = batch.video();
        Tensor grid = ToyboxReaderModel.grid(video.size(3), video.size(4), video.device())
                .flatten(2, 3); // [1, 2, h w]
        Tensor x = grid.select(1, 0).sub(batch.places().narrow(3, 0, 1)); // [B, S, F, h w]
        Tensor y = grid.select(1, 1).sub(batch.places().narrow(3, 1, 1));
        Tensor deviation = batch.places().narrow(3, 2, 1).mul(SPOT).clamp(0.05, 1);
        Tensor squares = x.square().add(y.square()).div(deviation.square());
        Tensor wanted = logSoftmax(squares.mul(-0.5));
        Tensor divergence = wanted.exp().mul(wanted.sub(logSoftmax(out.maps())));
        return divergence.sum(false, 3).mean(false, 2);
    }

    /** Cross-entropies of logits [..., K] and labels [...], natural logarithm. */
    private static Tensor entropy(Tensor logits, Tensor labels) {
        int last = logits.dim() - 1;
        return logSoftmax(logits)
                .gather(last, labels.unsqueeze(last))
                .squeeze(last)
                .neg();
    }

    private static Tensor logSoftmax(Tensor logits) {
        int last = logits.dim() - 1;
        Tensor shifted = logits.sub(logits.detach().amax(true, last));
        return shifted.sub(shifted.exp().sum(true, last).log());
    }

    /** The terms as numbers. */
    Map<String, Double> values() {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", total.item());
        values.put("object", object.item());
        values.put("color", color.item());
        values.put("motion", motion.item());
        values.put("scene", scene.item());
        values.put("cast", cast.item());
        values.put("place", place.item());
        values.put("map", map.item());
        return values;
    }
}
