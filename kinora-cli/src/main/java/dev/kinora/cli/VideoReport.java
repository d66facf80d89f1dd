package dev.kinora.cli;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.kinora.media.VideoInfo;
import dev.kinora.pipeline.Provenance;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a video file says of itself.
 *
 * @param path the file
 * @param provenance from what Kinora made it, as it stands in the file; null if it did not
 */
record VideoReport(
        Path path,
        String container,
        String codec,
        int width,
        int height,
        String fps,
        @Nullable Long frames,
        Map<String, String> metadata,
        @JsonRawValue @Nullable String provenance)
        implements Report {
    static VideoReport of(Path path, VideoInfo info) {
        Map<String, String> metadata = new TreeMap<>(info.metadata());
        String record = metadata.remove(Provenance.METADATA_KEY);
        return new VideoReport(
                path,
                info.container(),
                info.codec(),
                info.width(),
                info.height(),
                info.frameRate().toString(),
                info.frames().isPresent() ? info.frames().getAsLong() : null,
                metadata,
                record == null
                        ? null
                        : Provenance.parse(path.toString(), record).toJson());
    }

    @Override
    public void print(PrintWriter out) {
        out.println("%s: %s, %s, %dx%d, %s frames per second%s"
                .formatted(
                        path, container, codec, width, height, fps, frames == null ? "" : ", " + frames + " frames"));
        metadata.forEach((k, v) -> out.println("  " + k + ": " + v));
        if (provenance != null) {
            Provenance p = Provenance.parse(path.toString(), provenance);
            Provenance.Resolved r = p.request();
            out.println("  made by Kinora %s from %s".formatted(p.kinora(), p.model()));
            out.println("  prompt: " + r.prompt());
            out.println("  %s, %d frames, %dx%d, %d steps of %s, guidance %s, seed %d"
                    .formatted(
                            r.task(),
                            r.frames(),
                            r.width(),
                            r.height(),
                            r.steps(),
                            r.scheduler(),
                            r.guidance(),
                            r.seed()));
            out.println("  kinora replay " + path + " makes it again");
        }
    }
}
