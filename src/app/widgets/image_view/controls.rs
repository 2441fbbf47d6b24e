//! The row that says how the anomaly map is painted.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{PopupCloseBehavior, Slider};

use super::look::{Colormap, Look, Paint};
use crate::widgets::choice::{WIDTH, named_list};
use crate::words::Words;
use fettle_domain::HeatmapScale;

/// The threshold that a person moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Threshold {
    pub(crate) now: f32,
    /// Where it began: what the inspection used.
    pub(crate) start: f32,
    pub(crate) scale: HeatmapScale,
}

impl Threshold {
    pub(crate) fn new(start: f32, scale: HeatmapScale) -> Self {
        Self { now: start, start, scale }
    }
}

/// Draws the controls into the row under way: what is moved all the time; the rest in a menu.
pub(crate) fn show(ui: &mut egui::Ui, words: Words, look: &mut Look, threshold: &mut Threshold) {
    let text = |id: &str| words.text(id);
    layer(ui, words, look);
    let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    MenuButton::new(text("picture-more")).config(stays).ui(ui, |ui| more(ui, words, look));
    if ui.button(text("picture-reset")).clicked() {
        *look = Look::default();
        threshold.now = threshold.start;
    }
    let (low, high) = (threshold.scale.low, threshold.scale.high);
    let range = low.min(threshold.start)..=high.max(threshold.start);
    let limit = Slider::new(&mut threshold.now, range).max_decimals(2);
    slider(ui, 90.0, limit.text(text("picture-threshold")));
    let opacity = Slider::new(&mut look.opacity, 0.0..=1.0).fixed_decimals(2);
    slider(ui, 70.0, opacity.text(text("picture-opacity")));
}

/// What is chosen once.
fn more(ui: &mut egui::Ui, words: Words, look: &mut Look) {
    ui.label(words.text("picture-colours"));
    ui.horizontal(|ui| {
        for colormap in Colormap::ALL {
            let name = words.text(colormap.label());
            ui.selectable_value(&mut look.colormap, colormap, name);
        }
    });
    ui.separator();
    let gamma = Slider::new(&mut look.gamma, 0.2..=5.0).logarithmic(true).fixed_decimals(2);
    ui.add(gamma.text(words.text("picture-gamma")));
    ui.checkbox(&mut look.outline, words.text("picture-outline"));
    ui.checkbox(&mut look.regions, words.text("picture-regions"));
}

/// What of the map lies over the part.
pub(crate) fn layer(ui: &mut egui::Ui, words: Words, look: &mut Look) {
    let (name, shown) = (words.text("picture-layer"), words.text(look.paint.label()));
    named_list(ui, &name, shown, WIDTH, |ui| {
        for paint in Paint::ALL {
            ui.selectable_value(&mut look.paint, paint, words.text(paint.label()));
        }
    });
}

/// A slider whose handle runs over `width` points. Room for its number and its label is asked for
/// with it, or a row would run out of the view instead of wrapping.
fn slider(ui: &mut egui::Ui, width: f32, slider: Slider<'_>) {
    let size = egui::vec2(width + 115.0, ui.spacing().interact_size.y);
    let row = egui::Layout::left_to_right(egui::Align::Center);
    ui.allocate_ui_with_layout(size, row, |ui| {
        ui.spacing_mut().slider_width = width;
        ui.add(slider);
    });
}
