//! Marking of the defect on images while they are registered.

use egui::{Modifiers, Role, Theme};
use egui_kittest::kittest::Queryable as _;

use crate::command::Command;
use crate::tests::sample_library::{METAL, SampleLibrary, casting, open_app, part, save};
use crate::tests::test_app::{TestApp, models_with};
use fettle_domain::{Language, RegisteredImage};
use fettle_engine::UndoRegistration;
use fettle_library::LabelFilter;

fn defects(app: &TestApp) -> Vec<RegisteredImage> {
    app.library().images(Some(&casting()), &LabelFilter::AnyDefect).unwrap()
}

/// The marked rectangles with the file name of their image.
fn marked(app: &TestApp) -> Vec<(String, [u32; 4])> {
    let name = |image: &RegisteredImage| image.path.rsplit('/').next().unwrap().to_owned();
    let rect = |image: &RegisteredImage| {
        let rect = image.region?.rect;
        Some((name(image), [rect.x, rect.y, rect.width, rect.height]))
    };
    defects(app).iter().filter_map(rect).collect()
}

/// Asserts that a rectangle is where the mouse drew it, within 3 pixels.
#[track_caller]
fn assert_near(found: [u32; 4], expected: [u32; 4]) {
    assert!(found.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 3), "{found:?} {expected:?}");
}

#[test]
fn defects_are_marked_one_image_after_the_other() {
    for (language, theme) in [(Language::En, Theme::Light), (Language::Ko, Theme::Dark)] {
        let mut app = open_app(language, theme, SampleLibrary::Defects, None, |_, _| {});
        app.press(Modifiers::COMMAND, egui::Key::Num7);
        let files = [200, 201, 202].map(|seed| {
            save(app.folder(), &format!("new{seed}.png"), &part(METAL, seed, Some("hole")))
        });
        app.wait_for(&app.text("label-normal"));
        app.click_on(Role::Button, "HOLE (기공) (4)");
        app.drop_files(&files);
        app.wait_for(&app.with("dialog-chosen", &[("count", 3_usize.into())]));
        let mark = app.text("region-mark");
        app.wait_until(&mark, |harness| harness.query_by_label(&mark).is_some());
        app.harness.get_by_label(&mark).click_accesskit();
        app.harness.run_steps(8);
        app.wait_for("1 / 3");
        let hint = app.text("region-hint");
        let canvas = (Role::Canvas, hint.as_str());
        app.wait_until("a picture", |harness| {
            harness.query_by_role_and_label(canvas.0, canvas.1).is_some()
        });
        // The middle of the view is the middle of the picture.
        app.drag(canvas.0, canvas.1, (0.5, 0.5), (0.6, 0.75));
        app.wait_for(&app.with("region-marked", &[("count", 1_usize.into())]));
        app.save_picture("dialog_marking");
        app.harness.get_by_role_and_label(Role::Button, "▶").click_accesskit();
        app.harness.run_steps(4);
        app.wait_for("2 / 3");
        app.wait_until("a picture", |harness| {
            harness.query_by_role_and_label(canvas.0, canvas.1).is_some()
        });
        app.drag(canvas.0, canvas.1, (0.5, 0.5), (0.4, 0.25));
        app.wait_for(&app.with("region-marked", &[("count", 2_usize.into())]));
        // The mark of the second image is removed.
        app.click_on(Role::Button, &app.text("region-whole"));
        app.wait_for(&app.with("region-marked", &[("count", 1_usize.into())]));
        app.click(&app.text("dialog-register"));
        app.wait_for(&app.text("judge-undo"));
        let found = marked(&app);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((defects(&app).len(), found[0].0.as_str()), (11, "casting_hole_5.png"));
        // From the middle of 160 × 120 pixels down by a quarter of the height.
        let [x, y, _, height] = found[0].1;
        assert_near([x, y, 0, height], [80, 60, 0, 30]);
        let name = format!("new200.png, {}", app.text("library-region"));
        app.wait_for(&name);
        while !app.harness.state_mut().running().is_empty() {
            app.harness.step();
        }
        app.harness.run_steps(3);
        app.save_picture("library_marked");
        // The toast has expired.
        let new = defects(&app)[8..].iter().map(|image| image.id).collect();
        let undo = UndoRegistration::Images { new, redrawn: Vec::new() };
        app.harness.state_mut().send(Command::UndoRegistration(undo));
        app.wait_until_gone(&name);
        assert_eq!((defects(&app).len(), marked(&app).len()), (8, 0));
    }
}

#[test]
fn a_part_inspected_is_registered_with_its_defect_marked() {
    let Some(models) = models_with("efficientnet-lite0") else { return };
    let mut app =
        open_app(Language::En, Theme::Dark, SampleLibrary::Fitted, Some(&models), |_, _| {});
    let file = save(app.folder(), "new.png", &part(METAL, 300, Some("hole")));
    app.wait_for(&app.text("inspect-invite"));
    app.drop_files(&[file]);
    // Nothing is indexed: the neighbours vote for no product.
    app.wait_for(&app.text("command-register-defect"));
    app.choose("Product", "Casting (casting)");
    app.press(Modifiers::NONE, egui::Key::F5);
    app.wait_for(&app.text("label-score"));
    let button = app.text("command-register-defect");
    // The first round registers the part, the second replaces the mark.
    for (first, choice) in [(true, "Found 1"), (false, "drawn")] {
        app.wait_for(&button);
        app.wait_until("an end", |window| {
            window.query_all_by_label_contains("Stop").next().is_none()
        });
        app.click(&button);
        app.click_on(Role::RadioButton, "HOLE (기공)");
        let hint = app.text("region-hint");
        app.wait_until("a picture", |harness| {
            harness.query_by_role_and_label(Role::Canvas, &hint).is_some()
        });
        if choice == "drawn" {
            app.drag(Role::Canvas, &hint, (0.45, 0.4), (0.55, 0.6));
            app.wait_for("Part ");
        } else {
            let found = app.harness.query_all_by_label_contains(choice).next();
            let Some(found) = found else { panic!("nothing found in:\n{:?}", app.harness) };
            found.click_accesskit();
            app.harness.run_steps(3);
        }
        app.save_picture(if first { "register_found" } else { "register_drawn" });
        app.click("Register");
        if first {
            app.wait_for("The index now holds");
        } else {
            app.wait_for(&app.text("region-redrawn"));
        }
        assert_eq!(marked(&app).len(), 1, "{choice}");
    }
    let drawn = marked(&app)[0].1;
    assert_near([0, drawn[1], 0, drawn[3]], [0, 48, 0, 24]);
    // Undo restores the first mark.
    app.harness
        .get_all_by_role_and_label(Role::Button, "Undo")
        .next_back()
        .unwrap()
        .click_accesskit();
    app.wait_for(&app.text("library-region-taken-back"));
    let before = marked(&app);
    assert!(before.len() == 1 && before[0].1 != drawn, "{before:?}");
}
