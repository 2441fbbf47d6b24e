//! The Korean font of this machine, its glyphs and their widths.

use std::fs;
use std::sync::Arc;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use ttf_parser::Face;

use super::error::{DemoError, Result};

/// Preferred font families, in order; any other family with Hangul comes after them.
const PREFERRED: [&str; 10] = [
    "NanumGothic",
    "Nanum Gothic",
    "NanumBarunGothic",
    "Noto Sans CJK KR",
    "Noto Sans KR",
    "Pretendard",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "UnDotum",
    "Baekmuk Dotum",
];

/// Letters that a font must have for a Korean manual.
const REQUIRED_LETTERS: &str = "가힣불량조치•·Δ";
/// Least weight of a bold face.
const BOLD: u16 = 600;

/// A font face to measure and embed.
#[derive(Clone)]
pub(super) struct Typeface {
    name: String,
    font: Font,
    metrics: GlyphMetrics,
}

impl Typeface {
    /// The width of `text` at `size`, in the unit of `size`.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        self.metrics.measure(text).into_iter().map(|(_, advance)| advance).sum::<f32>() * size
    }

    /// The font to embed.
    pub(super) fn font(&self) -> Font {
        self.font.clone()
    }

    /// The glyphs of a text, one for each letter, with the widths of [`Self::width`]. Hangul
    /// syllables and Latin letters need no shaping.
    pub(super) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        text.char_indices()
            .zip(self.metrics.measure(text))
            .map(|((start, letter), (glyph, advance))| {
                let range = start..start + letter.len_utf8();
                KrillaGlyph::new(GlyphId::new(glyph), advance, 0.0, 0.0, 0.0, range, None)
            })
            .collect()
    }

    fn covers(&self, text: &str) -> bool {
        self.metrics.measure(text).into_iter().all(|(glyph, _)| glyph != 0)
    }
}

/// A regular and a bold face of one family; the regular face twice where there is no bold one.
#[derive(Clone)]
pub(super) struct Family {
    pub(super) regular: Typeface,
    pub(super) bold: Typeface,
}

/// Finds a font family with Hangul on this machine.
///
/// # Errors
/// [`DemoError::NoKoreanFont`] where there is none.
pub(super) fn korean_family() -> Result<Family> {
    let mut fonts = fontdb::Database::new();
    fonts.load_system_fonts();
    korean_family_of(&fonts)
}

/// Name of the font of the manuals; `None` where this machine has no Korean font.
pub fn korean_font() -> Option<String> {
    korean_family().ok().map(|family| family.regular.name)
}

fn korean_family_of(fonts: &fontdb::Database) -> Result<Family> {
    let mut faces: Vec<(usize, String, &fontdb::FaceInfo)> = fonts
        .faces()
        .filter(|face| face.style == fontdb::Style::Normal)
        .filter_map(|face| {
            let name = &face.families.first()?.0;
            let named = |wanted: &&str| face.families.iter().any(|(name, _)| name == *wanted);
            let rank = PREFERRED.iter().position(named).unwrap_or(PREFERRED.len());
            Some((rank, name.clone(), face))
        })
        .collect();
    // Sorted, so that the choice does not depend on the order of the file system.
    faces.sort_by(|a, b| {
        let key = |(rank, name, face): &(usize, String, &fontdb::FaceInfo)| {
            (*rank, name.clone(), face.weight.0.abs_diff(400), face.post_script_name.clone())
        };
        key(a).cmp(&key(b))
    });
    for (_, name, face) in &faces {
        if face.weight.0 >= BOLD {
            continue;
        }
        let Some(regular) = load(fonts, face).filter(|face| face.covers(REQUIRED_LETTERS)) else {
            continue;
        };
        let bold = faces
            .iter()
            .filter(|(_, other, face)| other == name && face.weight.0 >= BOLD)
            .min_by_key(|(_, _, face)| face.weight.0.abs_diff(700))
            .and_then(|(_, _, face)| load(fonts, face))
            .filter(|face| face.covers(REQUIRED_LETTERS))
            .unwrap_or_else(|| regular.clone());
        return Ok(Family { regular, bold });
    }
    Err(DemoError::NoKoreanFont)
}

