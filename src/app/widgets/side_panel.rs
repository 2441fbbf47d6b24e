//! The width of panels at the sides: what stands between them keeps most of a narrow window.

use egui::{Panel, Ui};

/// Least width of a side panel, in points.
const LEAST: f32 = 160.0;
/// Share of the width that a panel has at first, unless it needs more.
const FIRST_SHARE: f32 = 0.36;

/// The panel with `usual` as its width, in points, less in a narrow window, and never more than half of
/// what there is.
pub(crate) fn side_panel(ui: &Ui, panel: Panel, usual: f32) -> Panel {
    side_panel_of_least(ui, panel, usual, LEAST)
}

/// [`side_panel`] of what needs at least `least` points: a panel that is given less grows a frame after
/// its content was drawn beyond its edge.
pub(crate) fn side_panel_of_least(ui: &Ui, panel: Panel, usual: f32, least: f32) -> Panel {
    let (default, most) = widths(ui.available_width(), usual, least);
    panel.resizable(true).default_size(default).min_size(least.min(most)).max_size(most)
}

/// The width at first and the largest, of what is `available`.
fn widths(available: f32, usual: f32, least: f32) -> (f32, f32) {
    let most = (available * 0.5).max(1.0);
    (usual.min(available * FIRST_SHARE).max(least.min(most)), most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_beside_a_panel_keeps_the_larger_part() {
        // Available, usual, least, expected at first.
        for (available, usual, least, expected) in [
            (1440.0, 440.0, LEAST, 440.0),
            (960.0, 440.0, LEAST, 345.6),
            (960.0, 440.0, 420.0, 420.0),
            (800.0, 440.0, 420.0, 400.0),
            (960.0, 260.0, LEAST, 260.0),
            (480.0, 440.0, LEAST, 172.8),
            (200.0, 440.0, LEAST, 100.0),
        ] {
            let (default, most) = widths(available, usual, least);
            assert!((default - expected).abs() < 0.01, "{available} {usual}: {default}");
            assert!(default <= most && most <= available / 2.0);
        }
    }
}
