//! The history as a gallery, driven through the user interface.

use std::time::Instant;

use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::tests::inspections::{skipped_inspection, three_inspections};
use crate::tests::test_app::{AppHarness, TIMEOUT, TestApp, TestAppOptions};
use fettle_domain::{InspectionId, Language, Opinion, Verdict};
use fettle_library::Library;

/// The inspections in the gallery, as a screen reader finds them: name and whether it is selected.
fn cells(harness: &AppHarness) -> Vec<(String, bool)> {
    let cells = harness.query_all_by_role(Role::ListBoxOption);
    cells
        .map(|cell| {
            let node = cell.accesskit_node();
            (
                node.label().unwrap_or_default(),
                node.toggled() == Some(egui::accesskit::Toggled::True),
            )
        })
        .collect()
}

/// The names of the files in the gallery.
fn files(harness: &AppHarness) -> Vec<String> {
    let first = |(name, _): (String, bool)| name.split(',').next().map(str::to_owned);
    cells(harness).into_iter().filter_map(first).collect()
}

/// The cell of a file.
fn cell(app: &TestApp, file: &str) -> String {
    let found = cells(&app.harness).into_iter().find(|(name, _)| name.starts_with(file));
    found.unwrap_or_default().0
}

fn gallery(app: &mut TestApp) {
    app.press(Modifiers::COMMAND, Key::Num5);
    app.wait_for("a.png");
    app.click_on(Role::Button, &app.text("history-as-gallery"));
    app.wait_until("cells", |harness| !cells(harness).is_empty());
}

#[test]
fn the_gallery_has_the_tables_rows_filters_selection_and_keys() {
    for language in [Language::En, Language::Ko] {
        let app = &mut TestAppOptions::new(language).start(|engine| {
            three_inspections(engine);
            let mut library = Library::open(engine.workspace().root()).unwrap();
            let opinion = Opinion { verdict: Verdict::Ng, defect: None, note: String::new() };
            library.judge(InspectionId(2), Some(&opinion), "kim").unwrap();
        });
        gallery(app);
        assert_eq!(files(&app.harness), ["c.png", "b.png", "a.png"]);
        // Name, verdict, judgement, what it shows, time.
        let product =
            if language == Language::Ko { "주조품 (casting)" } else { "Casting (casting)" };
        let said = format!("{} {}", app.text("opinion-person"), app.text("verdict-ng"));
        let verdict = app.text("verdict-ok");
        let expected = format!("b.png, {verdict}, {said}, {product}, 2026-11-22 10:00:00");
        assert_eq!(cell(app, "b.png"), expected);

        // A click opens it beside the gallery, arrows go on.
        app.click_on(Role::ListBoxOption, &cell(app, "a.png"));
        app.wait_for("/line/a.png");
        let selected = |harness: &AppHarness| -> Vec<String> {
            let chosen = cells(harness).into_iter().filter(|(_, is_selected)| *is_selected);
            chosen.map(|(name, _)| name.chars().take(5).collect()).collect()
        };
        assert_eq!(selected(&app.harness), ["a.png"]);
        app.press(Modifiers::NONE, Key::ArrowLeft);
        app.wait_for("/line/b.png");
        assert_eq!(selected(&app.harness), ["b.png"]);
        app.press(Modifiers::NONE, Key::ArrowRight);
        app.wait_for("/line/a.png");
        // The key of a judgement is for what is selected.
        app.press(Modifiers::NONE, Key::Num1);
        app.wait_until("a judgement", |harness| {
            cells(harness).iter().any(|(name, _)| {
                name.starts_with("a.png")
                    && name.contains(&fettle_i18n::text(language, "opinion-person"))
            })
        });

        // Ctrl marks several.
        let name = cell(app, "c.png");
        let other = app.harness.get_by_role_and_label(Role::ListBoxOption, &name);
        other.click_modifiers(Modifiers::COMMAND);
        app.harness.run_steps(3);
        let marked = [("count", 2_usize.into())];
        app.wait_for(&app.with("history-pdf-marked", &marked));

        // Filters and order are those of the table.
        let line = app.text("history-text");
        app.type_into(&line, "b.p");
        app.wait_until("one cell", |harness| files(harness) == ["b.png"]);
        app.type_into(&line, ".png");
        app.wait_until("all cells", |harness| files(harness).len() == 3);
        app.choose(&app.text("history-order"), &app.text("history-file"));
        app.wait_until("a first", |harness| files(harness) == ["a.png", "b.png", "c.png"]);
        app.click_on(Role::Button, &app.text("history-ascending"));
        app.wait_until("c first", |harness| files(harness) == ["c.png", "b.png", "a.png"]);
    }
}

