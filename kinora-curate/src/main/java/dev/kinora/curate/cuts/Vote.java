package dev.kinora.curate.cuts;

/**
 * One detector's opinion that the picture changes.
 *
 * @param detector its name
 * @param rate frames a second that it looked at, 0 for every frame
 * @param from last frame before the change, as an index of the file's frames
 * @param to first frame after it: one later for a detector of every frame, else as many as it steps over
 * @param score what it compared with its threshold
 */
public record Vote(String detector, double rate, int from, int to, double score) {
    /** Its place among {@link Ballot#NAMES}: {@code content}, and {@code content_4} of the one that looks 4 times a second. */
    public String name() {
        String every = rate == Math.rint(rate) ? Long.toString((long) rate) : Double.toString(rate);
        return rate == 0 ? detector : detector + "_" + every.replace('.', '_');
    }
}
