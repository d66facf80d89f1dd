/** Where shots begin and end: detectors over one decoding at several rates, their votes, and the rule that fuses them. */
@NullMarked
package dev.kinora.curate.cuts;

import org.jspecify.annotations.NullMarked;
