/** What the models' tests share. */
@NullMarked
package dev.kinora.models;

import org.jspecify.annotations.NullMarked;
