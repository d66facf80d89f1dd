package dev.kinora.curate.engine;

/** Hears how far a run is; called from several threads, one at a time. */
public interface CurateListener {
    /** Hears nothing. */
    CurateListener SILENT = new CurateListener() {};

    /** A part of the work begins: {@code hash}, {@code curate} or {@code commit}, with so many steps. */
    default void onStage(String name, int steps) {}

    /** So many of its steps are done. */
    default void onStep(int done) {}

    /** Something that a user should know. */
    default void onNote(String note) {}

    /** Asked between files: whether to stop, keeping what is finished for the next run. */
    default boolean stopRequested() {
        return false;
    }
}
