//! A part and what it is compared with: alone, beside, under a divider, in turns, as difference.

use egui::{CursorIcon, Rangef, Rect, Sense, Stroke, Vec2, WidgetInfo, vec2};
use serde::{Deserialize, Serialize};

use super::image_view::{self, Camera, Heat, ImageResponse, Layer, Layers, Picture, Pixel, Screen};
use crate::words::Words;
use fettle_domain::{RectPx, Region};
use fettle_i18n::Value;

/// Each picture is shown for so long while they blink, in seconds.
const BLINK_S: f64 = 0.6;
/// Width of what is taken hold of to move the divider, in points.
const HANDLE: f32 = 14.0;

/// How two pictures are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    #[default]
    Part,
    Beside,
    Swipe,
    Blink,
    Difference,
}

impl Mode {
    const ALL: [Self; 5] = [Self::Part, Self::Beside, Self::Swipe, Self::Blink, Self::Difference];

    /// The id of its message.
    fn label(self) -> &'static str {
        match self {
            Self::Part => "picture-part",
            Self::Beside => "picture-beside",
            Self::Swipe => "picture-swipe",
            Self::Blink => "picture-blink",
            Self::Difference => "picture-difference",
        }
    }
}

/// What is compared.
pub(crate) struct Sides<'a> {
    pub(crate) part: &'a mut Picture,
    /// How the part's map is painted.
    pub(crate) heat: Option<Heat>,
    pub(crate) regions: &'a [Region],
    /// A normal part, laid over the part.
    pub(crate) normal: Option<&'a mut Picture>,
    /// How they differ: black not, white much.
    pub(crate) difference: Option<&'a mut Picture>,
}

impl Sides<'_> {
    fn has(&self, mode: Mode) -> bool {
        match mode {
            Mode::Part => true,
            Mode::Beside | Mode::Swipe | Mode::Blink => self.normal.is_some(),
            Mode::Difference => self.difference.is_some(),
        }
    }
}

/// Where a comparison is looked at.
pub(crate) struct Comparison {
    camera: Camera,
    /// Where the divider is: 0 at the left edge, 1 at the right one.
    divider: f32,
    /// Where a view was last drawn.
    screen: Option<Screen>,
}

impl Default for Comparison {
    fn default() -> Self {
        Self { camera: Camera::default(), divider: 0.5, screen: None }
    }
}

impl Comparison {
    /// Shows `region` large.
    pub(crate) fn look_at(&mut self, region: RectPx) {
        self.camera.look_at(region);
    }

    /// Draws the choice of mode and of size into the row under way.
    pub(crate) fn choices(
        &mut self,
        ui: &mut egui::Ui,
        words: Words,
        mode: &mut Mode,
        sides: &Sides<'_>,
    ) {
        for one in Mode::ALL {
            let button = egui::Button::selectable(*mode == one, words.text(one.label()));
            if ui.add_enabled(sides.has(one), button).clicked() {
                *mode = one;
            }
        }
        ui.separator();
        let fit = egui::Button::selectable(self.camera.fits(), words.text("picture-fit"));
        if ui.add(fit).on_hover_text("F").clicked() {
            self.camera.fit();
        }
        if ui.button(words.text("picture-real-size")).clicked()
            && let Some(screen) = &self.screen
        {
            self.camera.real_size(screen, screen.rect.center());
        }
    }

