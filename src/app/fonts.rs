//! The letters of the window: Korean ones are the program's own, since a machine may have none.

use egui::epaint::text::{FontInsert, FontPriority, InsertFontFamily};
use egui::{FontData, FontFamily, FontTweak};

use fettle_engine::GOTHIC;

/// Installs them behind egui's own fonts, before what the system has for other scripts.
pub(super) fn install(ctx: &egui::Context) {
    // Fitting Hangul to whole pixels takes as long as drawing it, looks no better, and would be done
    // for hundreds of letters in the frame in which a report appears.
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

    /// Whether these are drawn, and not as boxes, where the system offers nothing.
    fn are_drawn(letters: &str, is_installed: bool) -> bool {
        let ctx = egui::Context::default();
        if is_installed {
            install(&ctx);
        }
        // Fonts are there from the first frame on.
        let _ = ctx.run_ui(egui::RawInput::default(), |_| {});
        [FontId::proportional(15.0), FontId::monospace(13.0)]
            .iter()
            .all(|font| ctx.fonts_mut(|fonts| fonts.has_glyphs(font, letters)))
    }

    #[test]
    fn the_signs_of_the_window_are_drawn_without_fonts_of_the_system() {
        let signs = "✔✖⚠○●◀▶…·•–—−→℃°×’“”".chars();
        let missing: String = signs.filter(|sign| !are_drawn(&sign.to_string(), true)).collect();
        assert_eq!(missing, "");
    }

    #[test]
    fn korean_is_drawn_without_fonts_of_the_system() {
        let syllables: String = ('가'..='힣').collect();
        assert!(are_drawn(&syllables, true));
        assert!(!are_drawn("가", false), "egui has Korean: this font is not needed");
    }
}
