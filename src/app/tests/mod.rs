//! The window as a whole, driven as a person would.

mod frames;
mod ime;
mod pasting;
mod quitting;
pub(crate) mod scene;
mod snapshots;

use std::time::{Duration, Instant};

use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::Queryable as _;

use self::scene::{PATIENCE, Scene, Setting, Window, answer};
use super::command::{COMMANDS, Command};
use super::tabs::TABS;
use fettle_domain::{InspectionId, Language, Product, Verdict};
use fettle_engine::AddProduct;
use fettle_library::LabelFilter;
use fettle_settings::read;

fn words(language: Language, id: &str) -> String {
    fettle_i18n::text(language, id)
}

#[test]
fn every_command_has_its_own_shortcut_and_message() {
    let mut seen = Vec::new();
    let tabs = TABS.iter().map(|tab| (tab.label, tab.shortcut));
    for (label, shortcut) in COMMANDS.iter().map(|entry| (entry.label, entry.shortcut)).chain(tabs)
    {
        for language in [Language::Ko, Language::En] {
            assert_ne!(words(language, label), label);
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
        let mut scene = Setting { theme, ..Setting::new(language) }.prepared(|_| {});
        let word = |id: &str| words(language, id);
        scene.until_seen(&word("inspect-invite"));
        // By the menu.
        let filter = word("log-filter");
        assert!(!scene.sees(&filter));
        scene.click(&word("menu-view"));
        let log = word("command-log");
        // The menu is drawn above all else.
        scene.harness.query_all_by_label_contains(&log).last().unwrap().click();
        scene.harness.run_steps(3);
        assert!(scene.sees(&filter), "{language:?}");
        // By its key.
        scene.press(Modifiers::COMMAND, Key::L);
        assert!(!scene.sees(&filter));
        // By the palette.
        scene.press(Modifiers::COMMAND, Key::K);
        let hint = word("palette-hint");
        scene.harness.get_by_label(&hint).type_text(&word("command-log"));
        scene.harness.run_steps(2);
        scene.press(Modifiers::NONE, Key::Enter);
        assert!(scene.sees(&filter) && !scene.sees(&hint), "{language:?}");
        // The list of shortcuts.
        scene.press(Modifiers::NONE, Key::F1);
        assert!(scene.sees("Ctrl+J"));
        scene.click(&word("button-close"));
        assert!(!scene.sees("Ctrl+J"));
    }
}

#[test]
fn the_language_changes_at_once_and_is_remembered() {
    let mut scene = Scene::new(Language::Ko);
    scene.until_seen(&words(Language::Ko, "inspect-invite"));
    scene.press(Modifiers::COMMAND, Key::K);
    let hint = words(Language::Ko, "palette-hint");
    scene.harness.get_by_label(&hint).type_text("English");
    scene.harness.run_steps(2);
    scene.press(Modifiers::NONE, Key::Enter);
    scene.until_seen(&words(Language::En, "inspect-invite"));
    let path = scene.workspace().settings_path();
    let given_up = Instant::now() + PATIENCE;
    while read(&path).0.language != Language::En {
        assert!(Instant::now() < given_up, "never written");
        scene.harness.step();
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_file_that_is_no_image_is_said_so_and_the_window_goes_on() {
    let mut scene = Scene::new(Language::En);
    scene.until_seen(&words(Language::En, "inspect-invite"));
    let file = scene.file("broken.png", b"no picture");
    scene.drop_files(&[file]);
    scene.until_seen("is not an image");
    assert!(scene.sees("broken.png"));
}

/// A picture, as a file has it.
fn png() -> Vec<u8> {
    let picture =
        image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([x as u8 * 4, y as u8 * 5, 90]));
    let mut png = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

#[test]
fn without_models_an_image_is_shown_with_what_to_do() {
    let mut scene = Setting { theme: Theme::Light, ..Setting::new(Language::En) }.prepared(|_| {});
    scene.until_seen(&words(Language::En, "inspect-invite"));
    let file = scene.file("part.png", &png());
    scene.drop_files(&[file]);
    scene.until_seen("fettle models pull efficientnet-lite0");
    assert!(scene.sees(&words(Language::En, "verdict-unsure")));
    assert!(scene.sees("The product is unknown"));
}

#[test]
fn the_log_panel_finds_lines() {
    let mut scene = Scene::new(Language::En);
    scene.log.push("INFO fettle: 하나");
    scene.log.push("WARN fettle: two");
    scene.press(Modifiers::COMMAND, Key::L);
    scene.until_seen("WARN fettle: two");
    assert!(scene.sees("하나"));
    let filter = words(Language::En, "log-filter");
    scene.harness.get_by_label(&filter).click();
    scene.harness.run_steps(3);
    scene.harness.get_by_label(&filter).type_text("warn");
    scene.harness.run_steps(2);
    assert!(scene.sees("WARN fettle: two") && !scene.sees("하나"));
}

#[test]
fn a_job_that_a_crash_cut_off_is_offered_and_done_again() {
    let product = || "casting".parse().unwrap();
    for language in [Language::En, Language::Ko] {
        let mut scene = Setting::new(language).prepared(|engine| {
            let (name_ko, name_en) = ("주조품".to_owned(), "Casting".to_owned());
            answer(engine, AddProduct(Product { code: product(), name_ko, name_en }));
            let part = engine.workspace().root().join("part.png");
            image::RgbImage::new(8, 8).save(&part).unwrap();
            // As a process that was killed leaves it.
            let note = serde_json::json!({
                "begun_at": "2026-11-22T10:00:00Z",
                "job": "register_images",
                "request": { "product": "casting", "label": { "kind": "normal" }, "paths": [part] },
            });
            let notes = engine.workspace().unfinished_dir();
            std::fs::create_dir_all(&notes).unwrap();
            std::fs::write(notes.join("job-1.json"), note.to_string()).unwrap();
        });
        let notes = scene.workspace().unfinished_dir();
        let again = scene.text("command-repeat");
        scene.until_seen(&scene.text("unfinished-forget"));
        scene.until_seen(if language == Language::En {
            "1 files of Casting"
        } else {
            "이미지 1건"
        });
        scene.click(&again);
        scene.until_seen(&scene.text("unfinished-done"));
        scene.until_gone(&scene.text("unfinished-forget"));
        let images = scene.library().images(Some(&product()), &LabelFilter::Normal).unwrap();
        assert_eq!(images.len(), 1);
        assert_eq!(std::fs::read_dir(notes).unwrap().count(), 0);
    }
}

#[test]
fn the_operators_view_has_the_verdict_the_picture_and_three_buttons() {
    for (language, theme) in [(Language::Ko, Theme::Dark), (Language::En, Theme::Light)] {
        let mut scene = Setting { theme, ..Setting::new(language) }.prepared(|_| {});
        scene.until_seen(&scene.text("inspect-invite"));
        let file = scene.file("part.png", &png());
        scene.drop_files(&[file]);
        scene.until_seen(&scene.text("report-title"));
        scene.until_seen(&scene.text("command-register-defect"));
        scene.press(Modifiers::NONE, Key::F11);
        assert!(!scene.sees(&scene.text("report-title")));
        scene.click(&format!("2  {}", scene.text("verdict-ng")));
        scene.until_seen(&scene.text("operator-judged"));
        let judged = scene.library().judgement(InspectionId(1)).unwrap().unwrap();
        assert_eq!(judged.opinion.verdict, Verdict::Ng);
        scene.picture("operator");
        // And back.
        scene.press(Modifiers::NONE, Key::F11);
        scene.until_seen(&scene.text("report-title"));
    }
}

#[test]
fn what_is_seen_of_a_part_is_copied() {
    let mut scene = Scene::new(Language::En);
    scene.until_seen(&scene.text("inspect-invite"));
    let file = scene.file("part.png", &png());
    scene.drop_files(&[file]);
    scene.until_seen("1 / 1");
    scene.until_seen("The product is unknown");
    // By its key; then by the command, since a key is several frames and the copy is in one.
    scene.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::C);
    scene.until_seen(&scene.text("view-copied"));
    scene.harness.state_mut().send(Command::CopyView);
    let copied = |window: &Window| {
        let commands = &window.output().platform_output.commands;
        let image = |command: &egui::OutputCommand| match command {
            egui::OutputCommand::CopyImage(image) => Some(image.clone()),
            _ => None,
        };
        commands.iter().find_map(image)
    };
    let seen = std::cell::RefCell::new(None);
    scene.until("a copy", |window| {
        if let Some(image) = copied(window) {
            *seen.borrow_mut() = Some(image);
        }
        seen.borrow().is_some()
    });
    let seen = seen.into_inner().unwrap();
    assert!(seen.width() > 300 && seen.height() > 300, "{:?}", seen.size);
    // The part is in it: its blue is nowhere else.
    assert!(seen.pixels.iter().filter(|pixel| pixel.b() == 90).count() > 1_000);
}
