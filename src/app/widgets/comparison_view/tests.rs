//! Comparison modes and heatmap controls, found by their labels.

use std::sync::Arc;

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use image::{GrayImage, RgbImage};

use super::*;
use crate::view_state::HeatmapStyle;
use crate::widgets::image_view::Gpu;
use crate::widgets::image_view::heatmap_controls::{self, Threshold};
use crate::widgets::image_view::tests::{part, rendering_harness};
use fettle_domain::{HeatmapScale, Language};

struct Scene {
    localizer: Localizer,
    part: Picture,
    normal: Picture,
    difference: Picture,
    mode: ComparisonMode,
    style: HeatmapStyle,
    threshold: Threshold,
    comparison: ComparisonView,
}

fn draw(ui: &mut egui::Ui, scene: &mut Scene) {
    let localizer = scene.localizer;
    let threshold = &mut scene.threshold;
    ui.horizontal_wrapped(|ui| heatmap_controls::show(ui, localizer, &mut scene.style, threshold));
    let heatmap = Heatmap { style: scene.style, scale: threshold.scale, threshold: threshold.now };
    let pictures = ComparedPictures {
        part: &mut scene.part,
        heatmap: Some(heatmap),
        regions: &[],
        normal: Some(&mut scene.normal),
        difference: Some(&mut scene.difference),
        known: None,
    };
    ui.horizontal_wrapped(|ui| scene.comparison.toolbar(ui, localizer, &mut scene.mode, &pictures));
    scene.comparison.show(ui, localizer, scene.mode, pictures);
}

fn harness(language: Language) -> Harness<'static, Scene> {
    let (pixels, map) = part(160, 120);
    let scene = Scene {
        localizer: Localizer::new(language),
        part: Picture::new(pixels).with_map(map),
        normal: Picture::new(Arc::new(RgbImage::from_pixel(160, 120, image::Rgb([0, 0, 200])))),
        difference: Picture::from_gray(&GrayImage::from_pixel(160, 120, image::Luma([30]))),
        mode: ComparisonMode::Part,
        style: HeatmapStyle::default(),
        threshold: Threshold {
            now: 7.0,
            start: 7.0,
            scale: HeatmapScale { low: 2.0, high: 12.0 },
            is_of_part: true,
        },
        comparison: ComparisonView::default(),
    };
    rendering_harness().with_size(vec2(1000.0, 640.0)).build_ui_state(draw, scene)
}

fn pictures(harness: &Harness<'_, Scene>) -> Vec<String> {
    let images = harness.query_all_by_role(Role::Image);
    images.filter_map(|image| image.accesskit_node().label()).collect()
}

#[test]
fn controls_are_found_by_their_labels_and_the_threshold_is_dragged() {
    for language in [Language::Ko, Language::En] {
        let localizer = Localizer::new(language);
        let mut harness = harness(language);
        harness.run();
        harness.render().unwrap();
        let uploads = Gpu::of(&harness.ctx).unwrap().uploads();
        for (role, id) in [
            (Role::ComboBox, "picture-layer"),
            (Role::Button, "picture-more"),
            (Role::Button, "picture-fit"),
            (Role::Button, "picture-real-size"),
        ] {
            harness.get_by_role_and_label(role, &localizer.text(id));
        }
        // The other controls are in a menu that stays open while they are used.
        let more = localizer.text("picture-more");
        let named = |harness: &Harness<'_, Scene>, role, id: &str| {
            harness.query_by_role_and_label(role, &localizer.text(id)).is_some()
        };
        assert!(!named(&harness, Role::Slider, "picture-gamma"));
        harness.get_by_role_and_label(Role::Button, &more).click();
        harness.run();
        harness.get_by_role_and_label(Role::Button, &localizer.text("picture-grey")).click();
        harness.run();
        assert_ne!(harness.state().style.colormap, HeatmapStyle::default().colormap);
        harness.get_by_role_and_label(Role::CheckBox, &localizer.text("picture-outline")).click();
        harness.run();
        assert!(!harness.state().style.outline);
        assert!(named(&harness, Role::Slider, "picture-gamma"));
        assert!(named(&harness, Role::CheckBox, "picture-regions"));
        assert!(named(&harness, Role::Slider, "picture-opacity"));

        let label = localizer.text("picture-region-limit");
        let slider = harness.get_by_role_and_label(Role::Slider, &label).rect();
        let from = slider.center();
        harness.drag_at(from);
        harness.hover_at(from + vec2(50.0, 0.0));
        harness.drop_at(from + vec2(50.0, 0.0));
        harness.run();
        let moved = harness.state().threshold.now;
        assert!(moved > 8.0, "{moved}");
        harness.render().unwrap();
        assert_eq!(Gpu::of(&harness.ctx).unwrap().uploads(), uploads, "nothing is copied again");

        harness.get_by_label(&localizer.text("picture-reset")).click();
        harness.run();
        assert_eq!(harness.state().threshold.now, 7.0);
        assert_eq!(harness.state().style, HeatmapStyle::default());
        harness.key_press(egui::Key::Escape);
        harness.run();
        assert!(!named(&harness, Role::Slider, "picture-gamma"));
        harness.get_by_label(&localizer.text("picture-real-size")).click();
        harness.run();
        let comparison = &harness.state().comparison;
        assert_eq!(comparison.camera.place(&comparison.screen.unwrap()).zoom, 1.0);
    }
}

#[test]
fn each_mode_shows_its_pictures() {
    let localizer = Localizer::new(Language::En);
    let mut harness = harness(Language::En);
    let (part, normal) = (localizer.text("picture-part"), localizer.text("picture-normal"));
    assert_eq!(pictures(&harness), std::slice::from_ref(&part));
    let choose = |harness: &mut Harness<'_, Scene>, id| {
        harness.get_by_role_and_label(Role::Button, &localizer.text(id)).click();
        harness.run();
    };
    choose(&mut harness, "picture-beside");
    assert_eq!(pictures(&harness), [part.clone(), normal.clone()]);
    for image in harness.query_all_by_role(Role::Image) {
        assert!(image.rect().right() <= 1000.0, "the controls wrap: {:?}", image.rect());
    }
    choose(&mut harness, "picture-difference");
    assert_eq!(pictures(&harness), [localizer.text("picture-difference")]);
    choose(&mut harness, "picture-blink");
    let mut seen = Vec::new();
    // A step is a quarter of a second.
    for _ in 0..10 {
        harness.step();
        seen.extend(pictures(&harness));
    }
    assert!(seen.contains(&part) && seen.contains(&normal), "{seen:?}");
    assert!(seen.iter().all(|label| *label == part || *label == normal));
}

#[test]
fn the_divider_parts_normal_from_inspected() {
    let mut harness = harness(Language::En);
    harness.state_mut().mode = ComparisonMode::Swipe;
    harness.state_mut().style.opacity = 0.0;
    harness.state_mut().style.outline = false;
    harness.run();
    let blue = |harness: &mut Harness<'_, Scene>| {
        let picture = harness.render().unwrap();
        picture.pixels().filter(|pixel| pixel.0 == [0, 0, 200, 255]).count()
    };
    let half = blue(&mut harness);
    let label = Localizer::new(Language::En).text("picture-divider");
    let from = harness.get_by_label(&label).rect().center();
    harness.drag_at(from);
    harness.hover_at(from - vec2(100.0, 0.0));
    harness.drop_at(from - vec2(100.0, 0.0));
    harness.run();
    assert!(harness.state().comparison.divider < 0.45);
    let less = blue(&mut harness);
    assert!(half > 10_000 && less < half, "{less} of {half}");
}
