//! Controls of the heatmap: overlay, limit, opacity, colours.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{PopupCloseBehavior, Slider};

use crate::localizer::Localizer;
use crate::view_state::{Colormap, HeatmapStyle, OverlayMode};
use crate::widgets::combo_box::{MIN_WIDTH, labelled_combo};
use fettle_domain::{Anomaly, HeatmapScale};

/// The limit above which a pixel is marked, on its slider.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Threshold {
    pub(crate) now: f32,
    /// The limit of the inspection, to which a reset returns.
    pub(crate) start: f32,
    pub(crate) scale: HeatmapScale,
    /// Whether `start` is the limit of this part's regions; else it is the product's pixel limit,
    /// above which an OK part has nothing to mark.
    pub(crate) is_of_part: bool,
}

impl Threshold {
    /// The limits of `anomaly`.
    pub(crate) fn of(anomaly: &Anomaly) -> Self {
        let start = anomaly.mask_threshold.unwrap_or(anomaly.thresholds.pixel);
        let is_of_part = anomaly.mask_threshold.is_some();
        Self { now: start, start, scale: anomaly.scale, is_of_part }
    }

    /// Whether a line is drawn around what is above the limit: not on an OK part, which has no
    /// regions, until a person moves the limit.
    pub(crate) fn marks(&self) -> bool {
        self.is_of_part || self.now != self.start
    }

    /// The id of the limit's name.
    pub(crate) fn label(&self) -> &'static str {
        if self.is_of_part { "picture-region-limit" } else { "picture-pixel-limit" }
    }
}

/// Adds the choice of what lies over the part to the current row, and a menu with the rest.
pub(crate) fn show(
    ui: &mut egui::Ui,
    localizer: Localizer,
    style: &mut HeatmapStyle,
    threshold: &mut Threshold,
) {
    overlay_combo(ui, localizer, style);
    let stay_open = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    MenuButton::new(localizer.text("picture-more"))
        .config(stay_open)
        .ui(ui, |ui| style_menu(ui, localizer, style, threshold));
}

/// The content of the menu: limit, opacity, colormap, gamma, outlines.
fn style_menu(
    ui: &mut egui::Ui,
    localizer: Localizer,
    style: &mut HeatmapStyle,
    threshold: &mut Threshold,
) {
    let (low, high) = (threshold.scale.low, threshold.scale.high);
    let range = low.min(threshold.start)..=high.max(threshold.start);
    let name = localizer.text(threshold.label());
    ui.add(Slider::new(&mut threshold.now, range).fixed_decimals(2).text(name));
    let opacity = Slider::new(&mut style.opacity, 0.0..=1.0).fixed_decimals(2);
    ui.add(opacity.text(localizer.text("picture-opacity")));
    let gamma = Slider::new(&mut style.gamma, 0.2..=5.0).logarithmic(true).fixed_decimals(2);
    ui.add(gamma.text(localizer.text("picture-gamma")));
    ui.separator();
    ui.label(localizer.text("picture-colours"));
    ui.horizontal(|ui| {
        for colormap in Colormap::ALL {
            let name = localizer.text(colormap.label());
            ui.selectable_value(&mut style.colormap, colormap, name);
        }
    });
    ui.checkbox(&mut style.outline, localizer.text("picture-outline"));
    ui.checkbox(&mut style.regions, localizer.text("picture-regions"));
    ui.separator();
    if ui.button(localizer.text("picture-reset")).clicked() {
        *style = HeatmapStyle::default();
        threshold.now = threshold.start;
    }
    ui.weak(localizer.text("picture-bare-hint"));
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
