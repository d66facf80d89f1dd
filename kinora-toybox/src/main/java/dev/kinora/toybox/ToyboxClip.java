package dev.kinora.toybox;

import java.util.List;

/** A rendered clip: its spec, its frames, the exact states behind them, and what to say about it. */
public final class ToyboxClip {
    private final ToyboxSpec spec;
    private final byte[] rgb;
    private final List<ToyState> states;
    private final ToyCaptions captions;

    ToyboxClip(ToyboxSpec spec, byte[] rgb, List<ToyState> states, ToyCaptions captions) {
        this.spec = spec;
        this.rgb = rgb;
        this.states = List.copyOf(states);
        this.captions = captions;
    }

    /** What decided the clip. */
    public ToyboxSpec spec() {
        return spec;
    }

    /** The frames, uint8 [F, H, W, 3] in row-major order, sRGB. The array itself, not a copy. */
    public byte[] rgb() {
        return rgb;
    }

    /** One state a frame. */
    public List<ToyState> states() {
        return states;
    }

    /** The three captions. */
    public ToyCaptions captions() {
        return captions;
    }
}
