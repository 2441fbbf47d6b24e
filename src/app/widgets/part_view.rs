//! The picture of an inspected part with its map and comparison with a normal part or a known defect.

use std::sync::Arc;

use egui::{Key, Rect, Vec2};
use image::RgbImage;

use super::comparison_view::{ComparedPictures, ComparisonView, KnownPicture, ShownPictures};
use super::file_picture::FilePicture;
use super::image_view::heatmap_controls::{self, Threshold};
use super::image_view::{Heatmap, Picture};
use super::measuring::MeasureTool;
use super::nearest_normal::NearestNormalTool;
use super::screenshot::{Screenshot, ScreenshotTarget};
use crate::tab_context::TabContext;
use crate::view_state::ComparisonMode;
use fettle_domain::{Anomaly, AnomalyMap, Hit, Inspection, RectPx};
use fettle_engine::{PictureFile, Pictures};

/// The pictures of one inspection and how they are viewed.
pub(crate) struct PartView {
    part: Picture,
    normal: Option<Picture>,
    difference: Option<Picture>,
    /// A known defect beside the part.
    known: Option<KnownDefect>,
    /// A known defect in a view of its own, apart from what a person puts beside the part.
    alone: Option<KnownDefect>,
    threshold: Option<Threshold>,
    comparison: ComparisonView,
    screenshot: Screenshot,
    /// Where the last frame drew the pictures.
    drawn_rect: Rect,
    nearest_normal: NearestNormalTool,
    pub(crate) measure: MeasureTool,
}

/// A known defect that the part resembles, and its picture.
struct KnownDefect {
    hit: Hit,
    name: String,
    file: FilePicture,
}

impl KnownDefect {
    /// Starts to read the picture.
    fn load(cx: &mut TabContext<'_>, hit: &Hit) -> Self {
        let name = cx.defect_name(Some(&hit.product), &hit.defect);
        let mut file = FilePicture::default();
        file.load(cx, &PictureFile::Stored(hit.path.clone()));
        Self { hit: hit.clone(), name, file }
    }

