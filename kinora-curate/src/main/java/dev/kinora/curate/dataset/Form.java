package dev.kinora.curate.dataset;

/** How clips lie in a dataset. */
public enum Form {
    /** Tar files in the manner of WebDataset: {@code ID.mp4} and {@code ID.json} side by side. */
    WEBDATASET,
    /** A folder a bucket, an MP4 a clip. */
    FOLDER
}
