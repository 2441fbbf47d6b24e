//! The part of a picture that shows the defect, drawn while the image is registered.

use egui::{Modifiers, Role, Theme};
use egui_kittest::kittest::Queryable as _;

use crate::command::Command;
use crate::tabs::search::tests::{METAL, World, casting, part, save, scene};
use crate::tests::scene::{Scene, models_with};
use fettle_domain::{Language, RegisteredImage};
use fettle_engine::TakeBack;
use fettle_library::LabelFilter;

fn defects(scene: &Scene) -> Vec<RegisteredImage> {
    scene.library().images(Some(&casting()), &LabelFilter::AnyDefect).unwrap()
}

/// The parts that are marked, by the image's file.
fn marked(scene: &Scene) -> Vec<(String, [u32; 4])> {
    let name = |image: &RegisteredImage| image.path.rsplit('/').next().unwrap().to_owned();
    let rect = |image: &RegisteredImage| {
        let rect = image.region?.rect;
        Some((name(image), [rect.x, rect.y, rect.width, rect.height]))
    };
    defects(scene).iter().filter_map(rect).collect()
}

/// Whether a rectangle is where it was drawn, give or take what a mouse does.
#[track_caller]
fn assert_near(found: [u32; 4], expected: [u32; 4]) {
    assert!(found.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 3), "{found:?} {expected:?}");
}

#[test]
fn defects_are_marked_one_image_after_the_other() {
    for (language, theme) in [(Language::En, Theme::Light), (Language::Ko, Theme::Dark)] {
        let mut scene = scene(language, theme, World::Defects, None, |_, _| {});
        scene.press(Modifiers::COMMAND, egui::Key::Num7);
        let files = [200, 201, 202].map(|seed| {
            save(scene.folder(), &format!("new{seed}.png"), &part(METAL, seed, Some("hole")))
        });
        scene.until_seen(&scene.text("label-normal"));
        scene.click_on(Role::Button, "HOLE (기공) (4)");
        scene.drop_files(&files);
        scene.until_seen(&scene.with("dialog-chosen", &[("count", 3_usize.into())]));
        let mark = scene.text("region-mark");
        scene.until(&mark, |harness| harness.query_by_label(&mark).is_some());
        scene.harness.get_by_label(&mark).click_accesskit();
        scene.harness.run_steps(8);
        scene.until_seen("1 / 3");
        let hint = scene.text("region-hint");
        let canvas = (Role::Canvas, hint.as_str());
        scene.until("a picture", |harness| {
            harness.query_by_role_and_label(canvas.0, canvas.1).is_some()
        });
        // 0.5 of the view is the middle of the picture.
        scene.drag(canvas.0, canvas.1, (0.5, 0.5), (0.6, 0.75));
        scene.until_seen(&scene.with("region-marked", &[("count", 1_usize.into())]));
        scene.picture("dialog_marking");
        scene.harness.get_by_role_and_label(Role::Button, "▶").click_accesskit();
        scene.harness.run_steps(4);
        scene.until_seen("2 / 3");
        scene.until("a picture", |harness| {
            harness.query_by_role_and_label(canvas.0, canvas.1).is_some()
        });
        scene.drag(canvas.0, canvas.1, (0.5, 0.5), (0.4, 0.25));
        scene.until_seen(&scene.with("region-marked", &[("count", 2_usize.into())]));
        // The second one is not meant after all.
        scene.click_on(Role::Button, &scene.text("region-whole"));
        scene.until_seen(&scene.with("region-marked", &[("count", 1_usize.into())]));
        scene.click(&scene.text("dialog-register"));
        scene.until_seen(&scene.text("judge-undo"));
        let found = marked(&scene);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((defects(&scene).len(), found[0].0.as_str()), (11, "casting_hole_5.png"));
        // From the middle of 160 × 120 pixels a quarter of the height down.
        let [x, y, _, height] = found[0].1;
        assert_near([x, y, 0, height], [80, 60, 0, 30]);
        let name = format!("casting_hole_5.png, {}", scene.text("library-region"));
        scene.until_seen(&name);
        while !scene.harness.state_mut().running().is_empty() {
            scene.harness.step();
        }
        scene.harness.run_steps(3);
        scene.picture("library_marked");
        // The toast has gone meanwhile.
        let new = defects(&scene)[8..].iter().map(|image| image.id).collect();
        let undo = TakeBack::Images { new, redrawn: Vec::new() };
        scene.harness.state_mut().send(Command::TakeBack(undo));
        scene.until_gone(&name);
        assert_eq!((defects(&scene).len(), marked(&scene).len()), (8, 0));
    }
}

#[test]
fn a_part_inspected_is_registered_with_its_defect_marked() {
    let Some(models) = models_with("efficientnet-lite0") else { return };
    let mut scene = scene(Language::En, Theme::Dark, World::Fitted, Some(&models), |_, _| {});
    let file = save(scene.folder(), "new.png", &part(METAL, 300, Some("hole")));
    scene.until_seen(&scene.text("inspect-invite"));
    scene.drop_files(&[file]);
    // By its neighbours it is of no product: nothing is indexed.
    scene.until_seen(&scene.text("command-register-defect"));
    scene.choose("Product", "Casting (casting)");
    scene.press(Modifiers::NONE, egui::Key::F5);
    scene.until_seen(&scene.text("label-score"));
    let button = scene.text("command-register-defect");
    // The first registers it, the second marks it anew.
    for (first, choice) in [(true, "Found 1"), (false, "drawn")] {
        scene.until_seen(&button);
        scene.until("an end", |window| window.query_all_by_label_contains("Stop").next().is_none());
        scene.click(&button);
        scene.click_on(Role::RadioButton, "HOLE (기공)");
        let hint = scene.text("region-hint");
        scene.until("a picture", |harness| {
            harness.query_by_role_and_label(Role::Canvas, &hint).is_some()
        });
        if choice == "drawn" {
            scene.drag(Role::Canvas, &hint, (0.45, 0.4), (0.55, 0.6));
            scene.until_seen("Part ");
        } else {
            let found = scene.harness.query_all_by_label_contains(choice).next();
            let Some(found) = found else { panic!("nothing found in:\n{:?}", scene.harness) };
            found.click_accesskit();
            scene.harness.run_steps(3);
        }
        scene.picture(if first { "register_found" } else { "register_drawn" });
        scene.click("Register");
        if first {
            scene.until_seen("The index now holds");
        } else {
            scene.until_seen(&scene.text("region-redrawn"));
        }
        assert_eq!(marked(&scene).len(), 1, "{choice}");
    }
    let drawn = marked(&scene)[0].1;
    assert_near([0, drawn[1], 0, drawn[3]], [0, 48, 0, 24]);
    // Undone: as it was found.
    scene
        .harness
        .get_all_by_role_and_label(Role::Button, "Undo")
        .next_back()
        .unwrap()
        .click_accesskit();
    scene.until_seen(&scene.text("library-region-taken-back"));
    let before = marked(&scene);
    assert!(before.len() == 1 && before[0].1 != drawn, "{before:?}");
}
