//! The Korean font of the window, which is part of the program: a machine may have none.

use egui::epaint::text::{FontInsert, FontPriority, InsertFontFamily};
use egui::{FontData, FontFamily, FontTweak};

use fettle_engine::GOTHIC;

/// Installs the Korean font behind egui's own fonts and before the system's.
pub(super) fn install(ctx: &egui::Context) {
    // Hinting Hangul takes as long as drawing it, looks no better, and would run for hundreds of
    // glyphs in the frame in which a report appears.
    let tweak = FontTweak { hinting: Some(false), ..FontTweak::default() };
    let behind = |family| InsertFontFamily { family, priority: FontPriority::Lowest };
    ctx.add_font(FontInsert::new(
        "FettleGothic",
        FontData::from_static(GOTHIC).tweak(tweak),
        [FontFamily::Proportional, FontFamily::Monospace].map(behind).to_vec(),
    ));
}

#[cfg(test)]
mod tests {
    use egui::FontId;

    use super::*;

    /// Whether all of `letters` have glyphs where the system offers no fonts.
    fn have_glyphs(letters: &str, is_installed: bool) -> bool {
        let ctx = egui::Context::default();
        if is_installed {
            install(&ctx);
        }
        // Fonts are loaded in the first frame.
        let _ = ctx.run_ui(egui::RawInput::default(), |_| {});
        [FontId::proportional(15.0), FontId::monospace(13.0)]
            .iter()
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
