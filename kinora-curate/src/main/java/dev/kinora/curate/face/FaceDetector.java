package dev.kinora.curate.face;

import dev.kinora.curate.frames.Look;
import dev.kinora.media.MediaException;

/** Finds faces in a picture. */
interface FaceDetector extends AutoCloseable {
    /**
     * The largest face.
     *
     * @return left, top, width and height as shares of the picture's width and height; empty where there is none
     */
    double[] largest(Look look) throws MediaException;

    @Override
    void close();
}
