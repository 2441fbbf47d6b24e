//! The picture of the query beside that of a hit, and a rectangle drawn on the query.

use egui::{Ui, Vec2, vec2};

use crate::command::Command;
use crate::tab_context::TabContext;
use crate::widgets::file_picture::FilePicture;
use crate::widgets::image_view::rectangle::{RectTool, paint_rect};
use crate::widgets::image_view::{self, Camera, ImageResponse, Layer, Layers, same_aspect};
use fettle_domain::{Hit, ImageLabel, InspectionId, RectPx};
use fettle_engine::{PictureFile, Query};
use fettle_i18n::Value;

/// A hit and its rank.
pub(super) struct RankedHit<'a> {
    pub(super) hit: &'a Hit,
    /// From 1.
    pub(super) rank: usize,
    /// The inspection that the hit was registered from, once it is known.
    pub(super) inspection: Option<InspectionId>,
}

/// Both pictures and their cameras.
#[derive(Default)]
pub(super) struct HitComparison {
    query: FilePicture,
    hit: FilePicture,
    camera: Camera,
    /// The camera of a hit of another aspect ratio.
    hit_camera: Camera,
    /// Whether a drag pans the picture; otherwise it draws a rectangle.
    pans: bool,
    rect_tool: RectTool,
}

impl HitComparison {
    /// Takes the pictures once they are read.
    pub(super) fn poll(&mut self, cx: &TabContext<'_>) {
        self.query.poll(cx);
        self.hit.poll(cx);
    }

    /// Resets cameras and rectangle tool for another query.
    pub(super) fn reset(&mut self) {
        (self.camera, self.hit_camera) = (Camera::default(), Camera::default());
        self.rect_tool = RectTool::default();
    }

    /// Shows both pictures in the space left. Returns the rectangle drawn on the query's picture.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        query: &Query,
        hit: Option<RankedHit<'_>>,
    ) -> Option<RectPx> {
        let (Query::Picture(path) | Query::Region(path, _)) = query else {
            self.hit_side(ui, cx, hit, None);
            return None;
        };
        self.query.load(cx, &PictureFile::Given(path.clone()));
        let size = self.query.picture().map(|picture| picture.size());
        let mut drawn = None;
        ui.columns(2, |sides| {
            if let [left, right] = sides {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                drawn = self.query_side(left, cx, query, &name.unwrap_or_default());
                self.hit_side(right, cx, hit, size);
            }
        });
        drawn
    }

    fn query_side(
        &mut self,
        ui: &mut Ui,
        cx: &TabContext<'_>,
        query: &Query,
        name: &str,
    ) -> Option<RectPx> {
        ui.heading(cx.text("search-query"));
        ui.add(egui::Label::new(name).truncate());
        ui.horizontal(|ui| {
            let text = cx.text("search-draw");
            ui.selectable_value(&mut self.pans, false, text);
            ui.selectable_value(&mut self.pans, true, cx.text("search-move"));
            if ui.selectable_label(self.camera.fits(), cx.text("picture-fit")).clicked() {
                self.camera.fit();
            }
        });
        if let Some(error) = self.query.error() {
            ui.colored_label(ui.visuals().error_fg_color, error);
        }
        let label = cx.text("search-query");
        let view = picture(ui, cx, &mut self.query, None, label, &mut self.camera)?;
        if let Query::Region(_, region) = query {
            paint_rect(ui, &view, &self.camera, *region);
        }
        if self.pans {
            return None;
        }
        self.rect_tool.show(ui, &cx.text("search-draw-hint"), &view, &self.camera)
    }

    fn hit_side(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        ranked: Option<RankedHit<'_>>,
        query: Option<Vec2>,
    ) {
        let Some(RankedHit { hit, rank, inspection }) = ranked else {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(cx.text("search-running"));
            });
            return;
        };
        self.hit.load(cx, &PictureFile::Stored(hit.path.clone()));
        let defect = cx.defect_name(Some(&hit.product), &hit.defect);
        ui.heading(&defect);
        let values = [
            ("place", Value::from(rank)),
            ("product", cx.product_name(&hit.product).into()),
            ("score", Value::Number { value: f64::from(hit.score), digits: 3 }),
        ];
        ui.add(egui::Label::new(cx.localizer.with("search-hit", &values)).truncate());
        ui.horizontal(|ui| {
            if ui.button(cx.text("search-show-in-library")).clicked() {
                let label = ImageLabel::Defect(hit.defect.clone());
                let path = hit.path.clone();
                cx.send(Command::ShowInLibrary(hit.product.clone(), label, path));
            }
            if let Some(id) = inspection
                && ui.button(cx.text("search-open-inspection")).clicked()
            {
                cx.send(Command::OpenInspection(id));
            }
        });
        if let Some(error) = self.hit.error() {
            ui.colored_label(ui.visuals().error_fg_color, error);
        }
        let own = self.hit.picture().map(|picture| picture.size());
        let shared = query.zip(own).filter(|(query, own)| same_aspect(*query, *own));
        let size = shared.map(|(query, _)| query);
        let camera = if size.is_some() { &mut self.camera } else { &mut self.hit_camera };
        let view = picture(ui, cx, &mut self.hit, size, defect, camera);
        // The region is in pixels of the hit, the view in those of the query.
        if let (Some(view), Some(own), Some(region)) = (view, own, hit.region) {
            paint_rect(ui, &view, camera, scaled(region, size.unwrap_or(own) / own));
        }
    }
}

/// A rectangle scaled by a factor per axis.
fn scaled(RectPx { x, y, width, height }: RectPx, by: Vec2) -> RectPx {
    let across = |pixels: u32| (pixels as f32 * by.x).round() as u32;
    let down = |pixels: u32| (pixels as f32 * by.y).round() as u32;
    RectPx { x: across(x), y: down(y), width: across(width), height: down(height) }
}

/// Shows a picture in the space left, scaled to `size`; a spinner while the picture is read.
fn picture(
    ui: &mut Ui,
    cx: &TabContext<'_>,
    of: &mut FilePicture,
    size: Option<Vec2>,
    label: String,
    camera: &mut Camera,
) -> Option<ImageResponse> {
    let Some(picture) = of.picture() else {
        if of.error().is_none() {
            ui.spinner();
        }
        return None;
    };
    let size = size.unwrap_or(picture.size());
    let room = ui.available_size().max(vec2(1.0, 1.0));
    let layers = Layers { size, layers: vec![Layer::plain(picture)], regions: &[], label };
    Some(image_view::show(ui, cx.localizer, room, layers, camera))
}
