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
    // Fainter letters of egui's own would have 4.1 to 1 on a panel.
    visuals.weak_text_color = Some(Color32::from_gray(104));
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

    /// The contrast of letters, which may let the background through, on it.
    fn contrast(letters: Color32, background: Color32) -> f64 {
        let (a, b) = (luminance(background.blend(letters)), luminance(background));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Letters on a background: what they are, their colour, that of the background.
    type Pair = (&'static str, Color32, Color32);

    /// All pairs of a theme that words are written in.
    fn pairs(visuals: &Visuals) -> Vec<Pair> {
        let widgets = &visuals.widgets;
        let backgrounds = [
            visuals.panel_fill,
            visuals.window_fill,
            // Text fields, and every second row of a table.
            visuals.extreme_bg_color,
            visuals.faint_bg_color,
        ];
        let mut pairs: Vec<Pair> = Vec::new();
        for background in backgrounds {
            pairs.extend([
                ("text", visuals.text_color(), background),
                ("strong text", visuals.strong_text_color(), background),
                ("weak text", visuals.weak_text_color(), background),
                ("error", visuals.error_fg_color, background),
                ("warning", visuals.warn_fg_color, background),
                ("link", visuals.hyperlink_color, background),
            ]);
        }
        for (what, state) in [
            ("button", &widgets.inactive),
            ("button under the pointer", &widgets.hovered),
            ("pressed button", &widgets.active),
            ("open menu", &widgets.open),
        ] {
            pairs.push((what, state.fg_stroke.color, state.weak_bg_fill));
            pairs.push((what, state.fg_stroke.color, state.bg_fill));
        }
        pairs.push(("selected", visuals.selection.stroke.color, visuals.selection.bg_fill));
        let (fill, ink) = accent(visuals);
        pairs.push(("next step", ink, fill));
        for verdict in Verdict::ALL {
            let VerdictLook { fill, ink, .. } = verdict_look(verdict);
            pairs.push((verdict.name(), ink, fill));
        }
        pairs
    }

    #[test]
    fn text_has_the_contrast_of_wcag_aa() {
        let mut faults = Vec::new();
        for visuals in [dark(), light()] {
            let theme = if visuals.dark_mode { "dark" } else { "light" };
            for (what, letters, background) in pairs(&visuals) {
                let found = contrast(letters, background);
                if found < 4.5 {
                    faults.push(format!(
                        "{theme}, {what}: {found:.2} ({letters:?} on {background:?})"
                    ));
                }
            }
            // What has no letters: the marks of the verdicts by body or outline, and what is selected.
            for background in [visuals.panel_fill, visuals.extreme_bg_color] {
                for verdict in Verdict::ALL {
                    let VerdictLook { fill, ink, .. } = verdict_look(verdict);
                    let found = contrast(fill, background).max(contrast(ink, background));
                    if found < 3.0 {
                        faults.push(format!("{theme}, mark of {verdict:?}: {found:.2}"));
                    }
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    /// Lightness L* of CIE 1976, 0 to 100: what is left of a colour in a grey copy.
    fn lightness(colour: Color32) -> f64 {
        116.0 * luminance(colour).cbrt() - 16.0
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
            // As docs/style.md says.
            let found = (lightness(one.fill) - lightness(other.fill)).abs();
            assert!(found >= 15.0, "{first:?} beside {second:?} in grey: {found:.1}");
        }
    }
}
