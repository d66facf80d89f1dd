package dev.kinora.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ContactSheetTest {
    @Test
    void showsFirstLastAndBetween() {
        List<Image> frames = java.util.stream.IntStream.range(0, 9)
                .mapToObj(i -> Synthetic.plain(10, 8, 0x100000 + i))
                .toList();
        Image sheet = new ContactSheet(3, 2, 4).render(List.of(new ContactSheet.Row("", frames)));
        assertThat(sheet.width()).isEqualTo(4 + 3 * (20 + 4));
        assertThat(sheet.pixel(4, 4)).isEqualTo(0x100000);
        assertThat(sheet.pixel(4 + 24, 4)).isEqualTo(0x100004);
        assertThat(sheet.pixel(4 + 48 + 19, 4 + 15)).isEqualTo(0x100008);
        assertThat(sheet.pixel(0, 0)).isEqualTo(0x202124);
    }

    @Test
    void captionsWrapAndRowsStack() {
        Video clip = Synthetic.clip(96, 64, 17, Rational.of(8));
        String caption = "a red ball crosses a meadow ".repeat(12);
        ContactSheet layout = ContactSheet.of(4, 96);
        Image one = layout.render(List.of(new ContactSheet.Row(caption, clip.frames())));
        Image two = layout.render(List.of(
                new ContactSheet.Row(caption, clip.frames()),
                new ContactSheet.Row("", clip.frames().subList(0, 2))));
        assertThat(two.width()).isEqualTo(one.width());
        assertThat(two.height()).isGreaterThan(one.height() + 64);
    }

    @Test
    void refusesEmptyAndHuge() {
        assertThatThrownBy(() -> new ContactSheet(0, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ContactSheet(1, 1, 1).render(List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ContactSheet(2, 200, 0)
                        .render(List.of(new ContactSheet.Row("", List.of(Image.black(50, 5), Image.black(50, 5))))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("16384");
    }
}
