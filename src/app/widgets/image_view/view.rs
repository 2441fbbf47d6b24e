//! The view of pictures: input, layers, heatmaps and the pixel under the cursor.

use eframe::egui_wgpu::Callback;
use egui::{Key, Pos2, Rangef, Rect, Response, Role, Sense, Spinner, Vec2, WidgetInfo};

use super::camera::{Camera, Placement, Screen};
use super::gpu::{DrawTiles, Gpu};
use super::heatmap::Heatmap;
use super::picture::Picture;
use super::region_outlines;
use crate::localizer::Localizer;
use fettle_domain::Region;

/// Logarithm of the zoom factor per point of scrolling.
const WHEEL_ZOOM: f32 = 1.0 / 200.0;

/// One of the pictures that are drawn over each other in a view.
pub(crate) struct Layer<'a> {
    pub(crate) picture: &'a mut Picture,
    /// The heatmap over the picture.
    pub(crate) heatmap: Option<Heatmap>,
    /// The part of the view's width that the layer covers: 0 is the left edge, 1 the right edge.
    pub(crate) span: Rangef,
}

impl<'a> Layer<'a> {
    /// A layer over the whole view, without a heatmap.
    pub(crate) fn plain(picture: &'a mut Picture) -> Self {
        Self { picture, heatmap: None, span: Rangef::new(0.0, 1.0) }
    }
}

/// The content of a view.
pub(crate) struct Layers<'a> {
    /// The size to which all layers are scaled, in pixels of the part.
    pub(crate) size: Vec2,
    pub(crate) layers: Vec<Layer<'a>>,
    /// Regions that a double click zooms to, outlined where the heatmap style says so.
    pub(crate) regions: &'a [Region],
    /// Label for screen readers.
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

/// The response of a view.
pub(crate) struct ImageResponse {
    pub(crate) response: Response,
    pub(crate) screen: Screen,
    /// The pixel under the cursor.
    pub(crate) pixel: Option<Pixel>,
}

/// Shows `layers` in a view of `size` points. Mouse and keyboard move `camera`.
pub(crate) fn show(
    ui: &mut egui::Ui,
    localizer: Localizer,
    size: Vec2,
    mut layers: Layers<'_>,
    camera: &mut Camera,
) -> ImageResponse {
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &layers.label));
    let pixels_per_point = ui.ctx().pixels_per_point();
    let screen = Screen { rect, pixels_per_point, image: layers.size };
    handle_input(ui, &response, &screen, layers.regions, camera);
    let placed = camera.place(&screen);

    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0.0, ui.visuals().extreme_bg_color);
    let Some(gpu) = Gpu::of(ui.ctx()) else {
        let text = localizer.text("picture-no-graphics");
        let font = egui::TextStyle::Body.resolve(ui.style());
        let colour = ui.visuals().error_fg_color;
        painter.text(rect.center(), egui::Align2::CENTER_CENTER, text, font, colour);
        return ImageResponse { response, screen, pixel: None };
    };
    let mut is_complete = true;
    for layer in &mut layers.layers {
        is_complete &= layer.picture.upload_pending(&gpu, ui.ctx());
        let part = |share: f32| rect.left() + rect.width() * share;
        let clip = rect.with_min_x(part(layer.span.min)).with_max_x(part(layer.span.max));
        let scale = placed.zoom * layers.size / layer.picture.size().max(Vec2::splat(1.0));
        let in_pixels = clip * pixels_per_point;
        let tiles =
            layer.picture.draw(&gpu, placed.origin, scale, in_pixels, layer.heatmap.as_ref());
        let draw = DrawTiles { gpu: gpu.clone(), tiles };
        painter.with_clip_rect(clip).add(Callback::new_paint_callback(rect, draw));
    }
    let shows_regions = layers
        .layers
        .iter()
        .any(|layer| layer.heatmap.is_some_and(|heatmap| heatmap.style.regions));
    if shows_regions {
        painter.extend(region_outlines::outlines(layers.regions, placed));
    }
    if !is_complete {
        Spinner::new().paint_at(ui, Rect::from_center_size(rect.center(), Vec2::splat(40.0)));
    }
    let pixel = response.hover_pos().and_then(|at| pixel_at(&layers, placed, rect, at));
    ImageResponse { response, screen, pixel }
}

/// Starts or continues to upload `picture`. Returns whether all of it is uploaded.
pub(crate) fn upload(ctx: &egui::Context, picture: &mut Picture) -> bool {
    Gpu::of(ctx).is_some_and(|gpu| picture.upload_pending(&gpu, ctx))
}

/// Paints the uploaded tiles of `picture` over `rect`, without a camera.
pub(crate) fn paint(ui: &egui::Ui, picture: &Picture, rect: Rect) {
    let Some(gpu) = Gpu::of(ui.ctx()) else { return };
    let pixels_per_point = ui.ctx().pixels_per_point();
    let on_screen = rect * pixels_per_point;
    let scale = on_screen.size() / picture.size().max(Vec2::splat(1.0));
    let clip = ui.clip_rect().intersect(rect);
    let tiles = picture.draw(&gpu, on_screen.min, scale, clip * pixels_per_point, None);
    let draw = DrawTiles { gpu, tiles };
    ui.painter().with_clip_rect(clip).add(Callback::new_paint_callback(rect, draw));
}

/// Moves the camera by wheel, pinch, drag, double click and the key F.
fn handle_input(
    ui: &egui::Ui,
    response: &egui::Response,
    screen: &Screen,
    regions: &[Region],
    camera: &mut Camera,
) {
    if response.dragged() {
        camera.pan(screen, response.drag_delta());
    }
    let Some(cursor) = response.hover_pos() else { return };
    let (zoom, wheel, fit) = ui.input(|input| {
        (input.zoom_delta(), input.smooth_scroll_delta().y, input.key_pressed(Key::F))
    });
    let factor = zoom * (wheel * WHEEL_ZOOM).exp();
    if factor != 1.0 {
        camera.zoom_at(screen, cursor, factor);
    }
    if fit && !ui.ctx().text_edit_focused() {
        camera.fit();
    }
    if response.double_clicked() {
        match region_outlines::region_at(regions, camera.place(screen).to_image(cursor)) {
            Some(region) if camera.fits() => camera.zoom_to(region.rect_in_image),
            None if camera.fits() => camera.real_size(screen, cursor),
            _ => camera.fit(),
        }
    }
}

/// The pixel of the topmost layer at the screen position `at`.
fn pixel_at(layers: &Layers<'_>, placed: Placement, rect: Rect, at: Pos2) -> Option<Pixel> {
    let share = (at.x - rect.left()) / rect.width().max(1.0);
    let layer = layers.layers.iter().rev().find(|layer| layer.span.contains(share))?;
    let inside = placed.to_image(at).to_vec2() / layers.size * layer.picture.size();
    if inside.min_elem() < 0.0 {
        return None;
    }
    let (x, y) = (inside.x as u32, inside.y as u32);
    let rgb = layer.picture.rgb(x, y)?;
    Some(Pixel { x, y, rgb, score: layer.picture.score(x, y) })
}
