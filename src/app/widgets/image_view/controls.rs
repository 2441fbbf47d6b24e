//! The row that says how the anomaly map is painted.

use egui::{ComboBox, Slider};

use super::look::{Colormap, Look, Paint};
use crate::app::words::Words;
use crate::domain::HeatmapScale;

/// The threshold that a person moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::app) struct Threshold {
    pub(in crate::app) now: f32,
    /// Where it began: what the inspection used.
    pub(in crate::app) start: f32,
    pub(in crate::app) scale: HeatmapScale,
}

impl Threshold {
    pub(in crate::app) fn new(start: f32, scale: HeatmapScale) -> Self {
        Self { now: start, start, scale }
    }
}

/// Draws the controls into the row under way.
pub(in crate::app) fn show(
    ui: &mut egui::Ui,
    words: Words,
    look: &mut Look,
    threshold: &mut Threshold,
) {
    let text = |id: &str| words.text(id);
    choice(ui, text("picture-layer"), text(look.paint.label()), |ui| {
        for paint in Paint::ALL {
            ui.selectable_value(&mut look.paint, paint, text(paint.label()));
        }
    });
    choice(ui, text("picture-colours"), text(look.colormap.label()), |ui| {
        for colormap in Colormap::ALL {
            ui.selectable_value(&mut look.colormap, colormap, text(colormap.label()));
        }
    });
    ui.spacing_mut().slider_width = 90.0;
    let opacity = Slider::new(&mut look.opacity, 0.0..=1.0).fixed_decimals(2);
    ui.add(opacity.text(text("picture-opacity")));
    let gamma = Slider::new(&mut look.gamma, 0.2..=5.0).logarithmic(true).fixed_decimals(2);
    ui.add(gamma.text(text("picture-gamma")));
    let (low, high) = (threshold.scale.low, threshold.scale.high);
    let range = low.min(threshold.start)..=high.max(threshold.start);
    ui.spacing_mut().slider_width = 160.0;
    ui.add(Slider::new(&mut threshold.now, range).text(text("picture-threshold")));
    ui.checkbox(&mut look.outline, text("picture-outline"));
    ui.checkbox(&mut look.regions, text("picture-regions"));
    if ui.button(text("picture-reset")).clicked() {
        *look = Look::default();
        threshold.now = threshold.start;
    }
}

fn choice(ui: &mut egui::Ui, label: String, chosen: String, add: impl FnOnce(&mut egui::Ui)) {
    ComboBox::from_label(label).selected_text(chosen).width(96.0).show_ui(ui, add);
}
