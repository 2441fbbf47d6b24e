//! Every tab in windows of all sizes, from a small laptop's half screen to a large monitor, and with
//! everything drawn twice as large.

use std::time::Duration;

use egui::{Key, Modifiers, Role, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::snapshots::sample_workspace::{record, register};
use super::test_app::{TestApp, TestAppOptions};
use fettle_domain::Language;

/// Keys of the tabs, but that of inspection, which has tests of its own.
const TABS: [Key; 7] =
    [Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8];

/// Controls that a person presses or types into and that reach out of the window at its right side, or
/// that are squeezed to nothing.
fn unusable(app: &TestApp, width: f32) -> Vec<String> {
    let mut found = Vec::new();
    for role in [Role::Button, Role::TextInput, Role::ComboBox, Role::CheckBox, Role::Link] {
        for node in app.harness.query_all_by_role(role) {
            let rect = node.rect();
            let is_beside = rect.right() > width + 1.0 || rect.left() < -1.0;
            let is_squeezed = rect.width() < 6.0 || rect.height() < 6.0;
            if is_beside || is_squeezed {
                let label = node.accesskit_node().label().unwrap_or_default();
                found.push(format!("{role:?} “{label}” at {rect:?}"));
            }
        }
    }
    found
}

/// Frames without a job after which everything is shown: an answer may make a tab ask for more in the frame that
/// shows it, and panels follow their content a frame later.
const QUIET_FRAMES: usize = 12;

/// Draws frames until what is shown is there, and not on its way.
fn settle(app: &mut TestApp) {
    let mut quiet = 0;
    while quiet < QUIET_FRAMES {
        app.harness.step();
        if app.harness.state_mut().running().is_empty() {
            quiet += 1;
        } else {
            quiet = 0;
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

#[test]
fn all_controls_of_every_tab_are_within_the_window() {
    // Width and height in points, and the scale: a screen of 1920 × 1080 at 200 % has 960 × 540 points.
    for (width, height, zoom) in [
        (960.0, 540.0, 1.0),
        (1024.0, 700.0, 1.0),
        (1440.0, 900.0, 1.0),
        (1440.0, 900.0, 1.5),
        (3840.0, 2160.0, 2.0),
    ] {
        let options =
            TestAppOptions { size: vec2(width, height), ..TestAppOptions::new(Language::Ko) };
        let app = &mut options.start(|engine| {
            let manual = register(engine);
            record(engine, &manual, Language::Ko);
        });
        app.harness.ctx.set_zoom_factor(zoom);
        app.harness.run_steps(4);
        for tab in TABS {
            app.press(Modifiers::COMMAND, tab);
            settle(app);
            let found = unusable(app, width / zoom);
            app.save_picture(&format!("size_{width}x{height}_{zoom}_{tab:?}"));
            assert!(found.is_empty(), "{width}×{height} at {zoom}, {tab:?}:\n{}", found.join("\n"));
        }
    }
}
