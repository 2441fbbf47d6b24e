//! Marking the defect on the images that are being registered.

use std::collections::BTreeMap;
use std::path::PathBuf;

use egui::{Button, CollapsingHeader};

use super::region_picker::RegionPicker;
use crate::tab_context::TabContext;
use fettle_domain::RectPx;

/// The rectangles that show the defect, drawn on one image after the other.
#[derive(Default)]
pub(super) struct RegionMarking {
    /// Index of the image shown.
    at: usize,
    /// Rectangles by image file, in pixels of the image.
    pub(super) regions: BTreeMap<PathBuf, RectPx>,
    picker: RegionPicker,
}

impl RegionMarking {
    /// Shows the current one of `images` to draw on. Images in zip archives cannot be marked, and
    /// are not among them; `has_more` says that there are some.
    pub(super) fn show(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        images: &[PathBuf],
        has_more: bool,
    ) {
        self.at = self.at.min(images.len().saturating_sub(1));
        let Some(image) = images.get(self.at) else { return };
        let title = match self.regions.len() {
            0 => cx.text("region-mark"),
            count => cx.localizer.with("region-marked", &[("count", count.into())]),
        };
        CollapsingHeader::new(title).id_salt("images_marking").show(ui, |ui| {
            ui.horizontal(|ui| {
                let back = ui.add_enabled(self.at > 0, Button::new("◀"));
                if back.on_hover_text(cx.text("region-previous")).clicked() {
                    self.at -= 1;
                }
                let forward = ui.add_enabled(self.at + 1 < images.len(), Button::new("▶"));
                if forward.on_hover_text(cx.text("region-next")).clicked() {
                    self.at += 1;
                }
                ui.label(format!("{} / {}", self.at + 1, images.len()));
                let name = image.file_name().unwrap_or_default().to_string_lossy();
                ui.add(egui::Label::new(name).truncate());
            });
            let mut region = self.regions.get(image).copied();
            self.picker.show(ui, cx, image, &[], &mut region);
            match region {
                Some(region) => self.regions.insert(image.clone(), region),
                None => self.regions.remove(image),
            };
            if has_more {
                ui.weak(cx.text("region-zips"));
            }
        });
    }
}
