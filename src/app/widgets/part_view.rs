//! The picture of an inspected part with its heatmap and comparison with a normal part.

use std::sync::Arc;

use egui::Rect;
use image::RgbImage;

use super::comparison_view::{ComparedPictures, ComparisonView};
use super::image_view::heatmap_controls::{self, Threshold};
use super::image_view::{Heatmap, Picture, Pixel};
use super::nearest_normal::NearestNormalTool;
use super::screenshot::{Screenshot, ScreenshotTarget};
use crate::tab_context::TabContext;
use fettle_domain::{Anomaly, AnomalyMap, Inspection, RectPx};
use fettle_engine::Pictures;

/// The pictures of one inspection and how they are viewed.
pub(crate) struct PartView {
    part: Picture,
    normal: Option<Picture>,
    difference: Option<Picture>,
    threshold: Option<Threshold>,
    comparison: ComparisonView,
    screenshot: Screenshot,
    /// Where the last frame drew the pictures.
    drawn_rect: Rect,
    nearest_normal: NearestNormalTool,
}

impl PartView {
    /// `map` are the anomaly scores of `picture`; `pictures` are the normal part and the
    /// difference.
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
            difference: difference.map(Picture::from_gray),
            threshold,
            comparison: ComparisonView::default(),
            screenshot: Screenshot::default(),
            drawn_rect: Rect::NOTHING,
            nearest_normal: NearestNormalTool::default(),
        }
    }

    /// Zooms to `region` of the part.
    pub(crate) fn zoom_to(&mut self, region: RectPx) {
        self.comparison.zoom_to(region);
    }

    /// Takes a screenshot of the pictures as they are shown.
    pub(crate) fn take_screenshot(&mut self, ctx: &egui::Context, target: ScreenshotTarget) {
        self.screenshot.request(ctx, target, self.drawn_rect);
    }

    /// Shows the toolbars and, below them, the pictures in the space left.
    pub(crate) fn show(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        inspection: &Inspection,
    ) {
        let anomaly = inspection.anomaly.done();
        let stored = inspection.image_path.as_deref();
        let localizer = cx.localizer;
        self.nearest_normal.poll(cx, stored);
        let (mode, style) = (&mut cx.view.comparison, &mut cx.view.heatmap_style);
        let compared = pictures_of(&mut self.part, &mut self.normal, &mut self.difference, anomaly);
        ui.horizontal_wrapped(|ui| {
            self.comparison.toolbar(ui, localizer, mode, &compared);
            if anomaly.is_some() && stored.is_some() {
                ui.separator();
                self.nearest_normal.toggle_button(ui, localizer);
            }
        });
        if let Some(threshold) = &mut self.threshold {
            ui.horizontal_wrapped(|ui| heatmap_controls::show(ui, localizer, style, threshold));
        }
        let clicked = self.show_pictures(ui, cx, anomaly);
        if let (Some(at), Some(anomaly), Some(stored)) = (clicked, anomaly, stored) {
            self.nearest_normal.explain(cx, stored, &anomaly.bank, at);
        }
        self.nearest_normal.show(ui.ctx(), cx);
    }

    /// Shows the pictures without toolbars. Returns the pixel of the part that was clicked.
    pub(crate) fn show_pictures(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        anomaly: Option<&Anomaly>,
    ) -> Option<Pixel> {
        let heatmap = self.threshold.as_ref().map(|threshold| {
            let Threshold { now, scale, .. } = *threshold;
            Heatmap { style: cx.view.heatmap_style, scale, threshold: now }
        });
        let compared = pictures_of(&mut self.part, &mut self.normal, &mut self.difference, anomaly);
        let compared = ComparedPictures { heatmap, ..compared };
        let (drawn_rect, clicked) =
            self.comparison.show(ui, cx.localizer, cx.view.comparison, compared);
        self.drawn_rect = drawn_rect;
        self.screenshot.poll(ui.ctx(), cx);
        clicked
    }
}

/// The pictures as the comparison view takes them, without a heatmap.
fn pictures_of<'a>(
    part: &'a mut Picture,
    normal: &'a mut Option<Picture>,
    difference: &'a mut Option<Picture>,
    anomaly: Option<&'a Anomaly>,
) -> ComparedPictures<'a> {
    let regions = anomaly.map(|anomaly| anomaly.regions.as_slice()).unwrap_or_default();
    ComparedPictures {
        part,
        heatmap: None,
        regions,
        normal: normal.as_mut(),
        difference: difference.as_mut(),
    }
}
