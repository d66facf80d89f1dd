package dev.kinora.weights.hub;

import java.util.function.BooleanSupplier;

/** Lets one thread stop the download that another one waits for. What was fetched stays for a later resume. */
public final class Cancellation {
    private final BooleanSupplier also;
    private volatile boolean cancelled;

    /** Not cancelled yet. */
    public Cancellation() {
        this(() -> false);
    }

    private Cancellation(BooleanSupplier also) {
        this.also = also;
    }

    /** Cancelled with this one, and for a reason more. */
    Cancellation or(BooleanSupplier reason) {
        return new Cancellation(() -> isCancelled() || reason.getAsBoolean());
    }

    /** Asks the download to stop; it does within a fraction of a second. */
    public void cancel() {
        cancelled = true;
    }

    /** Whether {@link #cancel} was called. */
    public boolean isCancelled() {
        return cancelled || also.getAsBoolean();
    }

    void check(String what) throws HubException {
        if (isCancelled()) {
            throw new HubException(HubException.Kind.CANCELLED, what + ": cancelled");
        }
    }
}
