//! Letters that the embedded fonts lack (Hanja, rare signs), from the fonts of the machine: for each
//! letter a face that has it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use fontdb::{Database, ID, Style};
use krilla::text::{Font, GlyphId};
use ttf_parser::{Face, OutlineBuilder, Permissions};

/// Families in order of preference, before all others: those whose letters go with the embedded
/// fonts'.
const PREFERRED: &[&str] = &[
    "NanumGothic",
    "Noto Sans CJK KR",
    "Noto Sans KR",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "NanumMyeongjo",
    "Batang",
];
const REGULAR: u16 = 400;
const BOLD: u16 = 700;

/// The fonts of the machine, listed once.
static DATABASE: LazyLock<Database> = LazyLock::new(|| {
    let mut database = Database::new();
    database.load_system_fonts();
    database
});
static REGULAR_FACES: LazyLock<Vec<ID>> = LazyLock::new(|| faces(REGULAR));
static BOLD_FACES: LazyLock<Vec<ID>> = LazyLock::new(|| faces(BOLD));

/// A letter in a face of the machine.
#[derive(Clone)]
pub(super) struct FallbackGlyph {
    /// The face, to tell it from others.
    pub(super) face: ID,
    pub(super) font: Font,
    pub(super) glyph: GlyphId,
    /// In ems.
    pub(super) advance: f32,
}

/// The faces of the machine that a report needs, and the letters that none has.
#[derive(Default)]
pub(super) struct FallbackFaces(RefCell<Found>);

#[derive(Default)]
struct Found {
    glyphs: HashMap<(char, bool), Option<FallbackGlyph>>,
    fonts: BTreeMap<ID, Font>,
    missing: BTreeSet<char>,
}

impl FallbackFaces {
    /// The letter in a face of the machine; `None` where none has it.
    pub(super) fn glyph(&self, letter: char, bold: bool) -> Option<FallbackGlyph> {
        let mut found = self.0.borrow_mut();
        if let Some(known) = found.glyphs.get(&(letter, bold)) {
            return known.clone();
        }
        let glyph = found.search(letter, bold);
        found.glyphs.insert((letter, bold), glyph.clone());
        glyph
    }

    /// Notes a letter that is shown by its number.
    pub(super) fn note_missing(&self, letter: char) {
        self.0.borrow_mut().missing.insert(letter);
    }

    /// The letters noted.
    pub(super) fn missing(&self) -> String {
        self.0.borrow().missing.iter().collect()
    }
}

impl Found {
    fn search(&mut self, letter: char, bold: bool) -> Option<FallbackGlyph> {
        let all: &[ID] = if bold { &BOLD_FACES } else { &REGULAR_FACES };
        all.iter().find_map(|id| self.glyph_in(*id, letter))
    }

    fn glyph_in(&mut self, id: ID, letter: char) -> Option<FallbackGlyph> {
        DATABASE.with_face_data(id, |bytes, index| {
            let face = Face::parse(bytes, index).ok()?;
            let glyph = face.glyph_index(letter)?;
            // A face of pictures alone (emoji) cannot be printed in a colour.
            face.outline_glyph(glyph, &mut NoOutline)?;
            // Of several answers the least strict counts; none means that all is allowed.
            if matches!(face.permissions(), Some(Permissions::Restricted)) {
                return None;
            }
            let advance = face.glyph_hor_advance(glyph).unwrap_or_default();
            let advance = f32::from(advance) / f32::from(face.units_per_em());
            let font = match self.fonts.get(&id) {
                Some(font) => font.clone(),
                None => Font::new(bytes.to_vec().into(), index)?,
            };
            self.fonts.insert(id, font.clone());
            let glyph = GlyphId::new(u32::from(glyph.0));
            Some(FallbackGlyph { face: id, font, glyph, advance })
        })?
    }
}

/// The upright faces, the preferred ones first, then those nearest to `weight`.
fn faces(weight: u16) -> Vec<ID> {
    let mut faces: Vec<_> = DATABASE
        .faces()
        .filter(|face| face.style == Style::Normal)
        .map(|face| {
            let named = |wanted: &&str| face.families.iter().any(|(name, _)| name == *wanted);
            let rank = PREFERRED.iter().position(named).unwrap_or(PREFERRED.len());
            // The choice must not depend on the order of files on disk.
            (rank, face.weight.0.abs_diff(weight), face.post_script_name.clone(), face.id)
        })
        .collect();
    faces.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
    faces.into_iter().map(|(.., id)| id).collect()
}

/// Drops an outline: whether there is one is all that counts.
struct NoOutline;

impl OutlineBuilder for NoOutline {
    fn move_to(&mut self, _: f32, _: f32) {}
    fn line_to(&mut self, _: f32, _: f32) {}
    fn quad_to(&mut self, _: f32, _: f32, _: f32, _: f32) {}
    fn curve_to(&mut self, _: f32, _: f32, _: f32, _: f32, _: f32, _: f32) {}
    fn close(&mut self) {}
}
