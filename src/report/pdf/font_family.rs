//! The fonts of print: widths and glyphs of text.

use fontdb::ID;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use ttf_parser::Face;
use unicode_normalization::UnicodeNormalization;

use super::fallback_faces::FallbackFaces;
use crate::error::{ReportError, Result};
use crate::fonts::{GOTHIC, GOTHIC_BOLD};
use fettle_domain::{is_invisible, normal_form};

/// Replacement of characters that no font has; their number follows, so that names that differ in
/// them alone look different.
const REPLACEMENT: char = '□';

/// An embedded font. Hangul syllables, Hanja and Latin need no shaping: one character is one glyph.
struct Typeface {
    face: Face<'static>,
    font: Font,
}

/// The regular and the bold font, and those of the machine for what these lack.
pub(super) struct FontFamily {
    regular: Typeface,
    bold: Typeface,
    fallback: FallbackFaces,
}

/// Text in one font.
pub(super) struct Run<'t> {
    pub(super) text: &'t str,
    pub(super) font: Font,
    pub(super) glyphs: Vec<KrillaGlyph>,
    /// In ems.
    pub(super) width: f32,
}

/// A character in its font.
struct Glyph {
    /// A face of the machine; `None`: the embedded one.
    face: Option<ID>,
    font: Font,
    glyph: GlyphId,
    /// In ems.
    advance: f32,
}

impl FontFamily {
    /// The embedded fonts.
    pub(super) fn built_in() -> Result<Self> {
        Ok(Self {
            regular: Typeface::new(GOTHIC)?,
            bold: Typeface::new(GOTHIC_BOLD)?,
            fallback: FallbackFaces::default(),
        })
    }

    /// The printable form of `text`: composed (NFC; file names of macOS are decomposed), with spaces
    /// for control characters and without invisible ones. Characters that the fonts lack become
    /// their compatibility form (NFKC; the micro sign becomes mu), or come from a font of the
    /// machine, or are shown by their number.
    pub(super) fn printable(&self, text: &str) -> String {
        let has = |letter: char| self.regular.face.glyph_index(letter).is_some();
        let mut printable = String::with_capacity(text.len());
        for letter in normal_form(text).chars() {
            let compatible: String = Some(letter).into_iter().nfkc().collect();
            match letter {
                _ if letter.is_control() => printable.push(' '),
                _ if is_invisible(letter) => {}
                _ if has(letter) => printable.push(letter),
                _ if compatible.chars().all(has) => printable.push_str(&compatible),
                _ if !is_private(letter) && self.fallback.glyph(letter, false).is_some() => {
                    printable.push(letter);
                }
                _ => {
                    self.fallback.note_missing(letter);
                    let number = u32::from(letter);
                    printable.push_str(&format!("{REPLACEMENT}(U+{number:04X})"));
                }
            }
        }
        printable
    }

    /// Letters of texts so far that no font has.
    pub(super) fn missing(&self) -> String {
        self.fallback.missing()
    }

    /// Width of `text` at the font size `size`, in the unit of `size`.
    pub(super) fn width(&self, text: &str, bold: bool, size: f32) -> f32 {
        text.chars().map(|letter| self.glyph(letter, bold).advance).sum::<f32>() * size
    }

