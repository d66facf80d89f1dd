package dev.kinora.curate.motion;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.global.opencv_video;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_video.DISOpticalFlow;

/**
 * Displacement of every pixel between two pictures of one size, by OpenCV. One thread: the parallel search of
 * {@link Kind#DIS} gives other values with another number of threads.
 */
public final class DenseFlow implements AutoCloseable {
    /** Which algorithm. */
    public enum Kind {
        /** Dense inverse search (Kroeger et al., arXiv 1603.03590), OpenCV's medium preset down to single pixels. */
        DIS,
        /** Polynomial expansion (Farnebäck 2003), with the parameters of SVD's and video2dataset's filters. */
        FARNEBACK
    }

    private final Kind kind;
    private final DISOpticalFlow dis;

    /** An engine of this kind. */
    public DenseFlow(Kind kind) {
        this.kind = kind;
        dis = DISOpticalFlow.create(DISOpticalFlow.PRESET_MEDIUM);
        dis.setFinestScale(0);
    }

    /**
     * Where the pixels of {@code from} are in {@code to}.
     *
     * @param from uint8 [H, W]
     * @param to uint8 [H, W]
     * @return x and y displacement in pixels, [H, W, 2]
     */
    public float[] between(Mat from, Mat to) {
        try (Mat flow = new Mat()) {
            if (kind == Kind.DIS) {
                dis.calc(from, to, flow);
            } else {
                opencv_video.calcOpticalFlowFarneback(from, to, flow, 0.5, 3, 15, 3, 5, 1.2, 0);
            }
            float[] out = new float[Math.toIntExact(flow.total() * 2)];
            try (FloatPointer p = new FloatPointer(flow.data())) {
                p.get(out);
            }
            return out;
        }
    }

    @Override
    public void close() {
        dis.close();
    }
}
