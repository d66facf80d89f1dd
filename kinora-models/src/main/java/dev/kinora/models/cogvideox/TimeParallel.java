package dev.kinora.models.cogvideox;

import dev.kinora.nn.GroupNorm;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.ProcessGroup;
import dev.kinora.tensor.Tape;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One process's part of a clip whose frames lie on several: who has the frames before and after, and what all have in
 * common. Ranks hold consecutive stretches of frames.
 */
final class TimeParallel {
    private static final int TAG = 7;

    private final ProcessGroup group;
    private final Tape tape;
    private final boolean firstAlone;

    /**
     * A part.
     *
     * @param firstAlone whether this part begins with the first frame of an odd clip, which stands for itself in time
     */
    TimeParallel(ProcessGroup group, Tape tape, boolean firstAlone) {
        this.group = group;
        this.tape = tape;
        this.firstAlone = firstAlone;
    }

    boolean firstAlone() {
        return firstAlone;
    }

    Tape.Value segment(Function<List<Tensor>, Tensor> body, Tape.Value... inputs) {
        return tape.segment(body, inputs);
    }

    /**
     * The last {@code count} frames before this part, from the process before: [B, C, count, H, W]; null on the first.
     * In return the process after gets this part's last frames.
     */
    Tape.@Nullable Value before(Tape.Value x, int count) {
        boolean first = group.rank() == 0;
        boolean last = group.rank() == group.size() - 1;
        boolean enough = x.tensor().size(2) >= count;
        if (!last && enough) { // nobody waits longer than for its neighbour
            tape.send(group, tail(List.of(x), count), group.rank() + 1, TAG);
        }
        Tape.Value before = null;
        if (!first) {
            Tensor t = x.tensor();
            Tensor place = Tensors.empty(t.dtype(), t.device(), t.size(0), t.size(1), count, t.size(3), t.size(4));
            before = tape.receive(group, place, group.rank() - 1, TAG);
        }
        if (!last && !enough) {
            tape.send(
                    group,
                    before == null ? tail(List.of(x), count) : tail(List.of(before, x), count),
                    group.rank() + 1,
                    TAG);
        }
        return before;
    }

    /** The last frames of what lies one after the other, the first one repeated where there are too few. */
    private Tape.Value tail(List<Tape.Value> parts, int count) {
        return segment(
                p -> {
                    Tensor all = p.size() == 1 ? p.getFirst() : Tensors.cat(2, p);
                    long missing = count - all.size(2);
                    Tensor padded = missing <= 0
                            ? all
                            : Tensors.cat(2, all.narrow(2, 0, 1).repeatInterleave(missing, 2), all);
                    return padded.narrow(2, padded.size(2) - count, count).contiguous();
                },
                parts.toArray(Tape.Value[]::new));
    }

    /**
     * Group norm with the statistics of the whole clip, then more.
     *
     * @param then gets the normalised x and what {@code others} hold
     */
    Tape.Value norm(GroupNorm norm, Tape.Value x, Function<List<Tensor>, Tensor> then, Tape.Value... others) {
        int groups = norm.groups();
        Tape.Value sums = tape.allReduce(
                group,
                segment(
                        in -> {
                            Tensor v = in.getFirst()
                                    .to(DType.FP32)
                                    .reshape(in.getFirst().size(0), groups, -1); // [B, G, n]
                            Tensor count =
                                    Tensors.zeros(DType.FP32, v.device(), 1).add((double) v.size(2));
                            return Tensors.cat(0, v.sum(false, 2).flatten(0, 1), count); // [B G + 1]
                        },
                        x));
        Tape.Value squares = tape.allReduce(
                group,
                segment(
                        in -> {
                            Tensor v =
                                    in.get(0).to(DType.FP32).reshape(in.get(0).size(0), groups, -1);
                            return v.sub(mean(in.get(1), v.size(0), groups).unsqueeze(2))
                                    .square()
                                    .sum(false, 2); // [B, G]
                        },
                        x,
                        sums));
        Tape.Value[] all = new Tape.Value[3 + others.length];
        all[0] = x;
        all[1] = sums;
        all[2] = squares;
        System.arraycopy(others, 0, all, 3, others.length);
        return segment(
                in -> {
                    long b = in.get(0).size(0);
                    Tensor variance = in.get(2).div(count(in.get(1)));
                    Tensor normed = norm.forward(in.get(0), mean(in.get(1), b, groups), variance);
                    List<Tensor> rest = new java.util.ArrayList<>(List.of(normed));
                    rest.addAll(in.subList(3, in.size()));
                    return then.apply(rest);
                },
                all);
    }

    private static Tensor count(Tensor sums) {
        return sums.narrow(0, sums.size(0) - 1, 1).detach();
    }

    private static Tensor mean(Tensor sums, long batch, int groups) {
        return sums.narrow(0, 0, batch * groups).div(count(sums)).view(batch, groups);
    }
}
