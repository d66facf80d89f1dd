/** Classifiers of clips learned from a user's labels, and how well they and the tags' formulas do. */
@NullMarked
package dev.kinora.curate.learn;

import org.jspecify.annotations.NullMarked;
