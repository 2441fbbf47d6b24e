//! Pan and zoom of an image. Views that share a [`Camera`] move together.

use egui::{Pos2, Rect, Vec2, pos2};

use fettle_domain::RectPx;

/// Highest zoom, in screen pixels per image pixel.
const MAX_ZOOM: f32 = 64.0;
/// Highest zoom at which a region is framed.
const MAX_REGION_ZOOM: f32 = 16.0;
/// Share of the view's width or height that a framed region takes.
const REGION_SHARE: f32 = 0.4;
/// Largest relative difference of aspect ratios at which two images share a camera.
const ASPECT_TOLERANCE: f32 = 0.02;

/// Whether images of these sizes have the same aspect ratio, within the tolerance.
pub(crate) fn same_aspect(one: Vec2, other: Vec2) -> bool {
    let ratio = |size: Vec2| size.x / size.y.max(1.0);
    (ratio(one) / ratio(other) - 1.0).abs() < ASPECT_TOLERANCE
}

/// The viewport an image is drawn into, and the size of the image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Screen {
    /// The viewport, in points.
    pub(crate) rect: Rect,
    pub(crate) pixels_per_point: f32,
    /// Width and height of the image, in its pixels.
    pub(crate) image: Vec2,
}

impl Screen {
    /// Size of the viewport, in screen pixels.
    fn size(&self) -> Vec2 {
        self.rect.size() * self.pixels_per_point
    }

    /// The zoom at which the whole image fits.
    fn fit(&self) -> f32 {
        let zoom = self.size() / self.image.max(Vec2::splat(1.0));
        zoom.min_elem().clamp(1e-4, MAX_ZOOM)
    }
}

/// What the camera frames.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
enum Framing {
    /// The whole image.
    #[default]
    Fit,
    /// A region with its surroundings.
    Region(RectPx),
    /// `centre` of the image in the middle, at `zoom` screen pixels per image pixel.
    At { centre: Pos2, zoom: f32 },
}

/// A camera over an image, in image coordinates: (0, 0) is the upper left corner of the first
/// pixel. Starts with the whole image in view.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Camera(Framing);

impl Camera {
    /// Frames the whole image, also when the view is resized.
    pub(crate) fn fit(&mut self) {
        self.0 = Framing::Fit;
    }

    /// Frames `region`.
    pub(crate) fn zoom_to(&mut self, region: RectPx) {
        self.0 = Framing::Region(region);
    }

    /// Zooms to one screen pixel per image pixel around the screen point `around`.
    pub(crate) fn real_size(&mut self, on: &Screen, around: Pos2) {
        let zoom = self.place(on).zoom;
        self.zoom_at(on, around, 1.0 / zoom);
    }

    /// Whether the whole image is framed.
    pub(crate) fn fits(&self) -> bool {
        self.0 == Framing::Fit
    }

    /// Multiplies the zoom by `factor`. The point of the image under `cursor` stays there.
    pub(crate) fn zoom_at(&mut self, on: &Screen, cursor: Pos2, factor: f32) {
        let (centre, before) = self.resolve(on);
        let fit = on.fit();
        let zoom = (before * factor).clamp(fit.min(1.0), MAX_ZOOM);
        if factor < 1.0 && zoom <= fit && fit <= 1.0 {
            self.fit();
            return;
        }
        let from_middle = (cursor - on.rect.center()) * on.pixels_per_point;
        self.0 = Framing::At { centre: centre + from_middle / before - from_middle / zoom, zoom };
    }

    /// Moves the image by `points`. The centre of the view stays inside the image.
    pub(crate) fn pan(&mut self, on: &Screen, points: Vec2) {
        let (centre, zoom) = self.resolve(on);
        let moved = centre - points * on.pixels_per_point / zoom;
        let centre = moved.clamp(Pos2::ZERO, on.image.to_pos2());
        self.0 = Framing::At { centre, zoom };
    }

    /// Where the image lies on the screen. Its corner is rounded to a whole screen pixel, so that
    /// at 1:1 image pixels and screen pixels coincide.
    pub(crate) fn place(&self, on: &Screen) -> Placement {
        let (centre, zoom) = self.resolve(on);
        let middle = on.rect.center().to_vec2() * on.pixels_per_point;
        let origin = (middle - centre.to_vec2() * zoom).round().to_pos2();
        Placement { origin, zoom, pixels_per_point: on.pixels_per_point }
    }

    /// Centre and zoom on this viewport.
    fn resolve(&self, on: &Screen) -> (Pos2, f32) {
        match self.0 {
            Framing::Fit => ((on.image / 2.0).to_pos2(), on.fit()),
            Framing::At { centre, zoom } => (centre, zoom),
            Framing::Region(RectPx { x, y, width, height }) => {
                let size = egui::vec2(width as f32, height as f32);
                let zoom = (on.size() * REGION_SHARE / size.max(Vec2::splat(1.0))).min_elem();
                let fit = on.fit();
                let centre = pos2(x as f32, y as f32) + size / 2.0;
                (centre, zoom.clamp(fit, MAX_REGION_ZOOM.max(fit)))
            }
        }
    }
}

