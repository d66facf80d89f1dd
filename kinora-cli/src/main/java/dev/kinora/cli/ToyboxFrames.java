package dev.kinora.cli;

import dev.kinora.media.Image;
import dev.kinora.toybox.ToyboxClip;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The frames of rendered clips as pictures. */
final class ToyboxFrames {
    private ToyboxFrames() {}

    static List<Image> of(ToyboxClip clip) {
        int width = clip.spec().width();
        int height = clip.spec().height();
        int size = width * height * 3;
        List<Image> frames = new ArrayList<>();
        for (int f = 0; f < clip.spec().frames(); f++) {
            frames.add(Image.of(width, height, Arrays.copyOfRange(clip.rgb(), f * size, (f + 1) * size)));
        }
        return frames;
    }
}