#[test]
fn a_double_click_gives_the_inspection_the_whole_tab_and_the_gallery_stays_chosen() {
    let app = &mut TestAppOptions::new(Language::En).start(three_inspections);
    gallery(app);
    let name = cell(app, "a.png");
    let pos = app.harness.get_by_role_and_label(Role::ListBoxOption, &name).rect().center();
    app.harness.hover_at(pos);
    app.harness.run_steps(2);
    // Two clicks within the time of a double click.
    for pressed in [true, false, true, false] {
        let (button, modifiers) = (egui::PointerButton::Primary, Modifiers::NONE);
        let event = egui::Event::PointerButton { pos, button, pressed, modifiers };
        app.harness.input_mut().events.push(event);
    }
    app.harness.run_steps(2);
    let back = app.text("history-back");
    app.wait_for(&back);
    app.wait_for("/line/a.png");
    assert!(cells(&app.harness).is_empty());
    // The next one, over the whole tab.
    app.press(Modifiers::NONE, Key::ArrowLeft);
    app.wait_for("/line/b.png");
    assert!(app.shows(&back));
    app.press(Modifiers::NONE, Key::Escape);
    assert_eq!(files(&app.harness).len(), 3);
    // As a person left it.
    app.press(Modifiers::COMMAND, Key::Num6);
    app.press(Modifiers::COMMAND, Key::Num5);
    app.wait_until("cells", |harness| cells(harness).len() == 3);
    app.click_on(Role::Button, &app.text("history-as-table"));
    assert!(cells(&app.harness).is_empty() && app.shows("c.png"));
}

#[test]
fn only_what_is_in_view_is_drawn_and_arrows_scroll_to_the_rest() {
    let count = 400;
    let app = &mut TestAppOptions::new(Language::En).start(|engine| {
        let mut library = Library::open(engine.workspace().root()).unwrap();
        for number in 0..count {
            let one = skipped_inspection(&format!("/line/n{number:03}.png"), Verdict::Ok);
            library.record_inspection(&one).unwrap();
        }
    });
    app.press(Modifiers::COMMAND, Key::Num5);
    app.wait_for("n399.png");
    app.click_on(Role::Button, &app.text("history-as-gallery"));
    app.wait_until("cells", |harness| !cells(harness).is_empty());
    assert!(cells(&app.harness).len() < 80, "{}", cells(&app.harness).len());
    // Down, row by row, over the pages of the list.
    let first = files(&app.harness);
    let per_row = {
        let tops: Vec<i32> = app
            .harness
            .query_all_by_role(Role::ListBoxOption)
            .map(|cell| cell.rect().top() as i32)
            .collect();
        tops.iter().filter(|top| Some(*top) == tops.first()).count()
    };
    assert!(per_row > 1 && first.len() > per_row);
    let at = 120_usize.div_ceil(per_row);
    let wanted = format!("n{:03}.png", count - 1 - at * per_row);
    let begun = Instant::now();
    loop {
        let selected = cells(&app.harness).into_iter().find(|(_, is_selected)| *is_selected);
        if selected.is_some_and(|(name, _)| name.starts_with(&wanted)) {
            break;
        }
        assert!(begun.elapsed() < TIMEOUT, "never at {wanted}: {:?}", cells(&app.harness));
        app.press(Modifiers::NONE, Key::ArrowDown);
    }
    assert!(!files(&app.harness).contains(&"n399.png".to_owned()));
}

#[test]
fn the_details_have_their_width_from_the_first_frame() {
    for (size, language) in [
        (egui::vec2(960.0, 540.0), Language::Ko),
        (egui::vec2(1024.0, 700.0), Language::En),
        (egui::vec2(1440.0, 900.0), Language::Ko),
    ] {
        let options = TestAppOptions { size, ..TestAppOptions::new(language) };
        let app = &mut options.start(three_inspections);
        app.press(Modifiers::COMMAND, Key::Num5);
        let begun = Instant::now();
        // Frame by frame: the first one with the details counts.
        while app.harness.query_by_label("/line/c.png").is_none() {
            app.harness.step();
            assert!(begun.elapsed() < TIMEOUT);
        }
        let left = |app: &TestApp| app.harness.get_by_label("/line/c.png").rect().left();
        let first = left(app);
        let beyond = |app: &TestApp| {
            let all = app.harness.query_all_by(|node| node.role() == Role::Button);
            let beyond = all.filter(|node| node.rect().right() > size.x + 1.0);
            beyond.filter_map(|node| node.accesskit_node().label()).collect::<Vec<_>>()
        };
        assert_eq!(beyond(app), Vec::<String>::new(), "{size:?}");
        app.harness.run_steps(20);
        assert_eq!(left(app), first, "{size:?}: the panel grew");
    }
}
