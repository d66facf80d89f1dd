/** Thresholds as queries: which clips of a dataset to train on, decided after the scores and as often as wanted. */
@NullMarked
package dev.kinora.curate.query;

import org.jspecify.annotations.NullMarked;
