//! The part in the middle: with its heatmap, and against its nearest normal part.

use std::sync::Arc;

use crate::app::desk::Desk;
use crate::app::widgets::comparison::{Comparison, Sides};
use crate::app::widgets::image_view::controls::{self, Threshold};
use crate::app::widgets::image_view::{Heat, Picture};
use crate::domain::RectPx;
use crate::engine::Inspected;

/// An inspection and its pictures.
pub(super) struct Shown {
    pub(super) inspected: Inspected,
    part: Picture,
    normal: Option<Picture>,
    difference: Option<Picture>,
    threshold: Option<Threshold>,
    comparison: Comparison,
}

impl Shown {
    pub(super) fn new(mut inspected: Inspected) -> Self {
        let mut part = Picture::new(inspected.picture.clone());
        if let Some(map) = &inspected.map {
            part = part.with_map(map.clone());
        }
        // Taken, not copied: they may be large, and nobody else draws them.
        let pictures = inspected.pictures.as_mut();
        let normal = pictures.and_then(|pictures| pictures.reference.take());
        let difference =
            inspected.pictures.as_mut().and_then(|pictures| pictures.difference.take());
        let threshold = inspected.inspection.anomaly.done().map(|anomaly| {
            let start = anomaly.mask_threshold.unwrap_or(anomaly.thresholds.pixel);
            Threshold::new(start, anomaly.scale)
        });
        Self {
            part,
            normal: normal.map(|normal| Picture::new(Arc::new(normal))),
            difference: difference.as_ref().map(Picture::grey),
            threshold,
            comparison: Comparison::default(),
            inspected,
        }
    }

    /// Shows `region` of the part large.
    pub(super) fn look_at(&mut self, region: RectPx) {
        self.comparison.look_at(region);
    }

    pub(super) fn show(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        let words = desk.words;
        let (mode, look) = (&mut desk.view.comparison, &mut desk.view.look);
        let anomaly = self.inspected.inspection.anomaly.done();
        let mut sides = Sides {
            part: &mut self.part,
            heat: None,
            regions: anomaly.map(|anomaly| anomaly.regions.as_slice()).unwrap_or_default(),
            normal: self.normal.as_mut(),
            difference: self.difference.as_mut(),
        };
        ui.horizontal_wrapped(|ui| self.comparison.choices(ui, words, mode, &sides));
        if let Some(threshold) = &mut self.threshold {
            ui.horizontal_wrapped(|ui| controls::show(ui, words, look, threshold));
            let Threshold { now, scale, .. } = *threshold;
            sides.heat = Some(Heat { look: *look, scale, threshold: now });
        }
        self.comparison.show(ui, words, *mode, sides);
    }
}
