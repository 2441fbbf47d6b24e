//! A font of this machine that has Hangul, and how wide its letters are.
//!
//! Only the tables needed to measure text are read: `head`, `hhea`, `hmtx` and the
//! formats 4 and 12 of `cmap` (ISO/IEC 14496-22, "`OpenType`").

use std::fs;
use std::sync::Arc;

use krilla::text::{Font, GlyphId, KrillaGlyph};

use super::error::{DemoError, Result};

/// Families in the order they are preferred; any other with Hangul comes after them.
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

/// Letters without which a Korean manual cannot be printed.
const NEEDED: &str = "가힣불량조치•·Δ";
const BOLD: u16 = 600;

/// A face ready to be measured and embedded.
#[derive(Clone)]
pub(super) struct Typeface {
    font: Font,
    widths: Widths,
}

impl Typeface {
    /// The width of `text` at `size`, in the unit of `size`.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|letter| self.widths.advance(self.widths.glyph(letter))).sum::<f32>()
            * size
    }

    /// The face to embed.
    pub(super) fn font(&self) -> Font {
        self.font.clone()
    }

    /// One glyph a letter, with the widths that [`Self::width`] measured. Hangul syllables and
    /// Latin need no shaping.
    pub(super) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        text.char_indices()
            .map(|(start, letter)| {
                let glyph = self.widths.glyph(letter);
                let advance = self.widths.advance(glyph);
                let range = start..start + letter.len_utf8();
                KrillaGlyph::new(GlyphId::new(glyph), advance, 0.0, 0.0, 0.0, range, None)
            })
            .collect()
    }

    fn covers(&self, text: &str) -> bool {
        text.chars().all(|letter| self.widths.glyph(letter) != 0)
    }
}

/// A regular and a bold face of one family; the same face twice where there is no bold.
#[derive(Clone)]
pub(super) struct Family {
    pub(super) regular: Typeface,
    pub(super) bold: Typeface,
}

/// Finds a family with Hangul among the fonts of this machine.
///
/// # Errors
/// [`DemoError::NoKoreanFont`] where there is none.
pub(super) fn korean_family() -> Result<Family> {
    let mut fonts = fontdb::Database::new();
    fonts.load_system_fonts();
    korean_family_of(&fonts)
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
    // The order of the file system must not choose the font.
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
        let Some(regular) = open(fonts, face).filter(|face| face.covers(NEEDED)) else { continue };
        let bold = faces
            .iter()
            .filter(|(_, other, face)| other == name && face.weight.0 >= BOLD)
            .min_by_key(|(_, _, face)| face.weight.0.abs_diff(700))
            .and_then(|(_, _, face)| open(fonts, face))
            .filter(|face| face.covers(NEEDED))
            .unwrap_or_else(|| regular.clone());
        return Ok(Family { regular, bold });
    }
    Err(DemoError::NoKoreanFont)
}

/// `None`: the file is gone, damaged, or of a kind that cannot be measured.
fn open(fonts: &fontdb::Database, face: &fontdb::FaceInfo) -> Option<Typeface> {
    let (source, index) = fonts.face_source(face.id)?;
    let bytes = match source {
        fontdb::Source::Binary(bytes) => bytes.as_ref().as_ref().to_vec(),
        fontdb::Source::File(path) | fontdb::Source::SharedFile(path, _) => fs::read(path).ok()?,
    };
    let bytes = Arc::new(bytes);
    let widths = Widths::read(&bytes, index)?;
    Some(Typeface { font: Font::new(bytes.into(), index)?, widths })
}

/// Which glyph a letter has, and how far it moves the pen.
#[derive(Clone)]
struct Widths {
    bytes: Arc<Vec<u8>>,
    units_per_em: f32,
    /// Offset of `hmtx`, and how many of its entries have an advance of their own.
    hmtx: usize,
    advances: usize,
    /// Offset of the chosen subtable of `cmap` and its format.
    cmap: usize,
    format: u16,
}

