//! Keys that judge: none is lost, none is given to another part.

use egui::{Event, Key, Modifiers};

use crate::tests::held_job::hold_job_threads;
use crate::tests::test_app::TestApp;
use fettle_domain::{HistoryFilter, Language, Verdict};
use fettle_library::Library;

/// Keys, and the verdicts that they say. Without models the machine is unsure of every part.
const KEYS: [(Key, Verdict); 4] = [
    (Key::Num1, Verdict::Ok),
    (Key::Num2, Verdict::Ng),
    (Key::Enter, Verdict::Unsure),
    (Key::Num3, Verdict::Unsure),
];
const PARTS: usize = 100;

/// A key pressed and let go; `repeats` presses come while it is held down.
fn typed(key: Key, repeats: usize) -> Vec<Event> {
    let event = |pressed| Event::Key {
        key,
        physical_key: None,
        pressed,
        // egui finds out itself.
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    let mut events = vec![event(true); repeats + 1];
    events.push(event(false));
    events
}

/// How the keys come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// One when the part before is shown.
    Waiting,
    /// One a frame, while the engine is held up for the first of them.
    HeldUp,
    /// Several in one frame.
    Bursts,
}

/// Types a verdict on each part.
fn type_all(app: &mut TestApp, pace: Pace) {
    let keys: Vec<Key> = (0..PARTS).map(|part| KEYS[part % KEYS.len()].0).collect();
    let held = (pace == Pace::HeldUp).then(|| hold_job_threads(app));
    let at_once = if pace == Pace::Bursts { 7 } else { 1 };
    for (number, keys) in keys.chunks(at_once).enumerate() {
        if pace == Pace::Waiting {
            app.wait_for(&format!("{} / {PARTS}   part_{number:03}.png", number + 1));
            app.wait_for(&app.text("command-register-defect"));
        }
        let events = keys.iter().flat_map(|key| typed(*key, 0));
        app.harness.input_mut().events.extend(events);
        app.harness.step();
    }
    if held.is_some() {
        // The keys wait, with a sign.
        assert!(app.shows("⌛"));
    }
    drop(held);
}

#[test]
fn a_hundred_parts_are_judged_as_typed_each_once() {
    for pace in [Pace::Waiting, Pace::HeldUp, Pace::Bursts] {
        let mut app = TestApp::new(Language::En);
        let folder = app.photographs(PARTS as u32);
        app.open_batch(folder);
        type_all(&mut app, pace);
        let counts = app.with(
            "batch-counts",
            &[
                ("parts", PARTS.into()),
                ("judged", PARTS.into()),
                ("left", 0_usize.into()),
                ("ng", (PARTS / KEYS.len()).into()),
            ],
        );
        let database = app.workspace().root().to_owned();
        let judged = move || {
            let library = Library::open(&database).unwrap();
            let rows = library.history(&HistoryFilter::default(), 0, 1_000).unwrap().rows;
            let mut judged: Vec<_> =
                rows.into_iter().map(|row| (row.file_name().to_owned(), row.judged)).collect();
            judged.sort_by(|(one, _), (other, _)| one.cmp(other));
            judged
        };
        app.wait_until("all judgements", |_| {
            judged().iter().filter(|(_, judged)| judged.is_some()).count() == PARTS
        });
        app.wait_for(&counts);
        let typed: Vec<_> = (0..PARTS)
            .map(|part| (format!("part_{part:03}.png"), Some(KEYS[part % KEYS.len()].1)))
            .collect();
        assert_eq!(judged(), typed, "{pace:?}");
        let conn = rusqlite::Connection::open(app.workspace().file("data/fettle.db")).unwrap();
        let count = |table: &str| -> i64 {
            let sql = format!("SELECT count(*) FROM {table}");
            conn.query_row(&sql, [], |row| row.get(0)).unwrap()
        };
        assert_eq!((count("judgements"), count("inspections")), (100, 100), "{pace:?}");
    }
}

