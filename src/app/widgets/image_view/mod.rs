//! The one widget that shows pictures of parts, with zoom, pan and the anomaly map over them.
//!
//! A [`Picture`] is copied to the graphics card once. What a person then moves (threshold,
//! opacity, colours, zoom) goes to the shader as a few numbers a frame; nothing is computed or
//! copied anew. Views that are given the same [`Camera`] move together.

mod camera;
pub(crate) mod controls;
mod gpu;
mod look;
mod picture;
pub(crate) mod rectangle;
mod regions;
#[cfg(test)]
pub(crate) mod tests;
mod tile;

use eframe::egui_wgpu::Callback;
use egui::{Key, Pos2, Rangef, Rect, Response, Role, Sense, Spinner, Vec2, WidgetInfo};

pub(crate) use camera::{Camera, Screen, same_shape};
pub(crate) use gpu::Gpu;
pub(crate) use look::{Heat, Look};
pub(crate) use picture::Picture;

use camera::Placement;

use crate::words::Words;
use fettle_domain::Region;

/// Zoom for each point the wheel turns.
const WHEEL: f32 = 1.0 / 200.0;

/// One picture of those that lie over each other in a view.
pub(crate) struct Layer<'a> {
    pub(crate) picture: &'a mut Picture,
    /// How its map is painted; `None`: not.
    pub(crate) heat: Option<Heat>,
    /// Which share of the view's width it has: 0 is the left edge, 1 the right one.
    pub(crate) span: Rangef,
}

impl<'a> Layer<'a> {
    /// All of the view, without a map.
    pub(crate) fn plain(picture: &'a mut Picture) -> Self {
        Self { picture, heat: None, span: Rangef::new(0.0, 1.0) }
    }
}

/// What lies in a view.
pub(crate) struct Layers<'a> {
    /// All are drawn as large as this, in pixels of the part.
    pub(crate) size: Vec2,
    pub(crate) layers: Vec<Layer<'a>>,
    /// Regions to be looked at by a double click, and outlined where the look says so.
    pub(crate) regions: &'a [Region],
    /// What it is, for a screen reader.
    pub(crate) label: String,
}

/// The pixel under the cursor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pixel {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) rgb: [u8; 3],
    pub(crate) score: Option<f32>,
}

/// What a view has to say.
pub(crate) struct ImageResponse {
    pub(crate) response: Response,
    pub(crate) screen: Screen,
    pub(crate) pixel: Option<Pixel>,
}

/// Draws `layers` in `size` points and lets the mouse move `camera`.
pub(crate) fn show(
    ui: &mut egui::Ui,
    words: Words,
    size: Vec2,
    mut layers: Layers<'_>,
    camera: &mut Camera,
) -> ImageResponse {
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &layers.label));
    let pixels_per_point = ui.ctx().pixels_per_point();
    let on = Screen { rect, pixels_per_point, image: layers.size };
    steer(ui, &response, &on, layers.regions, camera);
    let placed = camera.place(&on);

    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0.0, ui.visuals().extreme_bg_color);
    let Some(gpu) = Gpu::of(ui.ctx()) else {
        let text = words.text("picture-no-graphics");
        let font = egui::TextStyle::Body.resolve(ui.style());
        let colour = ui.visuals().error_fg_color;
        painter.text(rect.center(), egui::Align2::CENTER_CENTER, text, font, colour);
        return ImageResponse { response, screen: on, pixel: None };
    };
    let mut complete = true;
    for layer in &mut layers.layers {
        complete &= layer.picture.advance(&gpu, ui.ctx());
        let part = |share: f32| rect.left() + rect.width() * share;
        let clip = rect.with_min_x(part(layer.span.min)).with_max_x(part(layer.span.max));
        let scale = placed.zoom * layers.size / layer.picture.size().max(Vec2::splat(1.0));
        let in_pixels = clip * pixels_per_point;
        let tiles = layer.picture.draw(&gpu, placed.origin, scale, in_pixels, layer.heat.as_ref());
        let draw = gpu::Draw { gpu: gpu.clone(), tiles };
        painter.with_clip_rect(clip).add(Callback::new_paint_callback(rect, draw));
    }
    let outlined =
        layers.layers.iter().any(|layer| layer.heat.is_some_and(|heat| heat.look.regions));
    if outlined {
        painter.extend(regions::outlines(layers.regions, placed));
    }
    if !complete {
        Spinner::new().paint_at(ui, Rect::from_center_size(rect.center(), Vec2::splat(40.0)));
    }
    let pixel = response.hover_pos().and_then(|at| pixel(&layers, placed, rect, at));
    ImageResponse { response, screen: on, pixel }
}

/// Copies `picture` to the card, piece by piece; whether all of it is there.
pub(crate) fn prepare(ctx: &egui::Context, picture: &mut Picture) -> bool {
    Gpu::of(ctx).is_some_and(|gpu| picture.advance(&gpu, ctx))
}

/// Paints what was prepared of `picture` over all of `rect`, where something else steers.
pub(crate) fn paint(ui: &egui::Ui, picture: &Picture, rect: Rect) {
    let Some(gpu) = Gpu::of(ui.ctx()) else { return };
    let pixels_per_point = ui.ctx().pixels_per_point();
    let on_screen = rect * pixels_per_point;
    let scale = on_screen.size() / picture.size().max(Vec2::splat(1.0));
    let clip = ui.clip_rect().intersect(rect);
    let tiles = picture.draw(&gpu, on_screen.min, scale, clip * pixels_per_point, None);
    let draw = gpu::Draw { gpu, tiles };
    ui.painter().with_clip_rect(clip).add(Callback::new_paint_callback(rect, draw));
}

/// Wheel, pinch, drag, double click and F.
fn steer(
    ui: &egui::Ui,
    response: &egui::Response,
    on: &Screen,
    regions: &[Region],
    camera: &mut Camera,
) {
    if response.dragged() {
        camera.pan(on, response.drag_delta());
    }
    let Some(cursor) = response.hover_pos() else { return };
    let (zoom, wheel, fit) = ui.input(|input| {
        (input.zoom_delta(), input.smooth_scroll_delta().y, input.key_pressed(Key::F))
    });
    let factor = zoom * (wheel * WHEEL).exp();
    if factor != 1.0 {
        camera.zoom_at(on, cursor, factor);
    }
    if fit && !ui.ctx().text_edit_focused() {
        camera.fit();
    }
    if response.double_clicked() {
        match regions::region_at(regions, camera.place(on).to_image(cursor)) {
            Some(region) if camera.fits() => camera.look_at(region.rect_in_image),
            None if camera.fits() => camera.real_size(on, cursor),
            _ => camera.fit(),
        }
    }
}

/// What the layer under the cursor shows there.
fn pixel(layers: &Layers<'_>, placed: Placement, rect: Rect, at: Pos2) -> Option<Pixel> {
    let share = (at.x - rect.left()) / rect.width().max(1.0);
    let layer = layers.layers.iter().rev().find(|layer| layer.span.contains(share))?;
    let inside = placed.to_image(at).to_vec2() / layers.size * layer.picture.size();
    if inside.min_elem() < 0.0 {
        return None;
    }
    let (x, y) = (inside.x as u32, inside.y as u32);
    let rgb = layer.picture.colour(x, y)?;
    Some(Pixel { x, y, rgb, score: layer.picture.score(x, y) })
}
