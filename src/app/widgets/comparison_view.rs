//! A part compared with a normal part: side by side, with a swipe divider, blinking, or as their
//! difference.

use egui::{CursorIcon, Label, Rangef, Rect, RichText, Sense, Stroke, Vec2, WidgetInfo, vec2};

use super::combo_box::{MIN_WIDTH, labelled_combo};
use super::image_view::rectangle::paint_rect;
use super::image_view::{
    self, Camera, Heatmap, ImageResponse, Layer, Layers, Picture, Pixel, Placement, Screen,
};
use crate::localizer::Localizer;
use crate::view_state::ComparisonMode;
use fettle_domain::{RectPx, Region};
use fettle_i18n::Value;

/// How long each picture is shown while they blink, in seconds.
const BLINK_S: f64 = 0.6;
/// Width of the divider's handle, in points.
const HANDLE_WIDTH: f32 = 14.0;
/// Width below which the modes are a list to choose from rather than buttons, in points.
const MIN_BUTTONS_WIDTH: f32 = 900.0;
/// Height below which pictures have no status line below them, in points.
const MIN_STATUS_HEIGHT: f32 = 360.0;

/// The pictures to compare.
pub(crate) struct ComparedPictures<'a> {
    pub(crate) part: &'a mut Picture,
    /// The heatmap over the part.
    pub(crate) heatmap: Option<Heatmap>,
    pub(crate) regions: &'a [Region],
    /// A normal part, aligned with the part.
    pub(crate) normal: Option<&'a mut Picture>,
    /// The difference of both: black where they are equal, white where they differ most.
    pub(crate) difference: Option<&'a mut Picture>,
    /// A known defect, which takes the place of the normal part beside the part.
    pub(crate) known: Option<KnownPicture<'a>>,
}

/// The picture of a known defect.
pub(crate) struct KnownPicture<'a> {
    pub(crate) picture: &'a mut Picture,
    /// The marked defect, in pixels of the picture.
    pub(crate) region: Option<RectPx>,
    /// The defect's name.
    pub(crate) name: String,
}

/// A picture of a view, and what sets it apart from the others.
struct View<'a> {
    label: String,
    layers: Vec<Layer<'a>>,
    /// The size of the picture and its mark, where it is a known defect, which is another photograph.
    known: Option<(Vec2, Option<RectPx>)>,
}

impl<'a> View<'a> {
    fn new(label: String, layers: Vec<Layer<'a>>) -> Self {
        Self { label, layers, known: None }
    }
}

impl ComparedPictures<'_> {
    fn supports(&self, mode: ComparisonMode) -> bool {
        match mode {
            ComparisonMode::Part => true,
            ComparisonMode::Beside => self.normal.is_some() || self.known.is_some(),
            ComparisonMode::Swipe | ComparisonMode::Blink => self.normal.is_some(),
            ComparisonMode::Difference => self.difference.is_some(),
        }
    }
}

/// What a comparison drew.
pub(crate) struct ShownPictures {
    /// Where the pictures are.
    pub(crate) rect: Rect,
    /// The view of the part, or of a picture whose pixels coincide with the part's.
    pub(crate) part: Option<ImageResponse>,
}

impl ShownPictures {
    /// The pixel of the part that was clicked.
    pub(crate) fn clicked(&self) -> Option<Pixel> {
        let part = self.part.as_ref().filter(|part| part.response.clicked());
        part.and_then(|part| part.pixel)
    }
}

/// Camera and divider of a comparison.
pub(crate) struct ComparisonView {
    camera: Camera,
    /// The camera of a known defect beside the part.
    known_camera: Camera,
    /// Position of the swipe divider: 0 at the left edge, 1 at the right edge.
    divider: f32,
    /// Where the last frame drew a picture.
    screen: Option<Screen>,
}

impl Default for ComparisonView {
    fn default() -> Self {
        let (camera, known_camera) = (Camera::default(), Camera::default());
        Self { camera, known_camera, divider: 0.5, screen: None }
    }
}

impl ComparisonView {
    /// Zooms to `region` of the part.
    pub(crate) fn zoom_to(&mut self, region: RectPx) {
        self.camera.zoom_to(region);
    }

