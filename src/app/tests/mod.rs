//! The whole window, driven as a person would.

mod about;
mod accessibility;
mod dropping;
mod frames;
mod gallery;
pub(crate) mod held_job;
mod ime;
pub(crate) mod inspections;
mod inspector_window;
mod pasting;
mod printing;
mod quitting;
mod recent_folders;
pub(crate) mod sample_library;
mod server;
mod sign_in;
mod sizes;
mod snapshots;
pub(crate) mod stand_in_server;
pub(crate) mod test_app;

use std::time::{Duration, Instant};

use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::Queryable as _;

use self::test_app::{AppHarness, TIMEOUT, TestApp, TestAppOptions, run_job};
use super::command::{COMMANDS, Command};
use super::tabs::TABS;
use fettle_domain::{InspectionId, Language, Product, Verdict};
use fettle_engine::AddProduct;
use fettle_library::LabelFilter;
use fettle_settings::read;

fn text(language: Language, id: &str) -> String {
    fettle_i18n::text(language, id)
}

#[test]
fn every_command_has_its_own_shortcut_and_message() {
    let mut seen = Vec::new();
    let tabs = TABS.iter().map(|tab| (tab.label, tab.shortcut));
    for (label, shortcut) in COMMANDS.iter().map(|entry| (entry.label, entry.shortcut)).chain(tabs)
    {
        for language in [Language::Ko, Language::En] {
            assert_ne!(text(language, label), label);
        }
        if let Some(shortcut) = shortcut {
            assert!(!seen.contains(&shortcut), "{label}: {shortcut:?} is taken");
            seen.push(shortcut);
        }
    }
}

#[test]
fn menus_palette_and_keys_do_the_same_in_both_languages_and_themes() {
    for (language, theme) in [(Language::Ko, Theme::Dark), (Language::En, Theme::Light)] {
        let mut app = TestAppOptions { theme, ..TestAppOptions::new(language) }.start(|_| {});
        let text = |id: &str| text(language, id);
        app.wait_for(&text("inspect-invite"));
        // Opened by the menu.
        let filter = text("log-filter");
        assert!(!app.shows(&filter));
        app.click(&text("menu-view"));
        let log = text("command-log");
        // The open menu is the last node of this label.
        app.harness.query_all_by_label_contains(&log).last().unwrap().click();
        app.harness.run_steps(3);
        assert!(app.shows(&filter), "{language:?}");
        // Closed by its key.
        app.press(Modifiers::COMMAND, Key::L);
        assert!(!app.shows(&filter));
        // Opened by the palette.
        app.press(Modifiers::COMMAND, Key::K);
        let hint = text("palette-hint");
        app.harness.get_by_label(&hint).type_text(&text("command-log"));
        app.harness.run_steps(2);
        app.press(Modifiers::NONE, Key::Enter);
        assert!(app.shows(&filter) && !app.shows(&hint), "{language:?}");
        // The list of shortcuts.
        app.press(Modifiers::NONE, Key::F1);
        assert!(app.shows("Ctrl+J"));
        app.click(&text("button-close"));
        assert!(!app.shows("Ctrl+J"));
    }
}