impl Widths {
    fn read(bytes: &Arc<Vec<u8>>, index: u32) -> Option<Self> {
        let start = match bytes.get(..4)? {
            b"ttcf" => u32_at(bytes, 12 + 4 * index as usize)? as usize,
            _ => 0,
        };
        let table = |tag: &[u8; 4]| {
            let count = usize::from(u16_at(bytes, start + 4)?);
            (0..count).map(|i| start + 12 + 16 * i).find_map(|record| {
                (bytes.get(record..record + 4)? == tag)
                    .then(|| u32_at(bytes, record + 8).map(|offset| offset as usize))?
            })
        };
        let cmap = table(b"cmap")?;
        let subtables = usize::from(u16_at(bytes, cmap + 2)?);
        let (format, cmap) = (0..subtables)
            .filter_map(|i| {
                let record = cmap + 4 + 8 * i;
                let unicode = match (u16_at(bytes, record)?, u16_at(bytes, record + 2)?) {
                    (0, 0..=4 | 6) | (3, 1 | 10) => true,
                    (_, _) => false,
                };
                let at = cmap + u32_at(bytes, record + 4)? as usize;
                let format = u16_at(bytes, at)?;
                (unicode && matches!(format, 4 | 12)).then_some((format, at))
            })
            .max()?;
        let units_per_em = f32::from(u16_at(bytes, table(b"head")? + 18)?);
        let advances = usize::from(u16_at(bytes, table(b"hhea")? + 34)?);
        let hmtx = table(b"hmtx")?;
        (units_per_em > 0.0 && advances > 0).then(|| Self {
            bytes: Arc::clone(bytes),
            units_per_em,
            hmtx,
            advances,
            cmap,
            format,
        })
    }

    /// In ems.
    fn advance(&self, glyph: u32) -> f32 {
        let entry = (glyph as usize).min(self.advances - 1);
        let units = u16_at(&self.bytes, self.hmtx + 4 * entry).unwrap_or(0);
        f32::from(units) / self.units_per_em
    }

    /// 0: the face lacks the letter.
    fn glyph(&self, letter: char) -> u32 {
        let found = match self.format {
            12 => self.glyph_by_groups(u32::from(letter)),
            _ => {
                u16::try_from(u32::from(letter)).ok().and_then(|code| self.glyph_by_segments(code))
            }
        };
        found.unwrap_or(0)
    }

    /// `cmap` format 12.
    fn glyph_by_groups(&self, code: u32) -> Option<u32> {
        let group = |i: usize| self.cmap + 16 + 12 * i;
        let (mut low, mut high) = (0, u32_at(&self.bytes, self.cmap + 12)? as usize);
        while low < high {
            let middle = usize::midpoint(low, high);
            let first = u32_at(&self.bytes, group(middle))?;
            if code < first {
                high = middle;
            } else if code > u32_at(&self.bytes, group(middle) + 4)? {
                low = middle + 1;
            } else {
                return u32_at(&self.bytes, group(middle) + 8)?.checked_add(code - first);
            }
        }
        None
    }

    /// `cmap` format 4.
    fn glyph_by_segments(&self, code: u16) -> Option<u32> {
        let bytes = &self.bytes;
        let doubled = usize::from(u16_at(bytes, self.cmap + 6)?);
        let (ends, starts) = (self.cmap + 14, self.cmap + 16 + doubled);
        let (deltas, offsets) = (starts + doubled, starts + 2 * doubled);
        for segment in (0..doubled).step_by(2) {
            if code > u16_at(bytes, ends + segment)? {
                continue;
            }
            let first = u16_at(bytes, starts + segment)?;
            if code < first {
                return None;
            }
            let delta = u16_at(bytes, deltas + segment)?;
            let offset = usize::from(u16_at(bytes, offsets + segment)?);
            if offset == 0 {
                return Some(u32::from(code.wrapping_add(delta)));
            }
            let at = offsets + segment + offset + 2 * usize::from(code - first);
            let glyph = u16_at(bytes, at)?;
            return (glyph != 0).then(|| u32::from(glyph.wrapping_add(delta)));
        }
        None
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes(two.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(four.try_into().ok()?))
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
            eprintln!("skipped: no Korean font on this machine");
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
            if let Some(widths) = Widths::read(&Arc::new(font), 0) {
                let advance = widths.advance(widths.glyph(letter));
                prop_assert!(advance.is_finite() && advance >= 0.0);
            }
        }
    }
}
