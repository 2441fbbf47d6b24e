//! Rendered pixels of the image view (on lavapipe): mask, colours, tiles and outlines.

use std::sync::Arc;

use eframe::egui_wgpu::RendererOptions;
use egui::{Key, Pos2, Vec2, pos2, vec2};
use egui_kittest::wgpu::{WgpuTestRenderer, create_render_state, default_wgpu_setup};
use egui_kittest::{Harness, HarnessBuilder};
use image::{Rgb, RgbImage, RgbaImage};

use super::*;
use crate::localizer::Localizer;
use crate::view_state::{Colormap, HeatmapStyle, OverlayMode};
use fettle_domain::{AnomalyMap, HeatmapScale, Language};
use fettle_vision::heatmap;

const SCALE: HeatmapScale = HeatmapScale { low: 2.0, high: 12.0 };

/// A harness with the wgpu pipeline and Korean fonts installed.
pub(crate) fn rendering_harness<S>() -> HarnessBuilder<S> {
    let state = create_render_state(default_wgpu_setup(), RendererOptions::PREDICTABLE);
    let renderer = WgpuTestRenderer::from_render_state(state.clone());
    let fonts = egui_system_font_provider::SystemFontProvider::new().with_locale(Some("ko"));
    let setup = move |ctx: &egui::Context| {
        ctx.add_font_provider(Arc::new(fonts));
        Gpu::install(&state, ctx);
    };
    let builder = HarnessBuilder::default().renderer(renderer).with_context_setup(setup);
    builder.with_render_cursor(false).with_max_steps(30)
}

/// A picture with a gradient, and scores of which a third are whole numbers.
pub(crate) fn part(width: u32, height: u32) -> (Arc<RgbImage>, Arc<AnomalyMap>) {
    let pixels = RgbImage::from_fn(width, height, |x, y| {
        Rgb([(x * 5 % 251) as u8, (y * 7 % 241) as u8, ((x + y) % 239) as u8])
    });
    let score = |i: u32| {
        let mixed = i.wrapping_mul(2_654_435_761) >> 16;
        if mixed.is_multiple_of(3) { (mixed % 14) as f32 } else { (mixed % 14_000) as f32 / 1000.0 }
    };
    let mut scores: Vec<f32> = (0..width * height).map(score).collect();
    scores[0] = f32::NAN;
    (Arc::new(pixels), Arc::new(AnomalyMap { width, height, scores }))
}

struct Scene {
    picture: Picture,
    heatmap: Heatmap,
    camera: Camera,
    screen: Option<Screen>,
    pixel: Option<Pixel>,
}

type Drawn = Harness<'static, Scene>;

fn scene(pixels: &Arc<RgbImage>, map: &Arc<AnomalyMap>, overlay: OverlayMode) -> Scene {
    let style = HeatmapStyle { overlay, opacity: 1.0, outline: false, ..HeatmapStyle::default() };
    Scene {
        picture: Picture::new(pixels.clone()).with_map(map.clone()),
        heatmap: Heatmap { style, scale: SCALE, threshold: 7.0 },
        camera: Camera::default(),
        screen: None,
        pixel: None,
    }
}

fn draw(ui: &mut egui::Ui, scene: &mut Scene) {
    let layers = Layers {
        size: scene.picture.size(),
        layers: vec![Layer { heatmap: Some(scene.heatmap), ..Layer::plain(&mut scene.picture) }],
        regions: &[],
        label: "part".to_owned(),
    };
    let size = ui.available_size();
    let shown = show(ui, Localizer::new(Language::En), size, layers, &mut scene.camera);
    (scene.screen, scene.pixel) = (Some(shown.screen), shown.pixel);
}

fn drawn(scene: Scene) -> Drawn {
    rendering_harness().with_size(vec2(300.0, 200.0)).build_ui_state(draw, scene)
}

/// Centres the image position `at` at `zoom` screen pixels per image pixel.
fn zoom(harness: &mut Drawn, at: Pos2, zoom: f32) {
    harness.run();
    let scene = harness.state_mut();
    let screen = scene.screen.unwrap();
    let middle = screen.rect.center();
    scene.camera.real_size(&screen, middle);
    let away = middle - scene.camera.place(&screen).to_screen(at);
    scene.camera.pan(&screen, away);
    scene.camera.zoom_at(&screen, middle, zoom);
}