/// Loads a face; `None` where its file is missing, damaged, or of an unsupported kind.
fn load(fonts: &fontdb::Database, face: &fontdb::FaceInfo) -> Option<Typeface> {
    let (source, index) = fonts.face_source(face.id)?;
    let bytes = match source {
        fontdb::Source::Binary(bytes) => bytes.as_ref().as_ref().to_vec(),
        fontdb::Source::File(path) | fontdb::Source::SharedFile(path, _) => fs::read(path).ok()?,
    };
    let bytes = Arc::new(bytes);
    let metrics = GlyphMetrics::read(&bytes, index)?;
    let name = face.families.first()?.0.clone();
    Some(Typeface { name, font: Font::new(bytes.into(), index)?, metrics })
}

/// Glyphs of letters and their advance widths.
#[derive(Clone)]
struct GlyphMetrics {
    bytes: Arc<Vec<u8>>,
    index: u32,
    units_per_em: f32,
}

impl GlyphMetrics {
    fn read(bytes: &Arc<Vec<u8>>, index: u32) -> Option<Self> {
        let units_per_em = f32::from(Face::parse(bytes, index).ok()?.units_per_em());
        Some(Self { bytes: Arc::clone(bytes), index, units_per_em })
    }

    /// The glyph of each letter of a text and its advance in ems; glyph 0 where the face lacks the
    /// letter.
    fn measure(&self, text: &str) -> Vec<(u32, f32)> {
        // Parsing only locates the tables, so that it is cheap; the parsed face borrows the bytes
        // and cannot be kept.
        let Ok(face) = Face::parse(&self.bytes, self.index) else { return Vec::new() };
        text.chars()
            .map(|letter| {
                let glyph = face.glyph_index(letter).unwrap_or_default();
                let units = face.glyph_hor_advance(glyph).unwrap_or_default();
                (u32::from(glyph.0), f32::from(units) / self.units_per_em)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn without_fonts_the_error_says_what_to_install() {
        let error = korean_family_of(&fontdb::Database::new()).err().unwrap();
        assert!(error.to_string().contains("apt-get install fonts-nanum"), "{error}");
    }

    #[test]
    fn hangul_is_as_wide_as_other_hangul_and_wider_than_latin() {
        let Ok(family) = korean_family() else {
            fettle_testing::data::skipped(fettle_testing::data::Skip::Font, "Korean");
            return;
        };
        for face in [&family.regular, &family.bold] {
            assert_eq!(face.width("가", 10.0), face.width("힣", 10.0));
            assert!(face.width("가", 10.0) > face.width("i", 10.0));
            assert!((face.width("가나", 10.0) - 2.0 * face.width("가", 10.0)).abs() < 1e-3);
            assert_eq!(face.glyphs("a가•").len(), 3);
        }
    }

    proptest! {
        #[test]
        fn damaged_fonts_are_refused_or_measured_but_never_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..600),
            tables in 0u8..6, letter in any::<char>(),
        ) {
            // A header that claims tables, over noise.
            let mut font = vec![0, 1, 0, 0, 0, tables, 0, 0, 0, 0, 0, 0];
            for tag in [b"cmap", b"head", b"hhea", b"hmtx"] {
                font.extend(tag);
                font.extend([0, 0, 0, 0, 0, 0, 0, bytes.first().copied().unwrap_or(76), 0, 0, 0, 9]);
            }
            font.extend(&bytes);
            if let Some(metrics) = GlyphMetrics::read(&Arc::new(font), 0) {
                for (_, advance) in metrics.measure(&letter.to_string()) {
                    prop_assert!(advance.is_finite() && advance >= 0.0);
                }
            }
        }
    }
}
