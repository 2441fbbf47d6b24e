//! Pasted files and pictures are handled as dropped ones.

use std::path::Path;
use std::sync::Arc;

use egui::{ColorImage, Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::png;
use super::test_app::TestApp;
use fettle_domain::{InspectionId, Language};

fn paste(app: &mut TestApp, event: Event) {
    app.harness.input_mut().events.push(event);
    app.harness.run_steps(3);
}

/// A pasted picture, different for each `n`.
fn picture(n: u8) -> Event {
    let pixels = (0..64 * 48).flat_map(|at| [n, (at % 64) as u8 * 4, (at / 64) as u8 * 5, 255]);
    let pixels: Vec<u8> = pixels.collect();
    Event::PasteImage(Arc::new(ColorImage::from_rgba_unmultiplied([64, 48], &pixels)))
}

#[test]
fn a_pasted_picture_is_inspected_under_a_name_of_its_own_and_kept() {
    for language in [Language::En, Language::Ko] {
        let mut app = TestApp::new(language);
        app.wait_for(&app.text("inspect-invite"));
        paste(&mut app, picture(1));
        app.wait_for("pasted 20");
        app.wait_for(&app.text("command-register-defect"));
        let inspected = app.library().inspection(InspectionId(1)).unwrap();
        let name = Path::new(&inspected.source).file_name().unwrap().to_str().unwrap().to_owned();
        assert!(name.starts_with("pasted 20") && name.ends_with(".png"), "{name}");
        // The stored picture can be opened again.
        let kept = app.workspace().file(inspected.image_path.unwrap());
        assert_eq!(image::open(kept).unwrap().to_rgb8().get_pixel(3, 2).0, [1, 12, 10]);
        // The next picture follows the first.
        paste(&mut app, picture(2));
        app.wait_for("2 / 2");
        app.wait_for(&app.text("command-register-defect"));
        app.save_picture("pasted");

        // Files copied in a file manager.
        let part = app.file("part 1.png", &png());
        paste(&mut app, Event::Paste(format!("{}\n", part.display())));
        app.wait_for("part 1.png");
    }
}

#[test]
fn a_useless_paste_is_reported_and_a_text_edit_takes_its_own() {
    for language in [Language::En, Language::Ko] {
        let mut app = TestApp::new(language);
        app.harness.state_mut().clipboard().read_system = |_| Ok(Vec::new());
        app.wait_for(&app.text("inspect-invite"));
        let nothing = app.text("paste-nothing");
        paste(&mut app, Event::Paste("hello".to_owned()));
        app.wait_for(&nothing);
        app.harness.get_by_label("×").click_accesskit();
        app.wait_until_gone(&nothing);
        // By key, where the clipboard has neither text nor picture.
        app.press(Modifiers::COMMAND, Key::V);
        app.wait_for(&nothing);
        app.harness.get_by_label("×").click_accesskit();
        app.wait_until_gone(&nothing);
        // By the menu, with files alone.
        app.harness.state_mut().clipboard().read_system = |folder| {
            let path = folder.join("copied.png");
            std::fs::write(&path, png())?;
            Ok(vec![path])
        };
        app.press(Modifiers::COMMAND, Key::K);
        let hint = app.text("palette-hint");
        app.harness.get_by_label(&hint).type_text(&app.text("command-paste"));
        app.harness.run_steps(2);
        app.press(Modifiers::NONE, Key::Enter);
        app.wait_for("copied.png");
        // Into a focused text edit.
        app.press(Modifiers::COMMAND, Key::L);
        let filter = app.text("log-filter");
        app.harness.get_by_label(&filter).focus();
        app.harness.run_steps(2);
        paste(&mut app, Event::Paste("needle".to_owned()));
        let line = app.harness.get_by_role_and_label(egui::Role::TextInput, &filter);
        assert_eq!(line.accesskit_node().value().as_deref(), Some("needle"));
        assert!(!app.shows(&nothing));
    }
}

#[test]
fn the_tab_shown_takes_a_pasted_picture() {
    // The library registers the picture.
    let mut app = TestApp::new(Language::En);
    app.press(Modifiers::COMMAND, Key::N);
    app.type_into("Code", "prod1");
    app.press(Modifiers::NONE, Key::Enter);
    app.wait_for("There are no such images");
    paste(&mut app, picture(3));
    app.wait_for(&app.with("dialog-chosen", &[("count", 1_usize.into())]));
    assert!(app.shows("pasted 20"));
    app.click("Register");
    // It keeps the name that it was given as it was pasted.
    app.wait_until("the picture in the grid", |window| {
        let mut cells = window.query_all_by_role(egui::Role::ListBoxOption);
        let name = |cell: egui_kittest::Node<'_>| cell.accesskit_node().label();
        cells.next().and_then(name).is_some_and(|name| name.starts_with("pasted 20"))
    });
}