/// Calls `check` with the colour and the image position of each screen pixel that the image covers.
/// Returns their number.
fn each_pixel(harness: &mut Drawn, mut check: impl FnMut([u8; 3], u32, u32)) -> usize {
    harness.run();
    let picture: RgbaImage = harness.render().unwrap();
    let scene = harness.state();
    let (screen, size) = (scene.screen.unwrap(), scene.picture.size());
    let placed = scene.camera.place(&screen);
    let mut count = 0;
    for (x, y, colour) in picture.enumerate_pixels() {
        let at = pos2(x as f32 + 0.5, y as f32 + 0.5);
        let inside = placed.to_image(at);
        let on_image = inside.x >= 0.0 && inside.y >= 0.0 && inside.x < size.x && inside.y < size.y;
        if on_image && screen.rect.contains(at) {
            count += 1;
            check([colour[0], colour[1], colour[2]], inside.x as u32, inside.y as u32);
        }
    }
    count
}

fn uploads(harness: &Drawn) -> usize {
    Gpu::of(&harness.ctx).unwrap().uploads()
}

#[test]
fn the_mask_is_the_scores_above_the_threshold_pixel_for_pixel_and_nothing_is_copied_again() {
    let (pixels, map) = part(97, 61);
    let mut harness = drawn(scene(&pixels, &map, OverlayMode::Mask));
    for (scale, count) in [(1.0, 97 * 61), (3.0, 3 * 61 * 3 * 97)] {
        zoom(&mut harness, pos2(48.0, 30.0), scale);
        // Many pixels score exactly 7 or 3: these are not above the threshold.
        for threshold in [7.0, 3.0, 6.999, 13.5, -1.0] {
            harness.state_mut().heatmap.threshold = threshold;
            let mut set = 0;
            let seen = each_pixel(&mut harness, |colour, x, y| {
                let above = map.scores[(y * 97 + x) as usize] > threshold;
                set += usize::from(above);
                let expected = if above { [255; 3] } else { [0; 3] };
                assert_eq!(colour, expected, "({x}, {y}) at {threshold}, {scale}:1");
            });
            assert!(seen == count || (scale > 1.0 && seen > 30_000), "{seen} of {count}");
            assert!(set > 0 && (set < seen || threshold < 0.0));
        }
    }
    assert_eq!(uploads(&harness), 1);
}

#[test]
fn the_heatmap_is_that_of_the_report() {
    let (pixels, map) = part(97, 61);
    let expected = heatmap::overlay(&pixels, &map, SCALE, 0.65).unwrap();
    let mut harness = drawn(scene(&pixels, &map, OverlayMode::Heatmap));
    harness.state_mut().heatmap.style.opacity = 0.65;
    zoom(&mut harness, pos2(48.0, 30.0), 1.0);
    let near = |colour: [u8; 3], expected: [u8; 3]| {
        colour.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 3)
    };
    each_pixel(&mut harness, |colour, x, y| {
        let expected = expected.get_pixel(x, y).0;
        assert!(near(colour, expected), "({x}, {y}): {colour:?}, {expected:?}");
    });
    harness.state_mut().heatmap.style.overlay = OverlayMode::Nothing;
    each_pixel(&mut harness, |colour, x, y| assert_eq!(colour, pixels.get_pixel(x, y).0));
    assert_eq!(uploads(&harness), 1);
}

#[test]
fn colormaps_run_as_published() {
    // Scores from low to high along the row; at opacity 1 the overlay is opaque from 40 % of the
    // scale on.
    let scores: Vec<f32> = (0..=10u8).map(|i| 2.0 + f32::from(i)).collect();
    let map = Arc::new(AnomalyMap { width: 11, height: 1, scores });
    let pixels = Arc::new(RgbImage::new(11, 1));
    let mut harness = drawn(scene(&pixels, &map, OverlayMode::Heatmap));
    zoom(&mut harness, pos2(5.0, 0.5), 1.0);
    // matplotlib's tables at 0.5 and 1.
    for (colormap, middle, high) in [
        (Colormap::Turbo, [164, 252, 60], [122, 4, 2]),
        (Colormap::Inferno, [188, 55, 84], [252, 255, 164]),
        (Colormap::Viridis, [33, 145, 140], [253, 231, 37]),
        (Colormap::Grey, [128, 128, 128], [255, 255, 255]),
    ] {
        harness.state_mut().heatmap.style.colormap = colormap;
        each_pixel(&mut harness, |colour, x, _| {
            let expected = match x {
                5 => middle,
                10 => high,
                _ => return,
            };
            let off = colour.iter().zip(expected).map(|(a, b)| a.abs_diff(b)).max();
            assert!(off < Some(25), "{colormap:?} at {x}: {colour:?}, {expected:?}");
        });
    }
    // A higher gamma leaves the highest scores only.
    harness.state_mut().heatmap.style.gamma = 5.0;
    each_pixel(&mut harness, |colour, x, _| match x {
        10 => assert_eq!(colour, [255; 3]),
        5 => assert!(colour[0] < 20, "{colour:?}"),
        _ => {}
    });
}

