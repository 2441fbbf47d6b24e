//! The dialog in which the inspected part of a product's pictures is drawn, on one of its normal pictures.

use egui::{Color32, Pos2, Rect, Sense, Spinner, Stroke, Ui, vec2};

use super::dialog::Dialog;
use super::form::{DialogAction, buttons, error_label, modal_of_width};
use crate::command::Command;
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use crate::widgets::file_picture::FilePicture;
use crate::widgets::image_view::rectangle::RectTool;
use crate::widgets::image_view::{self, Camera, ImageResponse, Layer, Layers};
use fettle_domain::{AreaEffect, AreaShape, ProductArea, ProductCode, RectPx};
use fettle_engine::{AreaState, AreaUnit, DrawArea, DrawnShape, PictureFile};

/// Width of the dialog, in points, where the window has it.
const WIDTH: f32 = 720.0;

/// How a shape is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tool {
    Rectangle,
    Polygon,
}

/// A shape in percent of width and height.
#[derive(Debug, Clone, PartialEq)]
struct PercentShape {
    effect: AreaEffect,
    corners: Vec<(f32, f32)>,
}

/// The area of a product, and what is drawn and not yet saved.
pub(crate) struct InspectionAreaDialog {
    product: ProductCode,
    path: String,
    picture: FilePicture,
    camera: Camera,
    tool: Tool,
    effect: AreaEffect,
    rectangle: RectTool,
    /// The corners of the polygon that is being drawn, in percent.
    corners: Vec<(f32, f32)>,
    drawn: Vec<PercentShape>,
    /// Whether the shapes of before are removed.
    replaces: bool,
    /// The area as it is stored.
    state: Loadable<AreaState>,
    /// Saves what was drawn.
    saving: Option<Task<AreaState>>,
    /// Why it could not be saved.
    error: Option<String>,
}

impl InspectionAreaDialog {
    /// Draws on the normal picture at `path`, relative to the workspace.
    pub(crate) fn new(product: ProductCode, path: String) -> Self {
        Self {
            product,
            path,
            picture: FilePicture::default(),
            camera: Camera::default(),
            tool: Tool::Rectangle,
            effect: AreaEffect::Inspect,
            rectangle: RectTool::default(),
            corners: Vec::new(),
            drawn: Vec::new(),
            replaces: false,
            state: Loadable::default(),
            saving: None,
            error: None,
        }
    }

    /// Takes the answers of the jobs. Returns whether what was drawn is saved.
    fn poll(&mut self, cx: &mut TabContext<'_>) -> bool {
        self.state.poll(cx);
        let Some(answer) = self.saving.as_ref().and_then(Task::poll) else { return false };
        self.saving = None;
        match answer {
            Ok(_) => {
                self.toast_saved(cx);
                true
            }
            Err(error) => {
                self.error = Some(error.explain(cx.localizer.language));
                false
            }
        }
    }

    /// Says that the area is saved, with the way back where the area of before was drawn.
    fn toast_saved(&self, cx: &mut TabContext<'_>) {
        let name = [("product", cx.product_name(&self.product).into())];
        let text = cx.localizer.with("area-saved", &name);
        let before = self.state.answer().and_then(|state| restored(&self.product, &state.area));
        match before {
            Some(request) => {
                let undo = Command::RestoreArea(request);
                cx.toasts.done_with_action(text, cx.text("judge-undo"), undo);
            }
            None => cx.toasts.done(text),
        }
        cx.send(Command::LibraryChanged(None));
    }

    fn save(&mut self, cx: &mut TabContext<'_>) {
        self.error = None;
        // Where the engine is too busy, a toast says so and what was drawn stays.
        self.saving = cx.start(request(&self.product, &self.drawn, self.replaces));
    }

    fn tools(&mut self, ui: &mut Ui, cx: &TabContext<'_>) {
        ui.horizontal_wrapped(|ui| {
            for (tool, id) in
                [(Tool::Rectangle, "area-rectangle"), (Tool::Polygon, "area-polygon-tool")]
            {
                if ui.selectable_value(&mut self.tool, tool, cx.text(id)).clicked() {
                    self.corners.clear();
                }
            }
            ui.separator();
            for (effect, id) in [
                (AreaEffect::Inspect, "area-inspect-inside"),
                (AreaEffect::Ignore, "area-ignore-inside"),
            ] {
                ui.selectable_value(&mut self.effect, effect, cx.text(id));
            }
            ui.separator();
            let can_close = self.corners.len() >= 3;
            let close = egui::Button::new(cx.text("area-close-shape"));
            if self.tool == Tool::Polygon && ui.add_enabled(can_close, close).clicked() {
                self.close_polygon();
            }
            let can_take_back = !self.drawn.is_empty() || !self.corners.is_empty();
            let back = egui::Button::new(cx.text("area-take-back"));
            if ui.add_enabled(can_take_back, back).clicked() && self.corners.pop().is_none() {
                self.drawn.pop();
            }
        });
        let hint = match self.tool {
            Tool::Rectangle => "area-rectangle-hint",
            Tool::Polygon => "area-polygon-hint",
        };
        ui.weak(cx.text(hint));
    }

