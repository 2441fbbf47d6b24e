//! Korean through an input method: keys of a composition are text and no shortcuts.

use egui::{Event, ImeEvent, Key, Modifiers, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::png;
use super::test_app::{TestApp, TestAppOptions, run_job};
use fettle_domain::{InspectionId, Language, Product, ProductCode, Verdict};
use fettle_engine::{AddProduct, RegisterManual};
use fettle_testing::documents::{own_fonts, page, pdf};

/// The events of an input method for a growing syllable or word: one for each of `steps`, the last
/// of which is committed.
fn composed(steps: &[&str]) -> Vec<Event> {
    let preedit = |text: &str| {
        let text = text.to_owned();
        Event::Ime(ImeEvent::Preedit { text, active_range_chars: None })
    };
    let mut events: Vec<Event> = steps.iter().map(|step| preedit(step)).collect();
    events.push(preedit(""));
    events.push(Event::Ime(ImeEvent::Commit(steps.last().copied().unwrap_or_default().to_owned())));
    events
}

fn key(key: Key) -> Event {
    let (physical_key, modifiers) = (None, Modifiers::NONE);
    Event::Key { key, physical_key, pressed: true, repeat: false, modifiers }
}

/// Sends one event a frame.
fn send(app: &mut TestApp, events: impl IntoIterator<Item = Event>) {
    for event in events {
        app.harness.input_mut().events.push(event);
        app.harness.step();
    }
}

fn focus(app: &mut TestApp, line: &str) {
    app.harness.get_by_role_and_label(Role::TextInput, line).focus();
    app.harness.run_steps(3);
}

fn value_of(app: &TestApp, line: &str) -> String {
    let line = app.harness.get_by_role_and_label(Role::TextInput, line);
    line.accesskit_node().value().unwrap_or_default()
}

#[test]
fn keys_that_compose_a_note_do_not_judge() {
    for language in [Language::Ko, Language::En] {
        let mut app = TestApp::new(language);
        app.wait_for(&app.text("inspect-invite"));
        let file = app.file("part.png", &png());
        app.drop_files(&[file]);
        app.wait_for(&app.text("command-register-defect"));
        app.click(&app.text("verdict-ng"));
        let note = app.text("judge-note");
        app.wait_until(&note, |window| {
            window.query_by_role_and_label(Role::TextInput, &note).is_some()
        });
        focus(&mut app, &note);
        // The input method takes the keys of the last syllable: 1 and 3 would judge.
        let mut events = composed(&["ㅂ", "부", "불"]);
        events.truncate(3);
        events.extend([key(Key::Num1), key(Key::Num3)]);
        events.extend(composed(&["불"]).split_off(1));
        events.extend(composed(&["랴", "량"]));
        send(&mut app, events);
        assert_eq!(value_of(&app, &note), "불량");
        // Enter ends the composition and the line in one frame.
        let mut last = composed(&["ㄱ", "기", "깊"]);
        last.push(key(Key::Enter));
        let enter = last.split_off(2);
        send(&mut app, last);
        app.harness.input_mut().events.extend(enter);
        app.harness.run_steps(3);
        let expected = "불량깊";
        let root = app.workspace().root().to_owned();
        app.wait_until(expected, |_| {
            let library = fettle_library::Library::open(&root).unwrap();
            let judgement = library.judgement(InspectionId(1)).unwrap();
            judgement.is_some_and(|judgement| judgement.opinion.note == expected)
        });
        // Confirming would have recorded the verdict without models, unsure.
        let judged = app.library().judgement(InspectionId(1)).unwrap().unwrap();
        assert_eq!(judged.opinion.verdict, Verdict::Ng);
    }
}

#[test]
fn a_composed_question_is_sent_whole() {
    let fonts = own_fonts();
    for language in [Language::Ko, Language::En] {
        let mut app = TestAppOptions::new(language).start(|engine| {
            let code: ProductCode = "part".parse().unwrap();
            let (name_ko, name_en) = ("부품".to_owned(), "Part".to_owned());
            run_job(engine, AddProduct(Product { code: code.clone(), name_ko, name_en }));
            let pages = [page(&["# hole (기공)", "발생 원인", "• 탈기 불량"])];
            let path = engine.workspace().file("part.pdf");
            std::fs::write(&path, pdf(&fonts, &pages, false)).unwrap();
            run_job(engine, RegisterManual { product: code, path });
        });
        app.press(Modifiers::COMMAND, Key::Num4);
        app.wait_for("탈기 불량");
        let question = app.text("manual-question");
        focus(&mut app, &question);
        let mut events = composed(&["ㅌ", "타", "탈"]);
        events.extend(composed(&["ㄱ", "기"]));
        let end = events.split_off(events.len() - 2);
        send(&mut app, events);
        assert!(!app.shows(&app.text("manual-models")));
        app.harness.input_mut().events.extend(end.into_iter().chain([key(Key::Enter)]));
        app.harness.run_steps(3);
        assert_eq!(value_of(&app, &question), "탈기");
        // The question was sent: the answer says that models are missing.
        app.wait_for(&app.text("manual-models"));
    }
}

#[test]
fn enter_that_ends_a_composition_does_not_register() {
    let mut app = TestApp::new(Language::Ko);
    app.press(Modifiers::COMMAND, Key::N);
    app.type_into(&app.text("dialog-code"), "prod1");
    let name = app.text("dialog-name-ko");
    focus(&mut app, &name);
    let mut events = composed(&["ㅈ", "주", "줒", "주조"]);
    let end = events.split_off(4);
    send(&mut app, events);
    app.harness.input_mut().events.extend(end.into_iter().chain([key(Key::Enter)]));
    app.harness.run_steps(4);
    assert_eq!(value_of(&app, &name), "주조");
    assert_eq!(app.library().products().unwrap(), []);
    // The next Enter does.
    app.press(Modifiers::NONE, Key::Enter);
    app.wait_for("주조 (prod1)");
}

#[test]
fn korean_is_composed_in_the_palette_and_keys_of_the_composition_put_nothing() {
    for language in [Language::Ko, Language::En] {
        let mut app = TestApp::new(language);
        app.wait_for(&app.text("inspect-invite"));
        app.press(Modifiers::COMMAND, Key::K);
        let hint = app.text("palette-hint");
        let mut events = composed(&["ㄱ", "기"]);
        let end = events.split_off(2);
        for event in events {
            app.harness.input_mut().events.push(event);
            app.harness.step();
            let ime = app.harness.output().platform_output.ime;
            assert!(ime.is_some_and(|ime| !ime.should_interrupt_composition));
        }
        // Keys that come amid the composition, and what some input methods make of them.
        let command = |key: Key| Event::Key {
            key,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers: Modifiers::COMMAND,
        };
        for (pressed, control) in
            [(key(Key::Escape), "\u{1b}"), (command(Key::A), "\u{1}"), (command(Key::K), "\u{b}")]
        {
            app.harness.input_mut().events.extend([pressed, Event::Text(control.to_owned())]);
            app.harness.run_steps(2);
            assert_eq!(value_of(&app, &hint), "기");
        }
        send(&mut app, end);
        send(&mut app, composed(&["ㄹ", "로", "록"]));
        assert_eq!(value_of(&app, &hint), "기록");
        let (log, filter) = (app.text("command-log"), app.text("log-filter"));
        assert!(app.shows(&log), "a command is found by its Korean name");
        app.press(Modifiers::NONE, Key::Enter);
        app.wait_for(&filter);
    }
}
