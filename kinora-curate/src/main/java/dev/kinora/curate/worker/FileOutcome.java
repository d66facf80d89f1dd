package dev.kinora.curate.worker;

import org.jspecify.annotations.Nullable;

/**
 * What became of one file: its row in the manifest.
 *
 * @param status {@code ok}, {@code partial} (its good frames were used), {@code skipped} (nothing of it is wanted) or
 *     {@code error}
 * @param errorClass why not {@code ok}: {@code truncated}, {@code empty}, {@code unreadable}, {@code no_video},
 *     {@code no_frames}, {@code unsupported_codec}, {@code too_large}, {@code unencodable}, {@code duplicate},
 *     {@code crash}, {@code timeout}, {@code memory}, {@code internal}; empty where it is
 * @param message the same for people; empty where there is nothing to say
 * @param lastGoodPts time of the last frame decoded, in ticks; null where none was
 * @param frames frames decoded
 * @param damagedPackets packets that the decoder refused
 * @param packetBytes compressed bytes decoded, in one pass
 * @param recodedBytes compressed bytes decoded a second time to encode clips exactly
 */
public record FileOutcome(
        String status,
        String errorClass,
        String message,
        @Nullable Long lastGoodPts,
        long frames,
        int damagedPackets,
        long packetBytes,
        long recodedBytes) {

    /** Nothing came of it. */
    public static FileOutcome failed(String status, String errorClass, String message) {
        return new FileOutcome(status, errorClass, message, null, 0, 0, 0, 0);
    }
}
