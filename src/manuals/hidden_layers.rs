//! Text on layers (optional content, ISO 32000-1, 8.11) that are switched off.
//!
//! hayro draws nothing of such a layer. To name what is on it, the file is drawn once more with all
//! layers on.

use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::{Array, Dict, Name};
use lopdf::Document;

use super::page_reader::{PageReader, texts};
use super::places::Places;
use super::text_device::DrawnGlyph;

/// A file whose layers are all on.
pub(super) struct HiddenLayers {
    shown: Pdf,
}

impl HiddenLayers {
    /// `None` if all layers of the file are on.
    pub(super) fn of(pdf: &Pdf, bytes: &[u8]) -> Option<Self> {
        let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id())?;
        let layers = root.get::<Dict<'_>>(b"OCProperties")?.get::<Dict<'_>>(b"D")?;
        let is_off = layers.get::<Name<'_>>(b"BaseState").is_some_and(|s| s.as_ref() == b"OFF")
            || layers.get::<Array<'_>>(b"OFF").is_some_and(|off| off.raw_iter().next().is_some());
        if !is_off {
            return None;
        }
        let mut document = Document::load_mem(bytes).ok()?;
        document.catalog_mut().ok()?.remove(b"OCProperties");
        let mut without = Vec::new();
        document.save_to(&mut without).ok()?;
        Some(Self { shown: Pdf::new(without).ok()? })
    }

    /// The lines of page `number` that are not among the letters `seen` there.
    pub(super) fn text(&self, number: u32, seen: &[DrawnGlyph]) -> Vec<String> {
        let index = usize::try_from(number).unwrap_or(usize::MAX).checked_sub(1);
        let pages = self.shown.pages();
        let Some(page) = index.and_then(|index| pages.get(index)) else { return Vec::new() };
        let (width, height) = page.render_dimensions();
        let size = fettle_domain::SizePt { width, height };
        let mut drawn = PageReader::new(&self.shown).draw(page, size).glyphs;
        let places = Places::new(seen);
        let is_seen = |drawn: &DrawnGlyph| {
            let near = places.near(drawn.glyph.start, 0.1);
            near.filter_map(|at| seen.get(at)).any(|seen| is_same(seen, drawn))
        };
        drawn.retain(|drawn| !is_seen(drawn));
        texts(number, size, drawn)
    }
}

fn is_same(a: &DrawnGlyph, b: &DrawnGlyph) -> bool {
    let (a, b) = (&a.glyph, &b.glyph);
    a.text == b.text && (a.start.0 - b.start.0).hypot(a.start.1 - b.start.1) < 0.1
}
