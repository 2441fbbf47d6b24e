//! Colours and sizes of the window: greys, so that colour means the part or the verdict.

use egui::{Color32, CornerRadius, FontId, Stroke, TextStyle, Theme, Visuals};

use super::fonts::bold;
use fettle_domain::Verdict;

/// The sizes of letters, in points (docs/style.md): notes, text, titles, and the one number or word that
/// is read from afar.
pub(super) const SMALL: f32 = 12.0;
pub(super) const BODY: f32 = 15.0;
pub(super) const HEADING: f32 = 20.0;
pub(super) const LARGE: f32 = 28.0;

/// The colour of filled buttons and of the focus, and of letters on it.
pub(super) fn accent(visuals: &Visuals) -> (Color32, Color32) {
    match visuals.dark_mode {
        true => (Color32::from_rgb(24, 100, 171), Color32::WHITE),
        false => (Color32::from_rgb(0, 90, 170), Color32::WHITE),
    }
}

/// Installs the dark and the light theme.
pub(super) fn apply(ctx: &egui::Context) {
    ctx.set_visuals_of(Theme::Dark, dark());
    ctx.set_visuals_of(Theme::Light, light());
    ctx.all_styles_mut(|style| {
        let sizes = [(TextStyle::Small, SMALL), (TextStyle::Body, BODY), (TextStyle::Button, BODY)];
        for (text, size) in sizes {
            style.text_styles.insert(text, FontId::proportional(size));
        }
        style.text_styles.insert(TextStyle::Heading, bold(HEADING));
        style.text_styles.insert(TextStyle::Monospace, FontId::monospace(13.0));
        style.spacing.item_spacing = egui::vec2(8.0, 6.0);
        style.spacing.button_padding = egui::vec2(10.0, 5.0);
        style.spacing.interact_size.y = 28.0;
    });
}

fn shaped(mut visuals: Visuals) -> Visuals {
    let radius = CornerRadius::same(5);
    let widgets = &mut visuals.widgets;
    for state in [
        &mut widgets.noninteractive,
        &mut widgets.inactive,
        &mut widgets.hovered,
        &mut widgets.active,
        &mut widgets.open,
    ] {
        state.corner_radius = radius;
    }
    // What has the keyboard's focus is told from what the pointer hovers over by a ring.
    let ring =
        if visuals.dark_mode { Color32::from_rgb(120, 190, 255) } else { accent(&visuals).0 };
    visuals.widgets.active.bg_stroke = Stroke::new(2.0, ring);
    visuals
}

fn dark() -> Visuals {
    let mut visuals = Visuals::dark();
    visuals.error_fg_color = Color32::from_rgb(255, 120, 115);
    visuals.warn_fg_color = Color32::from_rgb(255, 190, 80);
    visuals.panel_fill = Color32::from_gray(24);
    visuals.window_fill = Color32::from_gray(30);
    visuals.extreme_bg_color = Color32::from_gray(14);
    visuals.faint_bg_color = Color32::from_gray(32);
    visuals.widgets.noninteractive.fg_stroke = Stroke::new(1.0, Color32::from_gray(215));
    visuals.widgets.inactive.fg_stroke = Stroke::new(1.0, Color32::from_gray(225));
    visuals.selection.bg_fill = Color32::from_rgb(20, 92, 150);
    visuals.selection.stroke.color = Color32::WHITE;
    shaped(visuals)
}

fn light() -> Visuals {
    let mut visuals = Visuals::light();
    visuals.error_fg_color = Color32::from_rgb(176, 20, 20);
    visuals.warn_fg_color = Color32::from_rgb(140, 80, 0);
    visuals.hyperlink_color = Color32::from_rgb(0, 90, 170);
    visuals.panel_fill = Color32::from_gray(245);
    visuals.window_fill = Color32::from_gray(252);
    visuals.extreme_bg_color = Color32::WHITE;
    visuals.faint_bg_color = Color32::from_gray(236);
    visuals.widgets.noninteractive.fg_stroke = Stroke::new(1.0, Color32::from_gray(35));
    visuals.widgets.inactive.fg_stroke = Stroke::new(1.0, Color32::from_gray(30));
    visuals.selection.bg_fill = Color32::from_rgb(150, 200, 240);
    visuals.selection.stroke.color = Color32::from_gray(10);
    shaped(visuals)
}

