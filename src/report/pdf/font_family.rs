//! The fonts of print: widths and glyphs of text.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use ttf_parser::Face;
use unicode_normalization::UnicodeNormalization;

use crate::error::{ReportError, Result};
use crate::fonts::{GOTHIC, GOTHIC_BOLD};

/// Replacement of characters that the fonts lack.
const REPLACEMENT: char = '□';

/// A font for measuring and embedding. Hangul syllables and Latin need no shaping: one character is
/// one glyph.
pub(super) struct Typeface {
    face: Face<'static>,
    font: Font,
}

/// The regular and the bold font.
pub(super) struct FontFamily {
    regular: Typeface,
    bold: Typeface,
}

impl FontFamily {
    /// The embedded fonts.
    pub(super) fn built_in() -> Result<Self> {
        Ok(Self { regular: Typeface::new(GOTHIC)?, bold: Typeface::new(GOTHIC_BOLD)? })
    }

    pub(super) fn face(&self, bold: bool) -> &Typeface {
        if bold { &self.bold } else { &self.regular }
    }

    /// The printable form of `text`: composed (NFC; file names of macOS are decomposed), with spaces
    /// for control characters. Characters that the fonts lack become their compatibility form (NFKC;
    /// the micro sign becomes mu) or a box.
    pub(super) fn printable(&self, text: &str) -> String {
        let has = |letter: char| self.regular.face.glyph_index(letter).is_some();
        text.nfc()
            .map(|letter| match letter {
                letter if letter.is_control() => ' ',
                letter if has(letter) => letter,
                letter => Some(letter).into_iter().nfkc().find(|c| has(*c)).unwrap_or(REPLACEMENT),
            })
            .collect()
    }
}

impl Typeface {
    fn new(bytes: &'static [u8]) -> Result<Self> {
        let face = Face::parse(bytes, 0).map_err(|_| ReportError::Font)?;
        let font = Font::new(bytes.into(), 0).ok_or(ReportError::Font)?;
        Ok(Self { face, font })
    }

    /// The font to embed.
    pub(super) fn font(&self) -> Font {
        self.font.clone()
    }

    /// Width of `text` at the font size `size`, in the unit of `size`.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|letter| self.glyph(letter).1).sum::<f32>() * size
    }

    /// Glyphs of `text` with the advances that [`Self::width`] sums.
    pub(super) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        text.char_indices()
            .map(|(start, letter)| {
                let (glyph, advance) = self.glyph(letter);
                let range = start..start + letter.len_utf8();
                KrillaGlyph::new(glyph, advance, 0.0, 0.0, 0.0, range, None)
            })
            .collect()
    }

    /// Glyph of `letter` and its advance in ems.
    fn glyph(&self, letter: char) -> (GlyphId, f32) {
        let glyph = self.face.glyph_index(letter).unwrap_or_default();
        let units = self.face.glyph_hor_advance(glyph).unwrap_or_default();
        let advance = f32::from(units) / f32::from(self.face.units_per_em());
        (GlyphId::new(u32::from(glyph.0)), advance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_fonts_have_the_characters_of_reports() {
        let family = FontFamily::built_in().unwrap();
        for text in ["가힣똠펲 ABC xyz 0123456789", "℃±×·•→—…“”‘’()[]%°μΔ□", "ㄱㅎ①"]
        {
            for bold in [false, true] {
                let face = &family.face(bold).face;
                let lacking: String =
                    text.chars().filter(|c| face.glyph_index(*c).is_none()).collect();
                assert_eq!(lacking, "", "bold {bold}");
            }
        }
    }

    #[test]
    fn all_text_becomes_printable() {
        let family = FontFamily::built_in().unwrap();
        let cases = [
            ("용탕 온도 ±5℃", "용탕 온도 ±5℃"),
            // As macOS writes file names.
            ("\u{1100}\u{1161}.png", "가.png"),
            ("a\tb\nc", "a b c"),
            ("10 \u{b5}m", "10 \u{3bc}m"),
            ("\u{feff}漢🙂", "□□□"),
        ];
        for (given, expected) in cases {
            assert_eq!(family.printable(given), expected);
        }
    }

    #[test]
    fn hangul_is_as_wide_as_other_hangul_and_wider_than_latin() {
        let family = FontFamily::built_in().unwrap();
        for face in [family.face(false), family.face(true)] {
            assert_eq!(face.width("가", 10.0), face.width("힣", 10.0));
            assert!(face.width("가", 10.0) > face.width("i", 10.0));
            assert!((face.width("가나", 10.0) - 2.0 * face.width("가", 10.0)).abs() < 1e-3);
            assert_eq!(face.glyphs("a가•").len(), 3);
        }
    }
}
