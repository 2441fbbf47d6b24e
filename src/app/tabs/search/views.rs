//! The query's picture beside the hit's, and a rectangle drawn on it.

use egui::{Ui, Vec2, vec2};

use crate::command::Command;
use crate::desk::Desk;
use crate::widgets::file_picture::FilePicture;
use crate::widgets::image_view::rectangle::{DrawnRect, outline};
use crate::widgets::image_view::{self, Camera, ImageResponse, Layer, Layers, same_shape};
use fettle_domain::{Hit, ImageLabel, InspectionId, RectPx};
use fettle_engine::Query;
use fettle_i18n::Value;

/// The hit shown large, in words.
pub(super) struct MainHit<'a> {
    pub(super) hit: &'a Hit,
    /// From 1 on.
    pub(super) place: usize,
    /// Where it comes from, as far as is known.
    pub(super) inspection: Option<InspectionId>,
}

/// Both pictures, and where they are looked at.
#[derive(Default)]
pub(super) struct Views {
    query: FilePicture,
    hit: FilePicture,
    camera: Camera,
    /// Of a hit of another shape.
    other: Camera,
    /// A drag moves the picture; otherwise it draws a rectangle.
    moves: bool,
    drawn: DrawnRect,
}

impl Views {
    pub(super) fn poll(&mut self, desk: &Desk<'_>) {
        self.query.poll(desk);
        self.hit.poll(desk);
    }

    /// Another query: all of its picture is seen.
    pub(super) fn another(&mut self) {
        (self.camera, self.other) = (Camera::default(), Camera::default());
        self.drawn = DrawnRect::default();
    }

    /// Draws them into the room there is; the part of the query's picture that was chosen.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        desk: &mut Desk<'_>,
        query: &Query,
        hit: Option<MainHit<'_>>,
    ) -> Option<RectPx> {
        let (Query::Picture(path) | Query::Region(path, _)) = query else {
            self.hit_side(ui, desk, hit, None);
            return None;
        };
        self.query.want(desk, path);
        let size = self.query.picture().map(|picture| picture.size());
        let mut chosen = None;
        ui.columns(2, |sides| {
            if let [left, right] = sides {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                chosen = self.query_side(left, desk, query, &name.unwrap_or_default());
                self.hit_side(right, desk, hit, size);
            }
        });
        chosen
    }

    fn query_side(
        &mut self,
        ui: &mut Ui,
        desk: &Desk<'_>,
        query: &Query,
        name: &str,
    ) -> Option<RectPx> {
        ui.heading(desk.text("search-query"));
        ui.add(egui::Label::new(name).truncate());
        ui.horizontal(|ui| {
            let text = desk.text("search-draw");
            ui.selectable_value(&mut self.moves, false, text);
            ui.selectable_value(&mut self.moves, true, desk.text("search-move"));
            if ui.selectable_label(self.camera.fits(), desk.text("picture-fit")).clicked() {
                self.camera.fit();
            }
        });
        if let Some(error) = self.query.error() {
            ui.colored_label(ui.visuals().error_fg_color, error);
        }
        let label = desk.text("search-query");
        let view = picture(ui, desk, &mut self.query, None, label, &mut self.camera)?;
        if let Query::Region(_, region) = query {
            outline(ui, &view, &self.camera, *region);
        }
        if self.moves {
            return None;
        }
        self.drawn.show(ui, &desk.text("search-draw-hint"), &view, &self.camera)
    }

    fn hit_side(
        &mut self,
        ui: &mut Ui,
        desk: &mut Desk<'_>,
        main: Option<MainHit<'_>>,
        query: Option<Vec2>,
    ) {
        let Some(MainHit { hit, place, inspection }) = main else {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(desk.text("search-running"));
            });
            return;
        };
        self.hit.want(desk, hit.path.as_ref());
        let defect = desk.defect_name(Some(&hit.product), &hit.defect);
        ui.heading(&defect);
        let values = [
            ("place", Value::from(place)),
            ("product", desk.product_name(&hit.product).into()),
            ("score", Value::Number { value: f64::from(hit.score), digits: 3 }),
        ];
        ui.add(egui::Label::new(desk.words.with("search-hit", &values)).truncate());
        ui.horizontal(|ui| {
            if ui.button(desk.text("search-show-in-library")).clicked() {
                let label = ImageLabel::Defect(hit.defect.clone());
                let path = hit.path.clone();
                desk.send(Command::ShowInLibrary(hit.product.clone(), label, path));
            }
            if let Some(id) = inspection
                && ui.button(desk.text("search-open-inspection")).clicked()
            {
                desk.send(Command::OpenInspection(id));
            }
        });
        if let Some(error) = self.hit.error() {
            ui.colored_label(ui.visuals().error_fg_color, error);
        }
        let own = self.hit.picture().map(|picture| picture.size());
        let together = query.zip(own).filter(|(query, own)| same_shape(*query, *own));
        let size = together.map(|(query, _)| query);
        let camera = if size.is_some() { &mut self.camera } else { &mut self.other };
        let view = picture(ui, desk, &mut self.hit, size, defect, camera);
        // Drawn as large as the query, it has other pixels.
        if let (Some(view), Some(own), Some(region)) = (view, own, hit.region) {
            outline(ui, &view, camera, scaled(region, size.unwrap_or(own) / own));
        }
    }
}

fn scaled(RectPx { x, y, width, height }: RectPx, by: Vec2) -> RectPx {
    let across = |pixels: u32| (pixels as f32 * by.x).round() as u32;
    let down = |pixels: u32| (pixels as f32 * by.y).round() as u32;
    RectPx { x: across(x), y: down(y), width: across(width), height: down(height) }
}

/// A picture in the room left, drawn as large as `size`; nothing before it was read.
fn picture(
    ui: &mut Ui,
    desk: &Desk<'_>,
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
    Some(image_view::show(ui, desk.words, room, layers, camera))
}