#[test]
fn above_the_limit_is_coloured_the_rest_is_bare_and_the_outline_lies_between() {
    let scores = (0..40 * 40).map(|i| if i % 40 < 20 { 3.0 } else { 11.0 }).collect();
    let map = Arc::new(AnomalyMap { width: 40, height: 40, scores });
    let pixels = Arc::new(RgbImage::from_pixel(40, 40, Rgb([100; 3])));
    let mut harness = drawn(scene(&pixels, &map, OverlayMode::Above));
    zoom(&mut harness, pos2(20.0, 20.0), 1.0);
    let hot = heatmap::turbo(0.9).0;
    each_pixel(&mut harness, |colour, x, _| {
        if x < 20 {
            assert_eq!(colour, [100; 3]);
        } else {
            assert!(colour.iter().zip(hot).all(|(a, b)| a.abs_diff(b) <= 2), "{colour:?}, {hot:?}");
        }
    });
    // The default: the bare part with the outline.
    harness.state_mut().heatmap.style = HeatmapStyle::default();
    each_pixel(&mut harness, |colour, x, _| {
        let line = [255, 40, 40];
        assert_eq!(colour, if x == 19 || x == 20 { line } else { [100; 3] }, "{x}");
    });
}

#[test]
fn tiles_meet_without_a_seam() {
    for (height, at_once) in [(30, true), (1000, false)] {
        let (pixels, map) = part(1100, height);
        let mut harness = drawn(scene(&pixels, &map, OverlayMode::Mask));
        for _ in 0..500 {
            if uploads(&harness) == 2 {
                break;
            }
            assert!(!at_once, "small enough for one frame");
            std::thread::sleep(std::time::Duration::from_millis(10));
            harness.step();
        }
        zoom(&mut harness, pos2(1024.0, 15.0), 1.0);
        let mut beyond = 0;
        let seen = each_pixel(&mut harness, |colour, x, y| {
            beyond += usize::from(x >= 1024);
            let above = map.scores[(y * 1100 + x) as usize] > 7.0;
            assert_eq!(colour, if above { [255; 3] } else { [0; 3] }, "({x}, {y})");
        });
        assert!(beyond > 1000 && seen > 2 * beyond, "{beyond} of {seen}");
        // The whole picture, drawn from mip levels, has no hole.
        harness.state_mut().camera.fit();
        harness.state_mut().heatmap.style.overlay = OverlayMode::Nothing;
        each_pixel(&mut harness, |colour, x, y| assert_ne!(colour, [0; 3], "({x}, {y})"));
        assert_eq!(uploads(&harness), 2);
    }
}

#[test]
fn wheel_and_drag_move_the_picture_under_the_cursor() {
    let (pixels, map) = part(400, 300);
    let mut harness = drawn(scene(&pixels, &map, OverlayMode::Nothing));
    let cursor = pos2(97.0, 63.0);
    harness.hover_at(cursor);
    harness.run();
    let before = harness.state().pixel.unwrap();
    assert_eq!(before.rgb, pixels.get_pixel(before.x, before.y).0);
    assert_eq!(before.score, Some(map.scores[(before.y * 400 + before.x) as usize]));
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, 240.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: egui::Modifiers::NONE,
    });
    harness.run_steps(30);
    let scene = harness.state();
    let (screen, after) = (scene.screen.unwrap(), scene.pixel.unwrap());
    let grown = scene.camera.place(&screen).zoom / Camera::default().place(&screen).zoom;
    assert!(grown > 2.0, "{grown}");
    assert!(after.x.abs_diff(before.x) <= 1 && after.y.abs_diff(before.y) <= 1);
    let held = scene.camera.place(&screen).to_image(cursor);
    harness.drag_at(cursor);
    harness.hover_at(cursor + vec2(25.0, 10.0));
    harness.drop_at(cursor + vec2(25.0, 10.0));
    harness.run();
    let at = harness.state().camera.place(&screen).to_screen(held);
    assert!((at - cursor - vec2(25.0, 10.0)).length() < 1.5, "{at:?}");
    harness.hover_at(cursor);
    harness.key_press(Key::F);
    harness.run();
    assert!(harness.state().camera.fits());
}

#[test]
fn without_wgpu_it_says_so() {
    let (pixels, map) = part(40, 30);
    let builder = HarnessBuilder::default().with_size(Vec2::new(900.0, 200.0));
    let harness = builder.build_ui_state(draw, scene(&pixels, &map, OverlayMode::Heatmap));
    let says = Localizer::new(Language::En).text("picture-no-graphics");
    let written = harness.output().shapes.iter().any(|clipped| match &clipped.shape {
        egui::Shape::Text(text) => text.galley.text() == says,
        _ => false,
    });
    assert!(written && harness.state().pixel.is_none());
}