    /// The picture, once it is read.
    fn picture(&mut self) -> Option<KnownPicture<'_>> {
        let (region, name) = (self.hit.region, self.name.clone());
        self.file.picture().map(|picture| KnownPicture { picture, region, name })
    }
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
        let normal = pictures.and_then(|pictures| pictures.reference.clone());
        let difference = pictures.and_then(|pictures| pictures.difference.as_ref());
        Self {
            part: match map {
                Some(map) => part.with_map(map),
                None => part,
            },
            normal: normal.map(Picture::new),
            difference: difference.map(Picture::from_gray),
            known: None,
            alone: None,
            threshold: anomaly.map(Threshold::of),
            comparison: ComparisonView::default(),
            screenshot: Screenshot::default(),
            drawn_rect: Rect::NOTHING,
            nearest_normal: NearestNormalTool::default(),
            measure: MeasureTool::default(),
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

    /// Puts a known defect in the place of the normal part beside the part; the same one again puts
    /// the normal part back.
    pub(crate) fn swap_known(&mut self, cx: &mut TabContext<'_>, hit: &Hit) {
        let is_beside = cx.view.comparison == ComparisonMode::Beside;
        let is_loaded = self.known.as_ref().is_some_and(|known| known.hit == *hit);
        if is_beside && is_loaded {
            self.known = None;
            return;
        }
        if !is_loaded {
            self.known = Some(KnownDefect::load(cx, hit));
        }
        cx.view.comparison = ComparisonMode::Beside;
    }

    /// The known defect in the place of the normal part, where one is shown there.
    pub(crate) fn known_beside(&self, mode: ComparisonMode) -> Option<&Hit> {
        let known = self.known.as_ref().filter(|_| mode == ComparisonMode::Beside);
        known.map(|known| &known.hit)
    }

    /// Takes the picture of the known defect, once it is read.
    fn poll_known(&mut self, cx: &mut TabContext<'_>) {
        let Some(known) = &mut self.known else { return };
        known.file.poll(cx);
        if let Some(error) = known.file.error() {
            cx.toasts.error(error.to_owned());
            self.known = None;
        }
    }

    /// Shows the tools and, below them, the pictures in the space left.
    pub(crate) fn show(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        inspection: &Inspection,
    ) {
        ui.horizontal_wrapped(|ui| self.tools(ui, cx, inspection));
        self.show_body(ui, cx, inspection, true);
    }

    /// Shows the pictures in the space left, and the patch that was asked about. With `measures` clicks
    /// may measure; otherwise the lines are only shown.
    pub(crate) fn show_body(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        inspection: &Inspection,
        measures: bool,
    ) {
        let anomaly = inspection.anomaly.done();
        let stored = inspection.image_path.as_deref();
        self.nearest_normal.poll(cx, stored);
        self.measure.adopt(inspection);
        let shown = self.show_pictures(ui, cx, anomaly);
        if let Some(part) = &shown.part {
            let placed = self.comparison.placed(part);
            match measures {
                true => self.measure.on_picture(ui, cx, part, placed),
                false => self.measure.paint(ui, part, placed),
            }
        }
        if measures {
            self.measure.dialog(ui, cx, inspection);
        }
        let clicked = shown.clicked().filter(|_| !self.measure.is_active());
        if let (Some(at), Some(anomaly), Some(stored)) = (clicked, anomaly, stored) {
            self.nearest_normal.explain(cx, stored, &anomaly.bank, at);
        }
        self.nearest_normal.show(ui.ctx(), cx);
    }

    /// Adds the tools to the current row: comparison, zoom, map.
    pub(crate) fn tools(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        inspection: &Inspection,
    ) {
        let anomaly = inspection.anomaly.done();
        let localizer = cx.localizer;
        let (mode, style) = (&mut cx.view.comparison, &mut cx.view.heatmap_style);
        let compared = pictures_of(
            &mut self.part,
            &mut self.normal,
            &mut self.difference,
            self.known.as_mut(),
            anomaly,
        );
        self.comparison.toolbar(ui, localizer, mode, &compared);
        if let Some(threshold) = &mut self.threshold {
            heatmap_controls::show(ui, localizer, style, threshold);
        }
        if anomaly.is_some() && inspection.image_path.is_some() {
            self.nearest_normal.toggle_button(ui, localizer);
        }
        self.measure.adopt(inspection);
        self.measure.tools(ui, cx, inspection);
    }

    /// Shows the pictures without toolbar.
    pub(crate) fn show_pictures(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        anomaly: Option<&Anomaly>,
    ) -> ShownPictures {
        self.poll_known(cx);
        let heatmap = self.threshold.as_ref().filter(|_| !is_bare(ui)).map(|threshold| {
            let mut style = cx.view.heatmap_style;
            style.outline &= threshold.marks();
            Heatmap { style, scale: threshold.scale, threshold: threshold.now }
        });
        let compared = pictures_of(
            &mut self.part,
            &mut self.normal,
            &mut self.difference,
            self.known.as_mut(),
            anomaly,
        );
        let compared = ComparedPictures { heatmap, ..compared };
        let shown = self.comparison.show(ui, cx.localizer, cx.view.comparison, compared);
        self.drawn_rect = shown.rect;
        self.screenshot.poll(ui.ctx(), cx);
        shown
    }

    /// Shows the part with its map and nothing beside it.
    pub(crate) fn show_part(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        anomaly: Option<&Anomaly>,
    ) {
        let mode = std::mem::take(&mut cx.view.comparison);
        self.show_pictures(ui, cx, anomaly);
        cx.view.comparison = mode;
    }

    /// Shows the normal part alone in a view of `room` points; whether there is one.
    pub(crate) fn show_normal(
        &mut self,
        ui: &mut egui::Ui,
        cx: &TabContext<'_>,
        room: Vec2,
    ) -> bool {
        let Some(normal) = &mut self.normal else { return false };
        let sizes = (room, self.part.size());
        let label = cx.text("picture-normal");
        self.comparison.show_one(ui, cx.localizer, sizes, normal, label);
        true
    }

    /// Shows a known defect alone in a view of `room` points: its picture once it is read, or why it
    /// cannot be read.
    pub(crate) fn show_known(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        hit: &Hit,
        room: Vec2,
    ) {
        let known = match self.alone.take() {
            Some(known) if known.hit == *hit => self.alone.insert(known),
            _ => self.alone.insert(KnownDefect::load(cx, hit)),
        };
        known.file.poll(cx);
        if let Some(error) = known.file.error() {
            ui.colored_label(ui.visuals().error_fg_color, error);
        }
        if let Some(known) = known.picture() {
            self.comparison.show_known(ui, cx.localizer, room, known);
        }
    }
}

/// Whether the key is held that shows the part without map and lines.
fn is_bare(ui: &egui::Ui) -> bool {
    let is_taken = ui.ctx().memory(|memory| memory.focused().is_some());
    !is_taken && ui.input(|input| input.key_down(Key::Space))
}

/// The pictures as the comparison view takes them, without a map.
fn pictures_of<'a>(
    part: &'a mut Picture,
    normal: &'a mut Option<Picture>,
    difference: &'a mut Option<Picture>,
    known: Option<&'a mut KnownDefect>,
    anomaly: Option<&'a Anomaly>,
) -> ComparedPictures<'a> {
    let regions = anomaly.map(|anomaly| anomaly.regions.as_slice()).unwrap_or_default();
    ComparedPictures {
        part,
        heatmap: None,
        regions,
        normal: normal.as_mut(),
        difference: difference.as_mut(),
        known: known.and_then(KnownDefect::picture),
    }
}
