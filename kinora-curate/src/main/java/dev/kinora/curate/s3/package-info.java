/** Files in buckets that speak S3's protocol: read from them, and a dataset put into one in one step. */
@NullMarked
package dev.kinora.curate.s3;

import org.jspecify.annotations.NullMarked;
