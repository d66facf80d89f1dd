package dev.kinora.media;

/** How a picture of one aspect is brought to a size of another; two of the modes of diffusers' VaeImageProcessor. */
public enum Fit {
    /** Both axes resized independently ({@code "default"}): the whole picture, its aspect lost. */
    STRETCH,
    /** Resized until it covers the size, then the middle kept ({@code "crop"}): the aspect kept, edges lost. */
    CROP;

    Image apply(Image image, int width, int height, Resample filter) {
        if (this == STRETCH) {
            return image.resize(width, height, filter);
        }
        boolean wider = (double) width / height > (double) image.width() / image.height();
        int w = wider ? width : (int) ((long) image.width() * height / image.height());
        int h = wider ? (int) ((long) image.height() * width / image.width()) : height;
        Image out = Image.black(width, height);
        out.paste(image.resize(w, h, filter), width / 2 - w / 2, height / 2 - h / 2);
        return out;
    }
}
