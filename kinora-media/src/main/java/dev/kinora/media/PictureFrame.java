package dev.kinora.media;

/** A frame that was a picture to begin with: of a folder of PNG files. */
record PictureFrame(int index, Image image, long pts, double seconds) implements DecodedFrame {
    @Override
    public int width() {
        return image.width();
    }

    @Override
    public int height() {
        return image.height();
    }

    @Override
    public Image captured() {
        return image;
    }

    @Override
    public Image captured(int width, int height) {
        return Bilinear.resize(image, width, height);
    }

    @Override
    public Image scaled(int width, int height) {
        return image.resize(width, height, Resample.BICUBIC);
    }

    @Override
    public MotionVectors vectors() {
        return MotionVectors.none(width(), height());
    }
}