    fn close_polygon(&mut self) {
        let corners = std::mem::take(&mut self.corners);
        self.drawn.push(PercentShape { effect: self.effect, corners });
    }

    fn picture(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        let height = (ui.ctx().content_rect().height() * 0.45).clamp(140.0, 480.0);
        let room = vec2(ui.available_width(), height);
        if let Some(error) = self.picture.error() {
            error_label(ui, error);
        }
        let Some(picture) = self.picture.picture() else {
            let (rect, _) = ui.allocate_exact_size(room, Sense::hover());
            Spinner::new().paint_at(ui, Rect::from_center_size(rect.center(), vec2(40.0, 40.0)));
            return;
        };
        let size = picture.size();
        let label = cx.text("history-picture");
        let layers = Layers { size, layers: vec![Layer::plain(picture)], regions: &[], label };
        let view = image_view::show(ui, cx.localizer, room, layers, &mut self.camera);
        let canvas = Canvas { view: &view, camera: &self.camera };
        if let (Some(state), false) = (self.state.answer(), self.replaces) {
            for shape in &state.area.shapes {
                if let AreaShape::Polygon { points } = &shape.shape {
                    let corners: Vec<(f32, f32)> =
                        points.iter().map(|point| (100.0 * point.x, 100.0 * point.y)).collect();
                    canvas.paint(ui, shape.effect, &corners, true);
                }
            }
        }
        for shape in &self.drawn {
            canvas.paint(ui, shape.effect, &shape.corners, true);
        }
        canvas.paint(ui, self.effect, &self.corners, false);
        let name = cx.text("area-canvas");
        match self.tool {
            Tool::Rectangle => {
                if let Some(rect) = self.rectangle.show(ui, &name, &view, &self.camera) {
                    let corners = rectangle_in_percent(rect, size);
                    self.drawn.push(PercentShape { effect: self.effect, corners });
                }
            }
            Tool::Polygon => {
                let over = ui.interact(
                    view.response.rect,
                    view.response.id.with("corners"),
                    Sense::click(),
                );
                over.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, &name));
                let at = over.interact_pointer_pos().filter(|_| over.clicked());
                let corner = at.map(|at| canvas.to_percent(at));
                self.corners.extend(corner);
                if over.double_clicked() && self.corners.len() > 3 {
                    // The second click of the pair is no corner of its own.
                    self.corners.pop();
                    self.close_polygon();
                }
            }
        }
    }
}

/// A picture on the screen, and places on it in percent.
struct Canvas<'a> {
    view: &'a ImageResponse,
    camera: &'a Camera,
}

impl Canvas<'_> {
    fn to_screen(&self, (x, y): (f32, f32)) -> Pos2 {
        let size = self.view.screen.image;
        let at = egui::pos2(x * size.x / 100.0, y * size.y / 100.0);
        self.camera.place(&self.view.screen).to_screen(at)
    }

    fn to_percent(&self, at: Pos2) -> (f32, f32) {
        let size = self.view.screen.image;
        let at = self.camera.place(&self.view.screen).to_image(at);
        let share = |place: f32, whole: f32| (100.0 * place / whole.max(1.0)).clamp(0.0, 100.0);
        (share(at.x, size.x), share(at.y, size.y))
    }

    /// Outlines a shape: white where it is inspected, dashed where it is ignored.
    fn paint(&self, ui: &Ui, effect: AreaEffect, corners: &[(f32, f32)], is_closed: bool) {
        let mut points: Vec<Pos2> = corners.iter().map(|corner| self.to_screen(*corner)).collect();
        if is_closed {
            points.extend(points.first().copied());
        }
        let painter = ui.painter_at(self.view.response.rect);
        painter.line(points.clone(), Stroke::new(4.0, Color32::BLACK));
        let white = Stroke::new(2.0, Color32::WHITE);
        match effect {
            AreaEffect::Inspect => {
                painter.line(points.clone(), white);
            }
            AreaEffect::Ignore => {
                painter.extend(egui::Shape::dashed_line(&points, white, 6.0, 6.0))
            }
        }
        for point in points {
            painter.circle_filled(point, 3.0, Color32::WHITE);
        }
    }
}

