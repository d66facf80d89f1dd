package dev.kinora.media;

import java.nio.file.Path;

/** One frame as one PNG. */
final class StillWriter extends VideoWriter {
    private final AtomicOutput out;

    StillWriter(Path target, VideoSpec spec) throws MediaException {
        super(target, spec);
        out = AtomicOutput.file(target);
    }

    @Override
    void encode(Image frame, int index) throws MediaException {
        if (index > 0) {
            throw new MediaException(
                    "VideoWriter.write",
                    "out",
                    target(),
                    "one frame for one PNG; name a folder, .mp4, .webm or .gif for more");
        }
        out.make(file -> Images.writePng(file, frame, spec().metadata()));
    }

    @Override
    void complete(int frameCount) throws MediaException {
        out.commit();
    }

    @Override
    void release() {
        out.close();
    }
}