    /// Draws the pictures into the room there is, and below them what is under the cursor; where
    /// the pictures are, and the pixel of the part that was clicked.
    pub(crate) fn show(
        &mut self,
        ui: &mut egui::Ui,
        words: Words,
        mode: Mode,
        sides: Sides<'_>,
    ) -> (Rect, Option<Pixel>) {
        let mode = if sides.has(mode) { mode } else { Mode::Part };
        let size = sides.part.size();
        let line = ui.spacing().interact_size.y + ui.spacing().item_spacing.y;
        let room = (ui.available_size() - vec2(0.0, line)).max(Vec2::splat(1.0));
        let Sides { part, heat, regions, normal, difference } = sides;
        let part = Layer { heat, ..Layer::plain(part) };
        let mut seen = "picture-part";
        let views = match (mode, normal, difference) {
            (Mode::Beside, Some(normal), _) => {
                vec![("picture-part", vec![part]), ("picture-normal", vec![Layer::plain(normal)])]
            }
            (Mode::Swipe, Some(normal), _) => {
                let span = Rangef::new(0.0, self.divider);
                let normal = Layer { span, ..Layer::plain(normal) };
                let part = Layer { span: Rangef::new(self.divider, 1.0), ..part };
                vec![("picture-swipe", vec![normal, part])]
            }
            (Mode::Blink, Some(normal), _) => {
                let time = ui.input(|input| input.time) / BLINK_S;
                let left = (1.0 - time.fract()) * BLINK_S;
                ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(left));
                if time % 2.0 < 1.0 {
                    vec![("picture-part", vec![part])]
                } else {
                    seen = "picture-normal";
                    vec![("picture-normal", vec![Layer::plain(normal)])]
                }
            }
            (Mode::Difference, _, Some(difference)) => {
                seen = "picture-difference";
                vec![("picture-difference", vec![Layer::plain(difference)])]
            }
            _ => vec![("picture-part", vec![part])],
        };
        let gap = ui.spacing().item_spacing.x;
        let count = views.len().max(1) as f32;
        let each = vec2((room.x - gap * (count - 1.0)) / count, room.y);
        let mut pixel = None;
        let camera = &mut self.camera;
        let responses: Vec<ImageResponse> = ui
            .horizontal(|ui| {
                let one = |(label, layers): (&str, Vec<Layer<'_>>)| {
                    let label = words.text(label);
                    let layers = Layers { size, layers, regions, label };
                    image_view::show(ui, words, each, layers, camera)
                };
                views.into_iter().map(one).collect()
            })
            .inner;
        let mut drawn = Rect::NOTHING;
        for view in &responses {
            drawn |= view.response.rect;
            pixel = pixel.or(view.pixel);
            self.screen = Some(view.screen);
        }
        if let (Mode::Swipe, Some(view)) = (mode, responses.first()) {
            self.divide(ui, words, view);
        }
        ui.horizontal(|ui| {
            ui.weak(words.text(seen));
            let zoom = self.screen.map_or(1.0, |screen| self.camera.place(&screen).zoom);
            ui.monospace(readout(words, zoom, pixel));
        });
        // Where two are side by side the part is the first; where they share a place, one pixel
        // of each lies over one of the other.
        let part = responses.first().filter(|part| part.response.clicked());
        (drawn, part.and_then(|part| part.pixel))
    }

    /// The divider of the swipe.
    fn divide(&mut self, ui: &egui::Ui, words: Words, view: &ImageResponse) {
        let rect = view.response.rect;
        let x = rect.left() + rect.width() * self.divider;
        let handle = Rect::from_x_y_ranges(Rangef::point(x).expand(HANDLE / 2.0), rect.y_range());
        let held = ui.interact(handle, view.response.id.with("divider"), Sense::drag());
        let held = held.on_hover_and_drag_cursor(CursorIcon::ResizeHorizontal);
        if let Some(at) = held.interact_pointer_pos() {
            self.divider = ((at.x - rect.left()) / rect.width().max(1.0)).clamp(0.0, 1.0);
        }
        held.widget_info(|| {
            WidgetInfo::slider(true, self.divider.into(), words.text("picture-divider"))
        });
        let painter = ui.painter_at(rect);
        let [line, around] = [egui::Color32::WHITE, egui::Color32::BLACK];
        painter.vline(x, rect.y_range(), Stroke::new(4.0, around));
        painter.vline(x, rect.y_range(), Stroke::new(2.0, line));
        painter.circle(
            egui::pos2(x, rect.center().y),
            HANDLE / 2.0,
            line,
            Stroke::new(1.5, around),
        );
    }
}

/// Zoom and what is under the cursor.
fn readout(words: Words, zoom: f32, pixel: Option<Pixel>) -> String {
    let percent = Value::Number { value: f64::from(zoom * 100.0), digits: 0 };
    let zoom = words.with("picture-zoom", &[("percent", percent)]);
    let Some(Pixel { x, y, rgb: [r, g, b], score }) = pixel else { return zoom };
    let values = [
        ("x", Value::from(x)),
        ("y", y.into()),
        ("r", u32::from(r).into()),
        ("g", u32::from(g).into()),
        ("b", u32::from(b).into()),
    ];
    let mut line = format!("{zoom} · {}", words.with("picture-pixel", &values));
    if let Some(score) = score {
        line = format!("{line} · {}", words.with("picture-score", &[("score", score.into())]));
    }
    line
}

#[cfg(test)]
mod tests;