    /// Adds the buttons for mode and zoom to the current row.
    pub(crate) fn toolbar(
        &mut self,
        ui: &mut egui::Ui,
        localizer: Localizer,
        mode: &mut ComparisonMode,
        pictures: &ComparedPictures<'_>,
    ) {
        let choices = |ui: &mut egui::Ui, mode: &mut ComparisonMode| {
            for one in ComparisonMode::ALL {
                let button = egui::Button::selectable(*mode == one, localizer.text(one.label()));
                if ui.add_enabled(pictures.supports(one), button).clicked() {
                    *mode = one;
                }
            }
        };
        if ui.available_size_before_wrap().x < MIN_BUTTONS_WIDTH {
            let (name, shown) = (localizer.text("picture-compare"), localizer.text(mode.label()));
            labelled_combo(ui, &name, shown, MIN_WIDTH, |ui| choices(ui, mode));
        } else {
            choices(ui, mode);
        }
        ui.separator();
        let fit = egui::Button::selectable(self.camera.fits(), localizer.text("picture-fit"));
        if ui.add(fit).on_hover_text("F").clicked() {
            self.camera.fit();
        }
        if ui.button(localizer.text("picture-real-size")).clicked()
            && let Some(screen) = &self.screen
        {
            self.camera.real_size(screen, screen.rect.center());
        }
    }

    /// The position of the part in `view`.
    pub(crate) fn placed(&self, view: &ImageResponse) -> Placement {
        self.camera.place(&view.screen)
    }

