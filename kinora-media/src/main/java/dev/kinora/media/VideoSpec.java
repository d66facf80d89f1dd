package dev.kinora.media;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is to be written.
 *
 * @param width pixels per row of every frame
 * @param height rows of every frame
 * @param frameRate frames per second
 * @param quality loss allowed
 * @param metadata tags for the container, given back unchanged by {@link VideoInfo#metadata()}: keys match
 *     {@code [a-z][a-z0-9_]*} and are none of the containers' own ({@code encoder}, {@code duration}, …), values 1 to 8 Mi
 *     characters
 */
public record VideoSpec(int width, int height, Rational frameRate, Quality quality, Map<String, String> metadata) {
    public VideoSpec {
        if (width < 1 || height < 1 || width > 16_384 || height > 16_384) {
            throw MediaException.badArgument("VideoSpec", "size", width + "x" + height, "1x1 to 16384x16384");
        }
        if (frameRate.compareTo(Rational.of(1000)) > 0 || frameRate.compareTo(Rational.of(1, 1000)) < 0) {
            throw MediaException.badArgument("VideoSpec", "frameRate", frameRate, "1/1000 to 1000 frames per second");
        }
        metadata = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        Tags.check(metadata);
    }

    /** {@link Quality#HIGH}, no metadata. */
    public static VideoSpec of(int width, int height, Rational frameRate) {
        return new VideoSpec(width, height, frameRate, Quality.HIGH, Map.of());
    }

    /** The size and rate of {@code video}, {@link Quality#HIGH}, no metadata. */
    public static VideoSpec of(Video video) {
        return of(video.width(), video.height(), video.frameRate());
    }

    /** The same with another quality. */
    public VideoSpec with(Quality other) {
        return new VideoSpec(width, height, frameRate, other, metadata);
    }

    /** The same with other metadata. */
    public VideoSpec with(Map<String, String> other) {
        return new VideoSpec(width, height, frameRate, quality, other);
    }
}
