//! Fonts for text whose font a PDF names but does not embed.

use std::sync::{Arc, LazyLock};

use fontdb::{Database, FaceInfo, Style};
use hayro::hayro_interpret::font::{FontData, FontQuery};

/// Families in order of preference, before all others that have Hangul.
const PREFERRED: [&str; 4] = ["Malgun Gothic", "NanumGothic", "Noto Sans CJK KR", "NanumMyeongjo"];
const REGULAR: u16 = 400;
const BOLD: u16 = 700;

/// Font file and index of the face in the file.
type FontMatch = Option<(FontData, u32)>;

/// The font that hayro draws with. Composite fonts (those that may have Hangul) get a Korean font
/// of the system, or `korean_font` if the system has none. Other fonts get hayro's Latin fonts.
pub(super) fn fallback_font(query: &FontQuery, korean_font: &'static [u8]) -> FontMatch {
    // The fonts of the system are searched once.
    static REGULAR_FACE: LazyLock<FontMatch> = LazyLock::new(|| system_korean_font(REGULAR));
    static BOLD_FACE: LazyLock<FontMatch> = LazyLock::new(|| system_korean_font(BOLD));
    match query {
        FontQuery::Standard(standard) => Some(standard.get_font_data()),
        FontQuery::Fallback(wanted) => {
            let korean = wanted.character_collection.as_ref().and_then(|_| {
                let is_bold = wanted.is_bold || wanted.font_weight >= BOLD.into();
                let installed = if is_bold { BOLD_FACE.clone() } else { REGULAR_FACE.clone() };
                installed.or_else(|| Some((Arc::new(korean_font), 0)))
            });
            korean.or_else(|| Some(wanted.pick_standard_font().get_font_data()))
        }
    }
}

/// The preferred Korean font of the system.
fn system_korean_font(weight: u16) -> FontMatch {
    let mut fonts = Database::new();
    fonts.load_system_fonts();
    let mut faces: Vec<(usize, u16, &FaceInfo)> = fonts
        .faces()
        .filter(|face| face.style == Style::Normal)
        .map(|face| {
            let named = |wanted: &&str| face.families.iter().any(|(name, _)| name == *wanted);
            let rank = PREFERRED.iter().position(named).unwrap_or(PREFERRED.len());
            (rank, face.weight.0.abs_diff(weight), face)
        })
        .collect();
    // The choice must not depend on the order of files on disk.
    faces.sort_by(|a, b| (a.0, a.1, &a.2.post_script_name).cmp(&(b.0, b.1, &b.2.post_script_name)));
    faces.into_iter().find_map(|(.., face)| {
        fonts.with_face_data(face.id, |bytes, index| {
            ttf_parser::Face::parse(bytes, index).ok()?.glyph_index('가')?;
            let bytes: FontData = Arc::new(bytes.to_vec());
            Some((bytes, index))
        })?
    })
}