    /// `text` in the runs of one font each, with the advances that [`Self::width`] sums.
    pub(super) fn runs<'t>(&self, text: &'t str, bold: bool) -> Vec<Run<'t>> {
        let mut runs: Vec<Run<'t>> = Vec::new();
        let (mut face, mut begin) = (None, 0);
        for (at, letter) in text.char_indices() {
            let found = self.glyph(letter, bold);
            let end = at + letter.len_utf8();
            let run = match runs.last_mut() {
                Some(run) if face == found.face => run,
                _ => {
                    (face, begin) = (found.face, at);
                    let (font, glyphs) = (found.font, Vec::new());
                    runs.push(Run { text: "", font, glyphs, width: 0.0 });
                    let Some(run) = runs.last_mut() else { continue };
                    run
                }
            };
            run.text = text.get(begin..end).unwrap_or_default();
            let range = at - begin..end - begin;
            run.glyphs.push(KrillaGlyph::new(
                found.glyph,
                found.advance,
                0.0,
                0.0,
                0.0,
                range,
                None,
            ));
            run.width += found.advance;
        }
        runs
    }

    fn glyph(&self, letter: char, bold: bool) -> Glyph {
        let own = if bold { &self.bold } else { &self.regular };
        let found = match own.face.glyph_index(letter) {
            Some(_) => None,
            None => self.fallback.glyph(letter, bold),
        };
        match found {
            Some(found) => Glyph {
                face: Some(found.face),
                font: found.font,
                glyph: found.glyph,
                advance: found.advance,
            },
            None => {
                let (glyph, advance) = own.glyph(letter);
                Glyph { face: None, font: own.font.clone(), glyph, advance }
            }
        }
    }
}

/// Whether a character is for private use: each font shows another sign for it.
fn is_private(letter: char) -> bool {
    matches!(letter, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..)
}

impl Typeface {
    fn new(bytes: &'static [u8]) -> Result<Self> {
        let face = Face::parse(bytes, 0).map_err(|_| ReportError::Font)?;
        let font = Font::new(bytes.into(), 0).ok_or(ReportError::Font)?;
        Ok(Self { face, font })
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
    use fettle_testing::data::{Skip, skipped};

    use super::*;

    #[test]
    fn both_fonts_have_the_characters_of_reports() {
        let family = FontFamily::built_in().unwrap();
        for text in ["가힣똠펲 ABC xyz 0123456789", "℃±×·•→—…“”‘’()[]%°μΔ□", "ㄱㅎ①"]
        {
            for own in [&family.regular, &family.bold] {
                let lacking: String =
                    text.chars().filter(|c| own.face.glyph_index(*c).is_none()).collect();
                assert_eq!(lacking, "");
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
            ("\u{feff}a\u{200b}b", "ab"),
            // Letters that no font has: names that differ in them look different.
            ("\u{10fffd}형", "□(U+10FFFD)형"),
            ("\u{e123}", "□(U+E123)"),
        ];
        for (given, expected) in cases {
            assert_eq!(family.printable(given), expected);
        }
        assert_eq!(family.missing(), "\u{e123}\u{10fffd}");
    }

    #[test]
    fn a_letter_that_the_fonts_lack_comes_from_the_machine() {
        let family = FontFamily::built_in().unwrap();
        let text = "鑄物 A형";
        if family.fallback.glyph('鑄', false).is_none() {
            skipped(Skip::Font, "Hanja");
            return;
        }
        assert_eq!((family.printable(text).as_str(), family.missing().as_str()), (text, ""));
        for bold in [false, true] {
            let runs = family.runs(text, bold);
            let texts: Vec<&str> = runs.iter().map(|run| run.text).collect();
            assert_eq!(texts, ["鑄物", " A형"], "bold {bold}");
            let glyphs = runs.iter().flat_map(|run| &run.glyphs);
            assert!(glyphs.clone().count() == 5, "bold {bold}");
            let width: f32 = runs.iter().map(|run| run.width).sum();
            assert!((family.width(text, bold, 10.0) - 10.0 * width).abs() < 1e-3);
        }
    }

    #[test]
    fn hangul_is_as_wide_as_other_hangul_and_wider_than_latin() {
        let family = FontFamily::built_in().unwrap();
        for bold in [false, true] {
            let width = |text: &str| family.width(text, bold, 10.0);
            assert_eq!(width("가"), width("힣"));
            assert!(width("가") > width("i"));
            assert!((width("가나") - 2.0 * width("가")).abs() < 1e-3);
            let runs = family.runs("a가•", bold);
            assert_eq!((runs.len(), runs[0].glyphs.len()), (1, 3));
        }
        assert!(family.runs("", false).is_empty());
    }
}
