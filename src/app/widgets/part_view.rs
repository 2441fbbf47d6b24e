//! A part with its heatmap, and against its nearest normal part.

use std::sync::Arc;

use egui::Rect;
use image::RgbImage;

use super::comparison::{Comparison, Sides};
use super::image_view::controls::{self, Threshold};
use super::image_view::{Heat, Picture, Pixel};
use super::view_copy::{Keep, ViewCopy};
use super::why::Why;
use crate::desk::Desk;
use fettle_domain::{Anomaly, AnomalyMap, Inspection, RectPx};
use fettle_engine::Pictures;

/// The pictures of one inspection.
pub(crate) struct PartView {
    part: Picture,
    normal: Option<Picture>,
    difference: Option<Picture>,
    threshold: Option<Threshold>,
    comparison: Comparison,
    copy: ViewCopy,
    /// Where the pictures were drawn last.
    drawn: Rect,
    why: Why,
}

impl PartView {
    pub(crate) fn new(
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
            copy: ViewCopy::default(),
            drawn: Rect::NOTHING,
            why: Why::default(),
        }
    }

    /// Shows `region` of the part large.
    pub(crate) fn look_at(&mut self, region: RectPx) {
        self.comparison.look_at(region);
    }

    /// Has what is seen of it kept.
    pub(crate) fn keep(&mut self, ctx: &egui::Context, keep: Keep) {
        self.copy.take(ctx, keep, self.drawn);
    }

    /// Draws it into the room there is, below what is chosen of it.
    pub(crate) fn show(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>, inspection: &Inspection) {
        let anomaly = inspection.anomaly.done();
        let kept = inspection.image_path.as_deref();
        let words = desk.words;
        self.why.poll(desk, kept);
        let (mode, look) = (&mut desk.view.comparison, &mut desk.view.look);
        let sides = sides(&mut self.part, &mut self.normal, &mut self.difference, anomaly);
        ui.horizontal_wrapped(|ui| {
            self.comparison.choices(ui, words, mode, &sides);
            if anomaly.is_some() && kept.is_some() {
                ui.separator();
                self.why.choice(ui, words);
            }
        });
        if let Some(threshold) = &mut self.threshold {
            ui.horizontal_wrapped(|ui| controls::show(ui, words, look, threshold));
        }
        let clicked = self.show_plain(ui, desk, anomaly);
        if let (Some(at), Some(anomaly), Some(kept)) = (clicked, anomaly, kept) {
            self.why.ask(desk, kept, &anomaly.bank, at);
        }
        self.why.show(ui.ctx(), desk);
    }

    /// Draws it alone, as it was chosen to be seen; the pixel that was clicked.
    pub(crate) fn show_plain(
        &mut self,
        ui: &mut egui::Ui,
        desk: &mut Desk<'_>,
        anomaly: Option<&Anomaly>,
    ) -> Option<Pixel> {
        let heat = self.threshold.as_ref().map(|threshold| {
            let Threshold { now, scale, .. } = *threshold;
            Heat { look: desk.view.look, scale, threshold: now }
        });
        let sides = sides(&mut self.part, &mut self.normal, &mut self.difference, anomaly);
        let sides = Sides { heat, ..sides };
        let (drawn, clicked) = self.comparison.show(ui, desk.words, desk.view.comparison, sides);
        self.drawn = drawn;
        self.copy.poll(ui.ctx(), desk);
        clicked
    }
}

fn sides<'a>(
    part: &'a mut Picture,
    normal: &'a mut Option<Picture>,
    difference: &'a mut Option<Picture>,
    anomaly: Option<&'a Anomaly>,
) -> Sides<'a> {
    let regions = anomaly.map(|anomaly| anomaly.regions.as_slice()).unwrap_or_default();
    Sides { part, heat: None, regions, normal: normal.as_mut(), difference: difference.as_mut() }
}
