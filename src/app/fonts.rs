//! The fonts of the window: one family for Hangul and Latin letters, regular and bold, which is part of
//! the program, since a machine may have none. egui's own fonts stand behind it, for symbols.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily, FontId, FontTweak};

use fettle_engine::{GOTHIC, GOTHIC_BOLD};

const REGULAR: &str = "FettleGothic";
const BOLD: &str = "FettleGothic Bold";

/// The bold letters of the family in a size, in points.
pub(super) fn bold(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(BOLD.into()))
}

/// Installs the family before egui's own fonts and before the system's.
pub(super) fn install(ctx: &egui::Context) {
    ctx.set_fonts(definitions());
}

fn definitions() -> FontDefinitions {
    // Hinting Hangul takes as long as drawing it, looks no better, and would run for hundreds of
    // glyphs in the frame in which a report appears.
    let tweak = FontTweak { hinting: Some(false), ..FontTweak::default() };
    let mut fonts = FontDefinitions::default();
    for (name, bytes) in [(REGULAR, GOTHIC), (BOLD, GOTHIC_BOLD)] {
        let data = FontData::from_static(bytes).tweak(tweak.clone());
        fonts.font_data.insert(name.to_owned(), Arc::new(data));
    }
    let behind = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let with = |first: &[&str]| {
        first.iter().map(|name| (*name).to_owned()).chain(behind.iter().cloned()).collect()
    };
    fonts.families.insert(FontFamily::Proportional, with(&[REGULAR]));
    fonts.families.insert(FontFamily::Name(BOLD.into()), with(&[BOLD, REGULAR]));
    // Numbers of equal width first, Hangul behind them.
    fonts.families.entry(FontFamily::Monospace).or_default().push(REGULAR.to_owned());
    fonts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether all of `letters` have glyphs where the system offers no fonts.
    fn have_glyphs(letters: &str, is_installed: bool) -> bool {
        let ctx = egui::Context::default();
        if is_installed {
            install(&ctx);
        }
        // Fonts are loaded in the first frame.
        let _ = ctx.run_ui(egui::RawInput::default(), |_| {});
        let bold = is_installed.then(|| bold(15.0));
        [FontId::proportional(15.0), FontId::monospace(13.0)]
            .iter()
            .chain(&bold)
            .all(|font| ctx.fonts_mut(|fonts| fonts.has_glyphs(font, letters)))
    }

    #[test]
    fn symbols_have_glyphs_without_system_fonts() {
        let signs = "👍👎✔✖⚠○●◀▶…·•–—−→℃°×’“”".chars();
        let missing: String = signs.filter(|sign| !have_glyphs(&sign.to_string(), true)).collect();
        assert_eq!(missing, "");
    }

    #[test]
    fn korean_has_glyphs_without_system_fonts() {
        let syllables: String = ('가'..='힣').collect();
        assert!(have_glyphs(&syllables, true));
        assert!(!have_glyphs("가", false), "egui has Korean: this font is not needed");
    }
}