/// The corners of a rectangle of a picture of `size`, in percent.
fn rectangle_in_percent(rect: RectPx, size: egui::Vec2) -> Vec<(f32, f32)> {
    let RectPx { x, y, width, height } = rect;
    let percent =
        |x: u32, y: u32| (100.0 * x as f32 / size.x.max(1.0), 100.0 * y as f32 / size.y.max(1.0));
    let (right, lower) = (x.saturating_add(width), y.saturating_add(height));
    vec![percent(x, y), percent(right, y), percent(right, lower), percent(x, lower)]
}

/// The request that saves shapes in their order, after those of before or in their place.
fn request(product: &ProductCode, drawn: &[PercentShape], replaces: bool) -> DrawArea {
    let polygon = |shape: &PercentShape| {
        (shape.effect, DrawnShape::Polygon(shape.corners.clone(), AreaUnit::Percent))
    };
    let shapes = drawn.iter().map(polygon).collect();
    DrawArea { product: product.clone(), clear: replaces, shapes }
}

/// The request that brings an area back; `None` where it has a mask, whose file may be gone.
fn restored(product: &ProductCode, area: &ProductArea) -> Option<DrawArea> {
    let shapes: Option<Vec<PercentShape>> = area
        .shapes
        .iter()
        .map(|shape| match &shape.shape {
            AreaShape::Polygon { points } => Some(PercentShape {
                effect: shape.effect,
                corners: points.iter().map(|one| (100.0 * one.x, 100.0 * one.y)).collect(),
            }),
            AreaShape::Mask { .. } => None,
        })
        .collect();
    Some(request(product, &shapes?, true))
}

impl Dialog for InspectionAreaDialog {
    fn show(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) -> bool {
        // Without shapes and without `clear` the area is only read.
        self.state.load_once(cx, request(&self.product, &[], false));
        if self.poll(cx) {
            return false;
        }
        self.picture.load(cx, &PictureFile::Stored(self.path.clone()));
        self.picture.poll(cx);
        let name = [("product", cx.product_name(&self.product).into())];
        let title = cx.localizer.with("area-title", &name);
        let modal = modal_of_width(ctx, "area_dialog", &title, WIDTH, |ui| {
            self.tools(ui, cx);
            self.picture(ui, cx);
            let known = self.state.answer().map_or(0, |state| state.area.shapes.len());
            if let Some(state) = self.state.answer() {
                let percent = (100.0 * state.inspected).round();
                let values = [
                    ("count", known.into()),
                    ("percent", fettle_i18n::Value::Number { value: percent.into(), digits: 0 }),
                ];
                ui.weak(cx.localizer.with("area-now", &values));
            }
            if known > 0 {
                ui.checkbox(&mut self.replaces, cx.text("area-replace"));
            }
            for error in [self.state.error(), self.error.as_deref()].into_iter().flatten() {
                error_label(ui, error);
            }
            if self.saving.is_some() {
                ui.spinner();
                return DialogAction::Wait;
            }
            let is_change = !self.drawn.is_empty() || (self.replaces && known > 0);
            let can_save = is_change && self.corners.is_empty() && !self.state.is_loading();
            let action = buttons(ui, cx, "area-save", can_save);
            if action == DialogAction::Confirm {
                self.save(cx);
            }
            action
        });
        self.saving.is_some() || (modal.inner != DialogAction::Cancel && !modal.should_close())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(effect: AreaEffect, at: f32) -> PercentShape {
        PercentShape { effect, corners: vec![(at, 0.0), (at, 50.0), (0.0, 50.0)] }
    }

    #[test]
    fn shapes_are_saved_in_their_order_by_one_request() {
        let product: ProductCode = "casting".parse().unwrap();
        let drawn = [
            shape(AreaEffect::Inspect, 10.0),
            shape(AreaEffect::Inspect, 20.0),
            shape(AreaEffect::Ignore, 30.0),
        ];
        for replaces in [false, true] {
            let saved = request(&product, &drawn, replaces);
            assert_eq!(saved.clear, replaces);
            let expected = drawn.iter().map(|one| {
                (one.effect, DrawnShape::Polygon(one.corners.clone(), AreaUnit::Percent))
            });
            assert_eq!(saved.shapes, expected.collect::<Vec<_>>());
        }
        // The whole picture again.
        let whole = restored(&product, &ProductArea::default());
        assert_eq!(whole, Some(request(&product, &[], true)));
    }

    #[test]
    fn a_rectangle_is_its_corners_in_percent() {
        let rect = RectPx { x: 10, y: 20, width: 30, height: 40 };
        let expected = [(10.0, 40.0), (40.0, 40.0), (40.0, 120.0), (10.0, 120.0)];
        assert_eq!(rectangle_in_percent(rect, vec2(100.0, 50.0)), expected);
    }
}
