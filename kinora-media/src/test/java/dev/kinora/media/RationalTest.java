package dev.kinora.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RationalTest {
    @ParameterizedTest
    @CsvSource({
        "8, 8", "29.97, 30000/1001", "23.976, 24000/1001", "59.94, 60000/1001", "30000/1001, 30000/1001", "7.5, 15/2",
        "16/2, 8", "29.5, 59/2", "12.50, 25/2", "0.25, 1/4", " 24 , 24", "25.00, 25"
    })
    void parses(String text, String expected) {
        assertThat(Rational.parse(text)).hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fast", "0", "-8", "8/0", "0/8", "1/2/3", "1e400", "99999999999", "NaN"})
    void refuses(String text) {
        assertThatThrownBy(() -> Rational.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Rational.parse: text = " + text);
    }

    @Test
    void comparesByValue() {
        assertThat(Rational.of(30_000, 1001)).isLessThan(Rational.of(30));
        assertThat(Rational.of(6, 4)).isEqualTo(Rational.of(3, 2));
        assertThat(Rational.of(3, 2).inverse()).isEqualTo(Rational.of(2, 3));
    }
}
