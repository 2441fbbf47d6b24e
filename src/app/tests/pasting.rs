//! What is pasted is looked at as what is dropped.

use std::path::Path;
use std::sync::Arc;

use egui::{ColorImage, Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::png;
use super::scene::Scene;
use fettle_domain::{InspectionId, Language};

fn paste(scene: &mut Scene, event: Event) {
    scene.harness.input_mut().events.push(event);
    scene.harness.run_steps(3);
}

/// A picture that no other `n` makes.
fn picture(n: u8) -> Event {
    let pixels = (0..64 * 48).flat_map(|at| [n, (at % 64) as u8 * 4, (at / 64) as u8 * 5, 255]);
    let pixels: Vec<u8> = pixels.collect();
    Event::PasteImage(Arc::new(ColorImage::from_rgba_unmultiplied([64, 48], &pixels)))
}

#[test]
fn a_picture_is_inspected_under_a_name_of_its_own_and_kept() {
    for language in [Language::En, Language::Ko] {
        let mut scene = Scene::new(language);
        scene.until_seen(&scene.text("inspect-invite"));
        paste(&mut scene, picture(1));
        scene.until_seen("pasted 20");
        scene.until_seen(&scene.text("command-register-defect"));
        let inspected = scene.library().inspection(InspectionId(1)).unwrap();
        let name = Path::new(&inspected.source).file_name().unwrap().to_str().unwrap().to_owned();
        assert!(name.starts_with("pasted 20") && name.ends_with(".png"), "{name}");
        // It is opened again as any other.
        let kept = scene.workspace().root().join(inspected.image_path.unwrap());
        assert_eq!(image::open(kept).unwrap().to_rgb8().get_pixel(3, 2).0, [1, 12, 10]);
        // The next one comes after it.
        paste(&mut scene, picture(2));
        scene.until_seen("2 / 2");
        scene.until_seen(&scene.text("command-register-defect"));
        scene.picture("pasted");

        // Files that a file manager copied.
        let part = scene.file("part 1.png", &png());
        paste(&mut scene, Event::Paste(format!("{}\n", part.display())));
        scene.until_seen("part 1.png");
    }
}

#[test]
fn nothing_of_use_is_said_and_a_line_takes_what_is_pasted_into_it() {
    for language in [Language::En, Language::Ko] {
        let mut scene = Scene::new(language);
        scene.harness.state_mut().pasting().clipboard = |_| Ok(Vec::new());
        scene.until_seen(&scene.text("inspect-invite"));
        let nothing = scene.text("paste-nothing");
        paste(&mut scene, Event::Paste("hello".to_owned()));
        scene.until_seen(&nothing);
        scene.harness.get_by_label("×").click_accesskit();
        scene.until_gone(&nothing);
        // By key, where the clipboard has neither text nor picture.
        scene.press(Modifiers::COMMAND, Key::V);
        scene.until_seen(&nothing);
        scene.harness.get_by_label("×").click_accesskit();
        scene.until_gone(&nothing);
        // By the menu, with files alone.
        scene.harness.state_mut().pasting().clipboard = |folder| {
            let path = folder.join("copied.png");
            std::fs::write(&path, png())?;
            Ok(vec![path])
        };
        scene.press(Modifiers::COMMAND, Key::K);
        let hint = scene.text("palette-hint");
        scene.harness.get_by_label(&hint).type_text(&scene.text("command-paste"));
        scene.harness.run_steps(2);
        scene.press(Modifiers::NONE, Key::Enter);
        scene.until_seen("copied.png");
        // Into a line that is typed into.
        scene.press(Modifiers::COMMAND, Key::L);
        let filter = scene.text("log-filter");
        scene.harness.get_by_label(&filter).focus();
        scene.harness.run_steps(2);
        paste(&mut scene, Event::Paste("needle".to_owned()));
        let line = scene.harness.get_by_role_and_label(egui::Role::TextInput, &filter);
        assert_eq!(line.accesskit_node().value().as_deref(), Some("needle"));
        assert!(!scene.sees(&nothing));
    }
}

#[test]
fn the_tab_shown_takes_it() {
    // The library registers it.
    let mut scene = Scene::new(Language::En);
    scene.press(Modifiers::COMMAND, Key::N);
    scene.write("Code", "prod1");
    scene.press(Modifiers::NONE, Key::Enter);
    scene.until_seen("There are no such images");
    paste(&mut scene, picture(3));
    scene.until_seen(&scene.with("dialog-chosen", &[("count", 1_usize.into())]));
    assert!(scene.sees("pasted 20"));
    scene.click("Register");
    scene.until_seen("prod1_ok_1.png");
}
