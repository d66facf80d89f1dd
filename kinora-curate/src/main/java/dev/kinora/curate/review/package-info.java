/** A page to look a dataset's clips over with: contact sheets, histograms, thresholds and their funnel. */
@NullMarked
package dev.kinora.curate.review;

import org.jspecify.annotations.NullMarked;