#[test]
fn the_language_changes_at_once_and_is_remembered() {
    let mut app = TestApp::new(Language::Ko);
    app.wait_for(&text(Language::Ko, "inspect-invite"));
    app.press(Modifiers::COMMAND, Key::K);
    let hint = text(Language::Ko, "palette-hint");
    app.harness.get_by_label(&hint).type_text("English");
    app.harness.run_steps(2);
    app.press(Modifiers::NONE, Key::Enter);
    app.wait_for(&text(Language::En, "inspect-invite"));
    let path = app.workspace().settings_path();
    let given_up = Instant::now() + TIMEOUT;
    while read(&path).0.language != Language::En {
        assert!(Instant::now() < given_up, "never written");
        app.harness.step();
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_file_that_is_no_image_is_named_and_the_window_goes_on() {
    let mut app = TestApp::new(Language::En);
    app.wait_for(&text(Language::En, "inspect-invite"));
    let file = app.file("broken.png", b"no picture");
    app.drop_files(&[file]);
    app.wait_for("is not an image");
    assert!(app.shows("broken.png"));
}

/// A small picture, encoded as PNG.
fn png() -> Vec<u8> {
    let picture =
        image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([x as u8 * 4, y as u8 * 5, 90]));
    let mut png = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

#[test]
fn without_models_an_image_is_shown_with_what_to_do() {
    let mut app =
        TestAppOptions { theme: Theme::Light, ..TestAppOptions::new(Language::En) }.start(|_| {});
    app.wait_for(&text(Language::En, "inspect-invite"));
    let file = app.file("part.png", &png());
    app.drop_files(&[file]);
    app.wait_for("fettle models pull efficientnet-lite0");
    assert!(app.shows(&text(Language::En, "verdict-unsure")));
    assert!(app.shows("The product is unknown"));
}

#[test]
fn the_log_panel_filters_lines() {
    let mut app = TestApp::new(Language::En);
    app.log.push("INFO fettle: 하나");
    app.log.push("WARN fettle: two");
    app.press(Modifiers::COMMAND, Key::L);
    app.wait_for("WARN fettle: two");
    assert!(app.shows("하나"));
    let filter = text(Language::En, "log-filter");
    app.harness.get_by_label(&filter).click();
    app.harness.run_steps(3);
    app.harness.get_by_label(&filter).type_text("warn");
    app.harness.run_steps(2);
    assert!(app.shows("WARN fettle: two") && !app.shows("하나"));
}

#[test]
fn a_job_that_a_crash_interrupted_is_offered_and_repeated() {
    let product = || "casting".parse().unwrap();
    for language in [Language::En, Language::Ko] {
        let mut app = TestAppOptions::new(language).start(|engine| {
            let (name_ko, name_en) = ("주조품".to_owned(), "Casting".to_owned());
            run_job(engine, AddProduct(Product { code: product(), name_ko, name_en }));
            let part = engine.workspace().file("part.png");
            image::RgbImage::new(8, 8).save(&part).unwrap();
            // A killed process leaves this file.
            let note = serde_json::json!({
                "begun_at": "2026-11-22T10:00:00Z",
                "job": "register_images",
                "request": { "product": "casting", "label": { "kind": "normal" }, "paths": [part] },
            });
            let notes = engine.workspace().unfinished_dir();
            std::fs::create_dir_all(&notes).unwrap();
            std::fs::write(notes.join("job-1.json"), note.to_string()).unwrap();
        });
        let notes = app.workspace().unfinished_dir();
        let again = app.text("command-repeat");
        app.wait_for(&app.text("unfinished-forget"));
        app.wait_for(if language == Language::En { "1 file of Casting" } else { "이미지 1건" });
        app.click(&again);
        app.wait_for(&app.text("unfinished-done"));
        app.wait_until_gone(&app.text("unfinished-forget"));
        let images = app.library().images(Some(&product()), &LabelFilter::Normal).unwrap();
        assert_eq!(images.len(), 1);
        assert_eq!(std::fs::read_dir(notes).unwrap().count(), 0);
    }
}

#[test]
fn the_operators_view_has_the_verdict_the_picture_and_three_buttons() {
    for (language, theme) in [(Language::Ko, Theme::Dark), (Language::En, Theme::Light)] {
        let mut app = TestAppOptions { theme, ..TestAppOptions::new(language) }.start(|_| {});
        app.wait_for(&app.text("inspect-invite"));
        let file = app.file("part.png", &png());
        app.drop_files(&[file]);
        app.wait_for(&app.text("report-title"));
        app.wait_for(&app.text("command-register-defect"));
        app.press(Modifiers::NONE, Key::F11);
        assert!(!app.shows(&app.text("report-title")));
        app.click(&format!("2  {}", app.text("verdict-ng")));
        let said = format!("{} {}", app.text("opinion-person"), app.text("verdict-ng"));
        app.wait_for(&said);
        let judged = app.library().judgement(InspectionId(1)).unwrap().unwrap();
        assert_eq!(judged.opinion.verdict, Verdict::Ng);
        app.save_picture("operator");
        // And back.
        app.press(Modifiers::NONE, Key::F11);
        app.wait_for(&app.text("report-title"));
    }
}

#[test]
fn the_drawn_pictures_are_copied() {
    let mut app = TestApp::new(Language::En);
    app.wait_for(&app.text("inspect-invite"));
    let file = app.file("part.png", &png());
    app.drop_files(&[file]);
    app.wait_for("1 / 1");
    app.wait_for("The product is unknown");
    // By its key; then by the command, since a key takes several frames and the copy is in one of
    // them.
    app.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::C);
    app.wait_for(&app.text("view-copied"));
    app.harness.state_mut().send(Command::CopyView);
    let copied = |window: &AppHarness| {
        let commands = &window.output().platform_output.commands;
        let image = |command: &egui::OutputCommand| match command {
            egui::OutputCommand::CopyImage(image) => Some(image.clone()),
            _ => None,
        };
        commands.iter().find_map(image)
    };
    let seen = std::cell::RefCell::new(None);
    app.wait_until("a copy", |window| {
        if let Some(image) = copied(window) {
            *seen.borrow_mut() = Some(image);
        }
        seen.borrow().is_some()
    });
    let seen = seen.into_inner().unwrap();
    assert!(seen.width() > 300 && seen.height() > 300, "{:?}", seen.size);
    // The copy shows the part, whose blue is nowhere else.
    assert!(seen.pixels.iter().filter(|pixel| pixel.b() == 90).count() > 1_000);
}
