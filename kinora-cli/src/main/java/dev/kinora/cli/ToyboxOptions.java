package dev.kinora.cli;

import dev.kinora.toybox.ToyboxMix;
import picocli.CommandLine.Option;

/** How Toybox clips are drawn. */
final class ToyboxOptions {
    @Option(names = "--size", paramLabel = "WIDTHxHEIGHT", description = "Size in pixels. Default: 96x64.")
    private Size size = new Size(96, 64);

    @Option(names = "--frames", paramLabel = "N", description = "Frames of a clip. Default: 17.")
    private int frames = 17;

    @Option(names = "--fps", paramLabel = "RATE", description = "Frames per second. Default: 8.")
    private double fps = 8;

    @Option(names = "--two-toys", paramLabel = "P", description = "How often there are two toys, 0 to 1. Default: 0.")
    private double twoToys;

    @Option(
            names = "--camera-moves",
            paramLabel = "P",
            description = "How often the camera pans or zooms, 0 to 1. Default: 0.")
    private double cameraMoves;

    ToyboxMix mix(boolean heldOut) {
        return new ToyboxMix(size.width(), size.height(), frames, fps, twoToys, cameraMoves, heldOut);
    }

    int width() {
        return size.width();
    }

    int height() {
        return size.height();
    }

    int frames() {
        return frames;
    }

    double fps() {
        return fps;
    }

    double twoToys() {
        return twoToys;
    }

    double cameraMoves() {
        return cameraMoves;
    }
}
