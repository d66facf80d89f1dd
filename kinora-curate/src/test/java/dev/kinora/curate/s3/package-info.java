@NullMarked
package dev.kinora.curate.s3;

import org.jspecify.annotations.NullMarked;
