package dev.kinora.diffusion;

/** The noise levels a run visits: where each step starts and where it ends. */
final class Walk {
    private final NoiseSchedule schedule;
    private final long[] timesteps;
    private final int stride;
    private final double finalAlphaBar;

    /**
     * @param timesteps highest first
     * @param stride how far below its start a step ends
     * @param finalAlphaBar ᾱ below timestep 0
     */
    Walk(NoiseSchedule schedule, long[] timesteps, int stride, double finalAlphaBar) {
        this.schedule = schedule;
        this.timesteps = timesteps;
        this.stride = stride;
        this.finalAlphaBar = finalAlphaBar;
    }

    int steps() {
        return timesteps.length;
    }

    long timestep(int index) {
        return timesteps[index];
    }

    /** ᾱ where a step starts. */
    double alphaBar(int index) {
        return schedule.alphaBar(timesteps[index]);
    }

    /** Whether a step ends below timestep 0, in the clean sample. */
    boolean endsClean(int index) {
        return timesteps[index] - stride < 0;
    }

    /** ᾱ where a step ends. */
    double nextAlphaBar(int index) {
        return endsClean(index) ? finalAlphaBar : schedule.alphaBar(timesteps[index] - stride);
    }
}