/// The position of an image on the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Placement {
    /// Upper left corner of the image, in screen pixels.
    pub(crate) origin: Pos2,
    /// Screen pixels per image pixel.
    pub(crate) zoom: f32,
    pixels_per_point: f32,
}

impl Placement {
    /// Converts a screen position in points to image pixels.
    pub(crate) fn to_image(self, at: Pos2) -> Pos2 {
        ((at.to_vec2() * self.pixels_per_point - self.origin.to_vec2()) / self.zoom).to_pos2()
    }

    /// Converts a position in image pixels to screen points.
    pub(crate) fn to_screen(self, at: Pos2) -> Pos2 {
        ((at.to_vec2() * self.zoom + self.origin.to_vec2()) / self.pixels_per_point).to_pos2()
    }
}

#[cfg(test)]
mod tests {
    use egui::vec2;

    use super::*;

    /// 600 × 400 points on a screen of 1.5 pixels a point.
    fn screen(width: f32, height: f32) -> Screen {
        let rect = Rect::from_min_size(pos2(32.0, 16.0), vec2(600.0, 400.0));
        Screen { rect, pixels_per_point: 1.5, image: vec2(width, height) }
    }

    #[test]
    fn fit_shows_all_of_the_image_in_the_middle() {
        for (width, height, zoom) in [(1800.0, 600.0, 0.5), (450.0, 300.0, 2.0), (60.0, 600.0, 1.0)]
        {
            let on = screen(width, height);
            let placed = Camera::default().place(&on);
            assert_eq!(placed.zoom, zoom, "{width} × {height}");
            let shown = Rect::from_min_max(
                placed.to_screen(Pos2::ZERO),
                placed.to_screen(pos2(width, height)),
            );
            assert!(on.rect.expand(1.0).contains_rect(shown), "{shown:?}");
            assert!((shown.center() - on.rect.center()).length() < 1.0, "{shown:?}");
        }
    }

    #[test]
    fn real_size_is_a_pixel_for_a_pixel_and_whole() {
        for (width, height) in [(4000.0, 3000.0), (101.0, 77.0)] {
            let on = screen(width, height);
            let mut camera = Camera::default();
            camera.real_size(&on, on.rect.center());
            let placed = camera.place(&on);
            assert_eq!(placed.zoom, 1.0);
            assert_eq!(placed.origin, placed.origin.round());
            camera.fit();
            assert_eq!(camera.place(&on), Camera::default().place(&on));
        }
    }

    #[test]
    fn zoom_keeps_the_point_under_the_cursor() {
        let on = screen(2000.0, 1500.0);
        for cursor in [pos2(331.0, 217.0), pos2(150.0, 60.0), pos2(600.0, 400.0)] {
            let mut camera = Camera::default();
            let held = camera.place(&on).to_image(cursor);
            for factor in [1.3, 2.0, 5.0, 0.5, 1.1, 0.7] {
                camera.zoom_at(&on, cursor, factor);
                let away = camera.place(&on).to_screen(held) - cursor;
                // The image's corner is on a whole pixel of the screen: half of one either way.
                assert!(
                    away.abs().max_elem() <= 0.5 / 1.5 + 0.01,
                    "{cursor:?}, {factor}: {away:?}"
                );
            }
        }
    }

    #[test]
    fn zoom_ends_at_the_whole_image_and_at_single_pixels() {
        let on = screen(2000.0, 1500.0);
        let mut camera = Camera::default();
        camera.zoom_at(&on, on.rect.center(), 1e6);
        assert_eq!(camera.place(&on).zoom, MAX_ZOOM);
        camera.zoom_at(&on, on.rect.left_top(), 1e-6);
        assert!(camera.fits());
    }

    #[test]
    fn pan_moves_by_points_and_stays_on_the_image() {
        let on = screen(2000.0, 1500.0);
        let mut camera = Camera::default();
        camera.real_size(&on, on.rect.center());
        let before = camera.place(&on).origin;
        camera.pan(&on, vec2(-40.0, 20.0));
        assert_eq!(camera.place(&on).origin, before + vec2(-60.0, 30.0));
        camera.pan(&on, vec2(-1e6, 1e6));
        assert_eq!(camera.place(&on).to_image(on.rect.center()).round(), pos2(2000.0, 0.0));
    }

    #[test]
    fn a_region_is_looked_at_in_the_middle_and_large() {
        let on = screen(4000.0, 3000.0);
        let mut camera = Camera::default();
        camera.zoom_to(RectPx { x: 3000, y: 200, width: 100, height: 60 });
        let placed = camera.place(&on);
        let middle = placed.to_image(on.rect.center());
        assert!((middle - pos2(3050.0, 230.0)).length() < 1.0, "{middle:?}");
        assert_eq!(placed.zoom, 600.0 * 1.5 * REGION_SHARE / 100.0);
    }
}
