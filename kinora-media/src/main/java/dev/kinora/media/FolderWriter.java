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
        String name = String.format(Locale.ROOT, "frame_%05d.png", index);
        out.make(folder -> Images.writePng(folder.resolve(name), frame, Map.of()));
    }

    @Override
    void complete(int frameCount) throws MediaException {
        try {
            String json = new Sidecar(spec().frameRate(), spec().metadata()).toJson();
            out.make(folder -> Files.writeString(folder.resolve(SIDECAR), json, UTF_8));
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