    /// Shows the pictures in the space left and a status line below.
    pub(crate) fn show(
        &mut self,
        ui: &mut egui::Ui,
        localizer: Localizer,
        mode: ComparisonMode,
        pictures: ComparedPictures<'_>,
    ) -> ShownPictures {
        let mode = if pictures.supports(mode) { mode } else { ComparisonMode::Part };
        let size = pictures.part.size();
        let has_status = ui.available_height() >= MIN_STATUS_HEIGHT;
        let line = ui.spacing().interact_size.y + ui.spacing().item_spacing.y;
        let line = if has_status { line } else { 0.0 };
        let room = (ui.available_size() - vec2(0.0, line)).max(Vec2::splat(1.0));
        let ComparedPictures { part, heatmap, regions, normal, difference, known } = pictures;
        let part = Layer { heatmap, ..Layer::plain(part) };
        let mut shown = "picture-part";
        let view = |id, layers| View::new(localizer.text(id), layers);
        let views = match (mode, normal, difference) {
            (ComparisonMode::Beside, normal, _) => {
                let mut views = vec![view("picture-part", vec![part])];
                match (known, normal) {
                    (Some(KnownPicture { picture, region, name }), _) => {
                        let known = Some((picture.size(), region));
                        views.push(View { known, ..View::new(name, vec![Layer::plain(picture)]) });
                    }
                    (None, Some(normal)) => {
                        views.push(view("picture-normal", vec![Layer::plain(normal)]));
                    }
                    (None, None) => {}
                }
                views
            }
            (ComparisonMode::Swipe, Some(normal), _) => {
                let span = Rangef::new(0.0, self.divider);
                let normal = Layer { span, ..Layer::plain(normal) };
                let part = Layer { span: Rangef::new(self.divider, 1.0), ..part };
                vec![view("picture-swipe", vec![normal, part])]
            }
            (ComparisonMode::Blink, Some(normal), _) => {
                let time = ui.input(|input| input.time) / BLINK_S;
                let left = (1.0 - time.fract()) * BLINK_S;
                ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(left));
                if time % 2.0 < 1.0 {
                    vec![view("picture-part", vec![part])]
                } else {
                    shown = "picture-normal";
                    vec![view("picture-normal", vec![Layer::plain(normal)])]
                }
            }
            (ComparisonMode::Difference, _, Some(difference)) => {
                shown = "picture-difference";
                vec![view("picture-difference", vec![Layer::plain(difference)])]
            }
            _ => vec![view("picture-part", vec![part])],
        };
        let gap = ui.spacing().item_spacing.x;
        let count = views.len().max(1) as f32;
        let each = vec2((room.x - gap * (count - 1.0)) / count, room.y);
        let mut pixel = None;
        let (camera, known_camera) = (&mut self.camera, &mut self.known_camera);
        let responses: Vec<ImageResponse> = ui
            .horizontal(|ui| {
                let one = |View { label, layers, known }: View<'_>| {
                    let Some((size, mark)) = known else {
                        let layers = Layers { size, layers, regions, label };
                        return image_view::show(ui, localizer, each, layers, camera);
                    };
                    let layers = Layers { size, layers, regions: &[], label };
                    let view = image_view::show(ui, localizer, each, layers, known_camera);
                    if let Some(mark) = mark {
                        paint_rect(ui, &view, known_camera, mark);
                    }
                    view
                };
                views.into_iter().map(one).collect()
            })
            .inner;
        let mut drawn = Rect::NOTHING;
        for view in &responses {
            drawn |= view.response.rect;
            pixel = pixel.or(view.pixel);
        }
        self.screen = responses.first().map(|view| view.screen);
        if let (ComparisonMode::Swipe, Some(view)) = (mode, responses.first()) {
            self.swipe_divider(ui, localizer, view);
        }
        if has_status {
            ui.horizontal(|ui| {
                ui.weak(localizer.text(shown));
                let zoom = self.screen.map_or(1.0, |screen| self.camera.place(&screen).zoom);
                ui.add(
                    Label::new(RichText::new(status_line(localizer, zoom, pixel)).monospace())
                        .truncate(),
                );
            });
        }
        // Side by side, the part is the first picture; layered, the pixels of both coincide.
        ShownPictures { rect: drawn, part: responses.into_iter().next() }
    }

    /// Shows `picture` alone in a view of `size` points, with the camera of the part.
    pub(crate) fn show_one(
        &mut self,
        ui: &mut egui::Ui,
        localizer: Localizer,
        (room, size): (Vec2, Vec2),
        picture: &mut Picture,
        label: String,
    ) {
        let layers = Layers { size, layers: vec![Layer::plain(picture)], regions: &[], label };
        image_view::show(ui, localizer, room, layers, &mut self.camera);
    }

    /// Shows a known defect alone in a view of `room` points.
    pub(crate) fn show_known(
        &mut self,
        ui: &mut egui::Ui,
        localizer: Localizer,
        room: Vec2,
        KnownPicture { picture, region, name }: KnownPicture<'_>,
    ) {
        let size = picture.size();
        let layers =
            Layers { size, layers: vec![Layer::plain(picture)], regions: &[], label: name };
        let view = image_view::show(ui, localizer, room, layers, &mut self.known_camera);
        if let Some(region) = region {
            paint_rect(ui, &view, &self.known_camera, region);
        }
    }

    /// Draws the swipe divider and lets the mouse move it.
    fn swipe_divider(&mut self, ui: &egui::Ui, localizer: Localizer, view: &ImageResponse) {
        let rect = view.response.rect;
        let x = rect.left() + rect.width() * self.divider;
        let bar =
            Rect::from_x_y_ranges(Rangef::point(x).expand(HANDLE_WIDTH / 2.0), rect.y_range());
        let handle = ui.interact(bar, view.response.id.with("divider"), Sense::drag());
        let handle = handle.on_hover_and_drag_cursor(CursorIcon::ResizeHorizontal);
        if let Some(at) = handle.interact_pointer_pos() {
            self.divider = ((at.x - rect.left()) / rect.width().max(1.0)).clamp(0.0, 1.0);
        }
        handle.widget_info(|| {
            WidgetInfo::slider(true, self.divider.into(), localizer.text("picture-divider"))
        });
        let painter = ui.painter_at(rect);
        let [line, around] = [egui::Color32::WHITE, egui::Color32::BLACK];
        painter.vline(x, rect.y_range(), Stroke::new(4.0, around));
        painter.vline(x, rect.y_range(), Stroke::new(2.0, line));
        painter.circle(
            egui::pos2(x, rect.center().y),
            HANDLE_WIDTH / 2.0,
            line,
            Stroke::new(1.5, around),
        );
    }
}

/// The zoom, and position, colour and score of the pixel under the cursor.
fn status_line(localizer: Localizer, zoom: f32, pixel: Option<Pixel>) -> String {
    let percent = Value::Number { value: f64::from(zoom * 100.0), digits: 0 };
    let zoom = localizer.with("picture-zoom", &[("percent", percent)]);
    let Some(Pixel { x, y, rgb: [r, g, b], score }) = pixel else { return zoom };
    let values = [
        ("x", Value::from(x)),
        ("y", y.into()),
        ("r", u32::from(r).into()),
        ("g", u32::from(g).into()),
        ("b", u32::from(b).into()),
    ];
    let mut line = format!("{zoom} · {}", localizer.with("picture-pixel", &values));
    if let Some(score) = score {
        line = format!("{line} · {}", localizer.with("picture-score", &[("score", score.into())]));
    }
    line
}

#[cfg(test)]
mod tests;
