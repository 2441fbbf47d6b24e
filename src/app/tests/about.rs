//! *About*, opened from the menu.

use egui::{Key, Modifiers, OutputCommand};
use egui_kittest::kittest::Queryable as _;

use super::test_app::TestApp;
use crate::licences::crates;
use fettle_domain::Language;

fn open(language: Language) -> TestApp {
    let mut app = TestApp::new(language);
    app.wait_for(&app.text("inspect-invite"));
    app.click(&app.text("menu-help"));
    app.click(&app.text("command-about"));
    app.wait_for(&app.text("about-others"));
    app
}

#[test]
fn version_and_licences_of_models_libraries_and_crates_are_shown_and_found() {
    for language in [Language::Ko, Language::En] {
        let mut app = open(language);
        assert!(app.shows(&format!("Fettle {}", env!("CARGO_PKG_VERSION"))));
        assert!(app.shows(&app.with("about-licence", &[("licence", "MIT OR Apache-2.0".into())])));
        app.wait_for("Qwen2.5-Coder");
        app.save_picture("about");

        // A model, by its name.
        let search = app.text("about-search");
        app.type_into(&search, "gemma");
        assert!(app.shows("Gemma") && !app.shows("Qwen2.5-Coder") && !app.shows("SQLite"));
        // A library, by its licence.
        app.type_into(&search, "ofl-1.1");
        assert!(app.shows("NanumGothic") && app.shows("epaint_default_fonts"));
        assert!(!app.shows("SQLite"));
        // A crate far down the list.
        app.type_into(&search, "zip 9");
        assert!(app.shows(&app.with("about-crates", &[("count", 1_u32.into())])));
        app.save_picture("licence-found");
        app.type_into(&search, "없는 것");
        assert!(app.shows(&app.text("about-nothing")));

        app.press(Modifiers::NONE, Key::Escape);
        assert!(!app.shows(&app.text("about-others")));
    }
}

#[test]
fn the_list_is_copied_as_far_as_it_is_shown() {
    let mut app = open(Language::Ko);
    app.wait_for("Qwen2.5-Coder");
    let copied = |app: &mut TestApp| {
        app.press_button(&app.text("about-copy"));
        let seen = std::cell::RefCell::new(None);
        app.wait_until("a copy", |window| {
            let commands = &window.output().platform_output.commands;
            let text = commands.iter().find_map(|command| match command {
                OutputCommand::CopyText(text) => Some(text.clone()),
                _ => None,
            });
            let mut seen = seen.borrow_mut();
            *seen = text.or(seen.take());
            seen.is_some()
        });
        seen.into_inner().unwrap()
    };
    let all = copied(&mut app);
    assert!(all.lines().count() > crates().len());
    assert!(all.contains("SQLite\t\tblessing (public domain)\thttps://www.sqlite.org\n"));

    app.type_into(&app.text("about-search"), "egui_plot");
    let found = copied(&mut app);
    assert_eq!(found.lines().count(), 1, "{found}");
    assert!(found.starts_with("egui_plot\t0."), "{found}");
    app.click(&app.text("button-close"));
    app.harness.run_steps(2);
    assert!(app.harness.query_by_label(&app.text("about-others")).is_none());
}
