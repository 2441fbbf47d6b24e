//! Room for the part at every size of window and scale of screen.

use egui::{Role, Vec2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::command::Command;
use crate::tests::test_app::{TestApp, TestAppOptions};
use fettle_domain::Language;

/// Screens in pixels, from a small industrial panel to a large one.
const SCREENS: [Vec2; 4] =
    [vec2(960.0, 540.0), vec2(1024.0, 700.0), vec2(1440.0, 900.0), vec2(3840.0, 2160.0)];
const SCALES: [f32; 3] = [1.0, 1.5, 2.0];

/// Share of the window that the picture has at least: of its width, and of its area.
fn least(points: Vec2, is_inspectors: bool) -> (f32, f32) {
    let is_narrow = points.x < if is_inspectors { 1000.0 } else { 1180.0 };
    match (is_inspectors, points.y < 300.0, is_narrow) {
        // A quarter of a small panel's screen has no room for more than banner and tools.
        (_, true, _) => (0.93, 0.27),
        (_, false, true) => (0.93, 0.40),
        (false, false, false) => (0.60, 0.38),
        // Twin and known defect stand at the sides.
        (true, false, false) => (0.55, 0.33),
    }
}

/// The share of the window's width and area that the picture of the part has.
fn share(app: &TestApp, points: Vec2) -> (f32, f32) {
    let name = app.text("picture-part");
    let picture = app.harness.get_by_role_and_label(Role::Image, &name).rect();
    assert!(picture.right() <= points.x + 1.0 && picture.bottom() <= points.y + 1.0);
    (picture.width() / points.x, picture.area() / (points.x * points.y))
}

/// Labels that were broken into a column of letters.
fn stacked(app: &TestApp) -> Vec<String> {
    let labels = app.harness.query_all_by_role(Role::Label);
    let text = |node: egui_kittest::Node<'_>| {
        let rect = node.rect();
        let text = node.accesskit_node().value().unwrap_or_default();
        let is_stacked = text.chars().count() > 3 && rect.height() > 2.0 * rect.width();
        is_stacked.then_some(text)
    };
    labels.filter_map(text).collect()
}

#[test]
fn the_picture_has_most_of_the_window_at_every_size_and_scale() {
    let mut failed = Vec::new();
    for screen in SCREENS {
        for scale in SCALES {
            let points = screen / scale;
            let options =
                TestAppOptions { size: points, scale, ..TestAppOptions::new(Language::Ko) };
            let mut app = options.start(|_| {});
            let folder = app.photographs(3);
            app.wait_for(&app.text("inspect-invite"));
            app.drop_files(&[folder]);
            let name = app.text("picture-part");
            app.wait_until(&name, |harness| {
                harness.query_by_role_and_label(Role::Image, &name).is_some()
            });
            for is_inspectors in [false, true] {
                if is_inspectors {
                    app.harness.state_mut().send(Command::OperatorView);
                    app.harness.run_steps(6);
                }
                let (width, area) = share(&app, points);
                let (least_width, least_area) = least(points, is_inspectors);
                if width < least_width || area < least_area || !stacked(&app).is_empty() {
                    let stacked = stacked(&app);
                    failed.push(format!(
                        "{screen:?} at {scale}, {is_inspectors}: {width:.2}, {area:.2}, {stacked:?}"
                    ));
                }
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn a_narrow_window_opens_one_panel_at_a_time_beside_the_picture() {
    let points = vec2(960.0, 540.0);
    let options = TestAppOptions { size: points, ..TestAppOptions::new(Language::En) };
    let mut app = options.start(|_| {});
    let folder = app.photographs(1);
    app.wait_for(&app.text("inspect-invite"));
    app.drop_files(&[folder]);
    let name = app.text("picture-part");
    app.wait_until(&name, |harness| harness.query_by_role_and_label(Role::Image, &name).is_some());
    let (findings, report) = (app.text("command-register-defect"), app.text("report-title"));
    assert!(!app.shows(&findings) && !app.shows(&report));
    app.click(&app.text("inspect-findings"));
    app.wait_for(&findings);
    app.click(&app.text("step-report"));
    app.wait_for(&report);
    assert!(!app.shows(&findings), "one at a time");
    assert!(share(&app, points).0 > 0.6);
    app.click(&app.text("step-report"));
    app.wait_until_gone(&report);
    assert!(share(&app, points).0 > 0.93);
}

#[test]
fn what_is_touched_in_the_inspectors_view_is_large_enough() {
    for points in [vec2(1440.0, 900.0), vec2(960.0, 540.0), vec2(640.0, 400.0)] {
        let options = TestAppOptions { size: points, ..TestAppOptions::new(Language::En) };
        let mut app = options.start(|_| {});
        let folder = app.photographs(2);
        app.wait_for(&app.text("inspect-invite"));
        app.harness.state_mut().send(Command::OperatorView);
        app.drop_files(&[folder]);
        let ng = format!("2  {}", app.text("verdict-ng"));
        app.wait_for(&ng);
        for name in [ng, app.text("command-next"), app.text("operator-leave")] {
            let rect = app.harness.get_by_role_and_label(Role::Button, &name).rect();
            assert!(rect.width() >= 48.0 && rect.height() >= 48.0, "{points:?} {name}: {rect:?}");
            assert!(rect.right() <= points.x && rect.bottom() <= points.y, "{name}: {rect:?}");
        }
    }
}
