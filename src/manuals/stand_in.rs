//! Fonts for letters whose font a PDF names but does not carry.

use std::sync::{Arc, LazyLock};

use fontdb::{Database, FaceInfo, Style};
use hayro::hayro_interpret::font::{FontData, FontQuery};

/// Families in the order they are preferred; any other with Hangul comes after them.
const PREFERRED: [&str; 4] = ["Malgun Gothic", "NanumGothic", "Noto Sans CJK KR", "NanumMyeongjo"];
const REGULAR: u16 = 400;
const BOLD: u16 = 700;

type Found = Option<(FontData, u32)>;

/// What hayro shall draw with. Only composite fonts have Hangul: for those a Korean font of this
/// machine, or `own` where it has none; for the others hayro's own Latin fonts.
pub(super) fn font(query: &FontQuery, own: &'static [u8]) -> Found {
    // This machine's fonts are looked through once.
    static REGULAR_FACE: LazyLock<Found> = LazyLock::new(|| korean(REGULAR));
    static BOLD_FACE: LazyLock<Found> = LazyLock::new(|| korean(BOLD));
    match query {
        FontQuery::Standard(standard) => Some(standard.get_font_data()),
        FontQuery::Fallback(wanted) => {
            let korean = wanted.character_collection.as_ref().and_then(|_| {
                let is_bold = wanted.is_bold || wanted.font_weight >= BOLD.into();
                let installed = if is_bold { BOLD_FACE.clone() } else { REGULAR_FACE.clone() };
                installed.or_else(|| Some((Arc::new(own), 0)))
            });
            korean.or_else(|| Some(wanted.pick_standard_font().get_font_data()))
        }
    }
}

fn korean(weight: u16) -> Found {
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
    // The order of the file system must not choose the font.
    faces.sort_by(|a, b| (a.0, a.1, &a.2.post_script_name).cmp(&(b.0, b.1, &b.2.post_script_name)));
    faces.into_iter().find_map(|(.., face)| {
        fonts.with_face_data(face.id, |bytes, index| {
            ttf_parser::Face::parse(bytes, index).ok()?.glyph_index('가')?;
            let bytes: FontData = Arc::new(bytes.to_vec());
            Some((bytes, index))
        })?
    })
}