/// The outline of a verdict's mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VerdictShape {
    /// A circle with a check mark.
    Circle,
    /// A triangle with a question mark.
    Triangle,
    /// A square with a cross.
    Square,
}

/// How a verdict looks everywhere in the window. Each difference says it alone: the word, the shape,
/// the colour's hue, and its lightness, which is left in a grey copy and to the colour-blind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct VerdictLook {
    /// Background of banners and buttons, and body of the mark.
    pub(super) fill: Color32,
    /// Text and signs on the background, with a contrast of at least 4.5 to 1 (WCAG AA).
    pub(super) ink: Color32,
    pub(super) shape: VerdictShape,
}

/// The look of a verdict.
pub(super) fn verdict_look(verdict: Verdict) -> VerdictLook {
    // Bluish green, amber and red (after Okabe and Ito, Color Universal Design).
    let (fill, ink, shape) = match verdict {
        Verdict::Ok => (Color32::from_rgb(0, 158, 115), Color32::BLACK, VerdictShape::Circle),
        Verdict::Ng => (Color32::from_rgb(196, 30, 42), Color32::WHITE, VerdictShape::Square),
        Verdict::Unsure => {
            (Color32::from_rgb(250, 195, 50), Color32::BLACK, VerdictShape::Triangle)
        }
    };
    VerdictLook { fill, ink, shape }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance by WCAG 2.
    fn luminance(colour: Color32) -> f64 {
        let linear = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_has_the_contrast_of_wcag_aa() {
        for verdict in Verdict::ALL {
            let VerdictLook { fill, ink, .. } = verdict_look(verdict);
            assert!(contrast(fill, ink) >= 4.5, "{verdict:?}");
        }
        for visuals in [dark(), light()] {
            let widgets = &visuals.widgets;
            for (letters, background) in [
                (widgets.noninteractive.fg_stroke.color, visuals.panel_fill),
                (widgets.noninteractive.fg_stroke.color, visuals.window_fill),
                (widgets.inactive.fg_stroke.color, widgets.inactive.weak_bg_fill),
                (visuals.weak_text_color(), visuals.panel_fill),
                (visuals.error_fg_color, visuals.panel_fill),
                (visuals.selection.stroke.color, visuals.selection.bg_fill),
                (visuals.hyperlink_color, visuals.panel_fill),
                (accent(&visuals).1, accent(&visuals).0),
            ] {
                let found = contrast(letters, background);
                assert!(found >= 4.5, "{letters:?} on {background:?}: {found:.2}");
            }
        }
    }

    #[test]
    fn the_focus_is_told_from_hover_by_its_ring() {
        for visuals in [dark(), light()] {
            let (focus, hover) =
                (visuals.widgets.active.bg_stroke, visuals.widgets.hovered.bg_stroke);
            assert!(focus.width > hover.width && focus.color != hover.color);
            // A sign of state has a contrast of 3 to 1 (WCAG 1.4.11).
            assert!(contrast(focus.color, visuals.panel_fill) >= 3.0);
        }
    }

    #[test]
    fn verdicts_differ_in_shape_and_in_grey() {
        for (first, second) in [
            (Verdict::Ok, Verdict::Ng),
            (Verdict::Ok, Verdict::Unsure),
            (Verdict::Ng, Verdict::Unsure),
        ] {
            let (one, other) = (verdict_look(first), verdict_look(second));
            assert_ne!(one.shape, other.shape);
            let found = contrast(one.fill, other.fill);
            assert!(found >= 1.6, "{first:?} beside {second:?} in grey: {found:.2}");
        }
    }
}
