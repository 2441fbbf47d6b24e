//! A QR code, which a phone's camera reads.

use egui::{Color32, Rect, Role, Sense, Ui, Vec2, WidgetInfo, pos2, vec2};
use qrcode::{Color, QrCode};

/// Modules of white around the code, without which cameras do not find it (ISO/IEC 18004).
const QUIET: usize = 4;

/// A text as a QR code.
pub(crate) struct QrPicture {
    text: String,
    /// Rows of modules, dark ones true; `None`: the text is too long for one.
    code: Option<(usize, Vec<bool>)>,
}

impl QrPicture {
    /// The code of `text`.
    pub(crate) fn new(text: &str) -> Self {
        let code = QrCode::new(text).ok().map(|code| {
            let dark = code.to_colors().iter().map(|module| *module == Color::Dark).collect();
            (code.width(), dark)
        });
        Self { text: text.to_owned(), code }
    }

    /// What it says.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Draws the code as a square of this size, in points, dark on white in every theme: not every
    /// camera reads the inverse. `label` says to readers of the screen what it is.
    pub(crate) fn show(&self, ui: &mut Ui, size: f32, label: &str) {
        let Some((width, dark)) = &self.code else { return };
        let (rect, response) = ui.allocate_exact_size(Vec2::splat(size), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, label));
        let painter = ui.painter_at(rect);
        painter.rect_filled(rect, 0.0, Color32::WHITE);
        let module = size / (width + 2 * QUIET) as f32;
        for (number, _) in dark.iter().enumerate().filter(|(_, is_dark)| **is_dark) {
            let at = |place: usize| (QUIET + place) as f32 * module;
            let corner = rect.min + vec2(at(number % width), at(number / width));
            let end = corner + Vec2::splat(module);
            // To the whole pixel, so that no seam of white shows between two dark ones.
            let ppp = ui.pixels_per_point();
            let whole = |place: f32| (place * ppp).round() / ppp;
            let cell = Rect::from_min_max(
                pos2(whole(corner.x), whole(corner.y)),
                pos2(whole(end.x), whole(end.y)),
            );
            painter.rect_filled(cell, 0.0, Color32::BLACK);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_fits_and_a_book_does_not() {
        let link =
            format!("https://192.168.0.4:5000/parts/123?link=1798761600.{}", "0f".repeat(32));
        let picture = QrPicture::new(&link);
        assert_eq!(picture.text(), link);
        let (width, dark) = picture.code.unwrap();
        assert_eq!(dark.len(), width * width);
        // The finder pattern at the upper left: a dark frame of seven modules.
        assert!(dark.iter().take(7).all(|is_dark| *is_dark) && !dark[7]);
        assert!(QrPicture::new(&"x".repeat(4_000)).code.is_none());
    }
}
