//! Korean through an input method: what is being composed is text, and no command.

use egui::{Event, ImeEvent, Key, Modifiers, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::png;
use super::scene::{Scene, Setting, answer};
use fettle_domain::{InspectionId, Language, Product, ProductCode, Verdict};
use fettle_engine::{AddProduct, RegisterManual};
use fettle_testing::documents::{fonts, page, pdf};

/// What an input method sends of a syllable or word that grows: `steps`, the last of which it
/// commits.
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

/// One event a frame, as they come.
fn send(scene: &mut Scene, events: impl IntoIterator<Item = Event>) {
    for event in events {
        scene.harness.input_mut().events.push(event);
        scene.harness.step();
    }
}

fn focus(scene: &mut Scene, line: &str) {
    scene.harness.get_by_role_and_label(Role::TextInput, line).focus();
    scene.harness.run_steps(3);
}

fn written(scene: &Scene, line: &str) -> String {
    let line = scene.harness.get_by_role_and_label(Role::TextInput, line);
    line.accesskit_node().value().unwrap_or_default()
}

#[test]
fn a_note_is_composed_and_no_key_of_it_judges() {
    for language in [Language::Ko, Language::En] {
        let mut scene = Scene::new(language);
        scene.until_seen(&scene.text("inspect-invite"));
        let file = scene.file("part.png", &png());
        scene.drop_files(&[file]);
        scene.until_seen(&scene.text("command-register-defect"));
        scene.click(&scene.text("verdict-ng"));
        let note = scene.text("judge-note");
        scene.until(&note, |window| {
            window.query_by_role_and_label(Role::TextInput, &note).is_some()
        });
        focus(&mut scene, &note);
        // The input method has the keys of the last syllable: 1 and 3 would judge.
        let mut events = composed(&["ㅂ", "부", "불"]);
        events.truncate(3);
        events.extend([key(Key::Num1), key(Key::Num3)]);
        events.extend(composed(&["불"]).split_off(1));
        events.extend(composed(&["랴", "량"]));
        send(&mut scene, events);
        assert_eq!(written(&scene, &note), "불량");
        // Enter ends the composition and the line in one frame.
        let mut last = composed(&["ㄱ", "기", "깊"]);
        last.push(key(Key::Enter));
        let enter = last.split_off(2);
        send(&mut scene, last);
        scene.harness.input_mut().events.extend(enter);
        scene.harness.run_steps(3);
        let expected = "불량깊";
        let root = scene.workspace().root().to_owned();
        scene.until(expected, |_| {
            let library = fettle_library::Library::open(&root).unwrap();
            let judgement = library.judgement(InspectionId(1)).unwrap();
            judgement.is_some_and(|judgement| judgement.opinion.note == expected)
        });
        // Confirming would have made it what was found: unsure, without models.
        let judged = scene.library().judgement(InspectionId(1)).unwrap().unwrap();
        assert_eq!(judged.opinion.verdict, Verdict::Ng);
    }
}

#[test]
fn a_question_is_composed_and_asked_whole() {
    let Some(fonts) = fonts() else { return };
    for language in [Language::Ko, Language::En] {
        let mut scene = Setting::new(language).prepared(|engine| {
            let code: ProductCode = "part".parse().unwrap();
            let (name_ko, name_en) = ("부품".to_owned(), "Part".to_owned());
            answer(engine, AddProduct(Product { code: code.clone(), name_ko, name_en }));
            let pages = [page(&["# hole (기공)", "발생 원인", "• 탈기 불량"])];
            let path = engine.workspace().root().join("part.pdf");
            std::fs::write(&path, pdf(&fonts, &pages, false)).unwrap();
            answer(engine, RegisterManual { product: code, path });
        });
        scene.press(Modifiers::COMMAND, Key::Num4);
        scene.until_seen("탈기 불량");
        let question = scene.text("manual-question");
        focus(&mut scene, &question);
        let mut events = composed(&["ㅌ", "타", "탈"]);
        events.extend(composed(&["ㄱ", "기"]));
        let end = events.split_off(events.len() - 2);
        send(&mut scene, events);
        assert!(!scene.sees(&scene.text("manual-models")));
        scene.harness.input_mut().events.extend(end.into_iter().chain([key(Key::Enter)]));
        scene.harness.run_steps(3);
        assert_eq!(written(&scene, &question), "탈기");
        // It was asked: without a model that is said.
        scene.until_seen(&scene.text("manual-models"));
    }
}

#[test]
fn a_name_is_composed_and_enter_that_ends_it_does_not_register() {
    let mut scene = Scene::new(Language::Ko);
    scene.press(Modifiers::COMMAND, Key::N);
    scene.write(&scene.text("dialog-code"), "prod1");
    let name = scene.text("dialog-name-ko");
    focus(&mut scene, &name);
    let mut events = composed(&["ㅈ", "주", "줒", "주조"]);
    let end = events.split_off(4);
    send(&mut scene, events);
    scene.harness.input_mut().events.extend(end.into_iter().chain([key(Key::Enter)]));
    scene.harness.run_steps(4);
    assert_eq!(written(&scene, &name), "주조");
    assert_eq!(scene.library().products().unwrap(), []);
    // The next one does.
    scene.press(Modifiers::NONE, Key::Enter);
    scene.until_seen("주조 (prod1)");
}
