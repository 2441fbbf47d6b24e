//! A part with its heatmap, and against its nearest normal part.

use std::sync::Arc;

use image::RgbImage;

use super::comparison::{Comparison, Sides};
use super::image_view::controls::{self, Threshold};
use super::image_view::{Heat, Picture};
use crate::app::desk::Desk;
use crate::domain::{Anomaly, AnomalyMap, RectPx};
use crate::engine::Pictures;

/// The pictures of one inspection.
pub(in crate::app) struct PartView {
    part: Picture,
    normal: Option<Picture>,
    difference: Option<Picture>,
    threshold: Option<Threshold>,
    comparison: Comparison,
}

impl PartView {
    pub(in crate::app) fn new(
        picture: Arc<RgbImage>,
        map: Option<Arc<AnomalyMap>>,
        pictures: Option<&Pictures>,
        anomaly: Option<&Anomaly>,
    ) -> Self {
        let part = Picture::new(picture);
        let threshold = anomaly.map(|anomaly| {
            let start = anomaly.mask_threshold.unwrap_or(anomaly.thresholds.pixel);
            Threshold::new(start, anomaly.scale)
        });
        let normal = pictures.and_then(|pictures| pictures.reference.clone());
        let difference = pictures.and_then(|pictures| pictures.difference.as_ref());
        Self {
            part: match map {
                Some(map) => part.with_map(map),
                None => part,
            },
            normal: normal.map(Picture::new),
            difference: difference.map(Picture::grey),
            threshold,
            comparison: Comparison::default(),
        }
    }

    /// Shows `region` of the part large.
    pub(in crate::app) fn look_at(&mut self, region: RectPx) {
        self.comparison.look_at(region);
    }

    /// Draws it into the room there is.
    pub(in crate::app) fn show(
        &mut self,
        ui: &mut egui::Ui,
        desk: &mut Desk<'_>,
        anomaly: Option<&Anomaly>,
    ) {
        let words = desk.words;
        let (mode, look) = (&mut desk.view.comparison, &mut desk.view.look);
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
