//! The gallery of all widgets in both themes, compared with `tests/snapshots/`.

use egui::{Theme, vec2};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, SnapshotOptions, SnapshotResults, try_image_snapshot_options};

use super::snapshots::has_lavapipe;
use crate::widgets::gallery::Gallery;
use crate::{fonts, theme};

#[test]
fn all_widgets_match_their_snapshots() {
    if !has_lavapipe() {
        return;
    }
    let folder = fettle_testing::data::checkout().join("tests/snapshots");
    let options = SnapshotOptions::new().threshold(0.6).max_failed_pixels(12).output_path(folder);
    let mut results = SnapshotResults::new();
    for (themed, name) in [(Theme::Dark, "gallery-dark"), (Theme::Light, "gallery-light")] {
        let setup = |ctx: &egui::Context| {
            theme::apply(ctx);
            fonts::install(ctx);
        };
        let mut harness = Harness::builder()
            .with_size(vec2(980.0, 420.0))
            .with_theme(themed)
            .wgpu()
            .with_context_setup(setup)
            .build_ui_state(|ui, gallery: &mut Gallery| gallery.show(ui), Gallery::default());
        harness.run_steps(3);
        // The ring of the focus is in the picture.
        harness.get_by_label("다른 일 Other").focus();
        harness.run_steps(2);
        let picture = harness.render().unwrap();
        results.add(try_image_snapshot_options(&picture, name, &options));
    }
}
