/** What a measurement is: a versioned method that watches frames and answers for any span of them. */
@NullMarked
package dev.kinora.curate.stage;

import org.jspecify.annotations.NullMarked;
