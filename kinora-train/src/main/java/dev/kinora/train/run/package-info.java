/** What every training run shares: its folder, metrics, curves, contact sheets, clock and listeners. */
@NullMarked
package dev.kinora.train.run;

import org.jspecify.annotations.NullMarked;