#[test]
fn keys_of_one_frame_are_taken_in_their_order() {
    let mut app = TestApp::new(Language::En);
    let folder = app.photographs(4);
    app.open_batch(folder);
    // Next, NG, then OK for the part after it: not in the order of the table of commands.
    let keys = [Key::ArrowRight, Key::Num2, Key::Num1, Key::ArrowLeft, Key::ArrowLeft, Key::Num3];
    app.harness.input_mut().events.extend(keys.into_iter().flat_map(|key| typed(key, 0)));
    app.harness.step();
    let root = app.workspace().root().to_owned();
    app.wait_until("three judgements", |_| {
        let library = Library::open(&root).unwrap();
        let rows = library.history(&HistoryFilter::default(), 0, 9).unwrap().rows;
        let judged =
            |name: &str| rows.iter().find(|row| row.file_name() == name).and_then(|row| row.judged);
        judged("part_001.png") == Some(Verdict::Unsure)
            && judged("part_002.png") == Some(Verdict::Ok)
    });
    // The part that was left without a word is marked.
    let left = format!("part_000.png · {}", app.text("opinion-machine"));
    assert!(app.shows(&left) && app.shows(&app.text("opinion-none")));
}

#[test]
fn a_key_held_down_judges_one_part() {
    let mut app = TestApp::new(Language::En);
    let folder = app.photographs(5);
    app.open_batch(folder);
    for event in typed(Key::Num1, 4) {
        app.harness.input_mut().events.push(event);
        app.harness.step();
    }
    let counts = app.with(
        "batch-counts",
        &[
            ("parts", 5_usize.into()),
            ("judged", 1_usize.into()),
            ("left", 4_usize.into()),
            ("ng", 0_usize.into()),
        ],
    );
    app.wait_for(&counts);
}

#[test]
fn machine_and_person_stand_side_by_side_in_both_views() {
    for language in [Language::Ko, Language::En] {
        let mut app = TestApp::new(language);
        let folder = app.photographs(1);
        app.open_batch(folder);
        app.press(Modifiers::NONE, Key::Num1);
        let said = |app: &TestApp, who: &str, verdict: &str| {
            format!("{} {}", app.text(who), app.text(verdict))
        };
        let machine = said(&app, "opinion-machine", "verdict-unsure");
        let person = said(&app, "opinion-person", "verdict-ok");
        app.wait_for(&person);
        assert!(app.shows(&machine));
        app.press(Modifiers::NONE, Key::F11);
        assert!(app.shows(&machine) && app.shows(&person));
        assert!(!app.shows(&app.text("menu-file")), "the whole screen is the part's");
        app.press(Modifiers::NONE, Key::Escape);
        assert!(app.shows(&app.text("menu-file")));
    }
}

#[test]
fn a_judgement_without_a_record_is_said_to_be_lost() {
    for language in [Language::En, Language::Ko] {
        let mut app = TestApp::new(language);
        let folder = app.photographs(3);
        app.wait_for(&app.text("inspect-invite"));
        app.wait_for(&app.text("first-welcome"));
        // No inspection is recorded any more, as on a full disk.
        let conn = rusqlite::Connection::open(app.workspace().file("data/fettle.db")).unwrap();
        conn.execute_batch(
            "CREATE TRIGGER full BEFORE INSERT ON inspections
             BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
        )
        .unwrap();
        app.drop_files(&[folder]);
        let lost = |app: &TestApp, file: &str| {
            let whole = app.with("judge-lost", &[("file", file.into()), ("reason", "".into())]);
            whole.trim().to_owned()
        };
        // Of a part that is shown.
        app.wait_for("part_000.png");
        app.wait_for("the disk is full");
        app.press(Modifiers::NONE, Key::Num1);
        app.wait_for(&lost(&app, "part_000.png"));
        assert!(app.shows("1 / 3   part_000.png"), "it does not go on");
        // Of one that was judged before it was inspected, and left.
        let held = hold_job_threads(&mut app);
        app.press(Modifiers::NONE, Key::ArrowRight);
        app.press(Modifiers::NONE, Key::Num2);
        assert!(app.shows("⌛") && app.shows("3 / 3   part_002.png"));
        drop(held);
        app.wait_for(&lost(&app, "part_001.png"));
        app.wait_until_gone("⌛");
    }
}
