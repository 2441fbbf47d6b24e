//! Controls of the heatmap: overlay, threshold, opacity, colours.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{PopupCloseBehavior, Slider};

use crate::localizer::Localizer;
use crate::view_state::{Colormap, HeatmapStyle, OverlayMode};
use crate::widgets::combo_box::{MIN_WIDTH, labelled_combo};
use fettle_domain::HeatmapScale;

/// The pixel threshold on its slider.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Threshold {
    pub(crate) now: f32,
    /// The threshold of the inspection, to which a reset returns.
    pub(crate) start: f32,
    pub(crate) scale: HeatmapScale,
}

impl Threshold {
    pub(crate) fn new(start: f32, scale: HeatmapScale) -> Self {
        Self { now: start, start, scale }
    }
}

/// Adds the frequent controls to the current row, and a menu with the others.
pub(crate) fn show(
    ui: &mut egui::Ui,
    localizer: Localizer,
    style: &mut HeatmapStyle,
    threshold: &mut Threshold,
) {
    let text = |id: &str| localizer.text(id);
    overlay_combo(ui, localizer, style);
    let stay_open = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    MenuButton::new(text("picture-more"))
        .config(stay_open)
        .ui(ui, |ui| style_menu(ui, localizer, style));
    if ui.button(text("picture-reset")).clicked() {
        *style = HeatmapStyle::default();
        threshold.now = threshold.start;
    }
    let (low, high) = (threshold.scale.low, threshold.scale.high);
    let range = low.min(threshold.start)..=high.max(threshold.start);
    let limit = Slider::new(&mut threshold.now, range).max_decimals(2);
    slider(ui, 90.0, limit.text(text("picture-threshold")));
    let opacity = Slider::new(&mut style.opacity, 0.0..=1.0).fixed_decimals(2);
    slider(ui, 70.0, opacity.text(text("picture-opacity")));
}

/// The content of the menu: colormap, gamma, outlines.
fn style_menu(ui: &mut egui::Ui, localizer: Localizer, style: &mut HeatmapStyle) {
    ui.label(localizer.text("picture-colours"));
    ui.horizontal(|ui| {
        for colormap in Colormap::ALL {
            let name = localizer.text(colormap.label());
            ui.selectable_value(&mut style.colormap, colormap, name);
        }
    });
    ui.separator();
    let gamma = Slider::new(&mut style.gamma, 0.2..=5.0).logarithmic(true).fixed_decimals(2);
    ui.add(gamma.text(localizer.text("picture-gamma")));
    ui.checkbox(&mut style.outline, localizer.text("picture-outline"));
    ui.checkbox(&mut style.regions, localizer.text("picture-regions"));
}

/// The choice of what is drawn over the part: nothing, heatmap, mask.
pub(crate) fn overlay_combo(ui: &mut egui::Ui, localizer: Localizer, style: &mut HeatmapStyle) {
    let (name, shown) = (localizer.text("picture-layer"), localizer.text(style.overlay.label()));
    labelled_combo(ui, &name, shown, MIN_WIDTH, |ui| {
        for overlay in OverlayMode::ALL {
            ui.selectable_value(&mut style.overlay, overlay, localizer.text(overlay.label()));
        }
    });
}

/// A slider whose handle runs over `width` points. Space for its number and label is allocated with
/// the slider, so that a row that is too long wraps.
fn slider(ui: &mut egui::Ui, width: f32, slider: Slider<'_>) {
    let size = egui::vec2(width + 115.0, ui.spacing().interact_size.y);
    let row = egui::Layout::left_to_right(egui::Align::Center);
    ui.allocate_ui_with_layout(size, row, |ui| {
        ui.spacing_mut().slider_width = width;
        ui.add(slider);
    });
}
