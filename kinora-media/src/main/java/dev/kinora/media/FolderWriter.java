package dev.kinora.media;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** A folder of numbered PNGs with the frame rate and metadata beside them. */
final class FolderWriter extends VideoWriter {
    static final String SIDECAR = "video.json";

    private final AtomicOutput out;

    FolderWriter(Path target, VideoSpec spec) throws MediaException {
        super(target, spec);
        out = AtomicOutput.folder(target);
    }

    @Override
    void encode(Image frame, int index) throws MediaException {
        Images.writePng(out.path().resolve(String.format(Locale.ROOT, "frame_%05d.png", index)), frame, Map.of());
    }

    @Override
    void complete(int frameCount) throws MediaException {
        try {
            Files.writeString(
                    out.path().resolve(SIDECAR), new Sidecar(spec().frameRate(), spec().metadata()).toJson(), UTF_8);
        } catch (IOException e) {
            throw new MediaException("VideoWriter", "out", target(), "a folder that can be written to", e);
        }
        out.commit();
    }

    @Override
    void release() {
        out.close();
    }
}
