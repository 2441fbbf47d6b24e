//! Closing the window while jobs run.

use std::sync::mpsc::{Sender, channel};

use egui::{Key, Modifiers, ViewportCommand, ViewportEvent, ViewportId};

use super::held_job::{HeldJob, hold_job_threads};
use super::inspections::skipped_inspection;
use super::test_app::{AppHarness, TestApp, TestAppOptions, engine, run_job};
use crate::command::{Command, TabId};
use crate::tasks::Task;
use fettle_domain::{InspectionId, Language, Opinion, Verdict};
use fettle_engine::{FitBank, JobHandle, JobSummary, ListUnfinished, UnfinishedJob};
use fettle_library::Library;

fn fit() -> FitBank {
    FitBank::new("casting".parse().unwrap())
}

/// A window with a running fit, the fit, and the sender whose drop ends the fit.
fn fitting(language: Language) -> (TestApp, Task<()>, Sender<()>) {
    let mut app = TestAppOptions::new(language).start(|_| {});
    app.wait_for(&app.text("inspect-invite"));
    let (let_go, until) = channel();
    let task = app
        .harness
        .state_mut()
        .start(HeldJob { repeated: Some(fit()), ..HeldJob::until(until) })
        .unwrap();
    // The note of a job is written when the job starts to run.
    let notes = app.workspace().unfinished_dir();
    app.wait_until("a note", |_| std::fs::read_dir(&notes).is_ok_and(|notes| notes.count() == 1));
    (app, task, let_go)
}

/// Closes the window; what the window commands the system in that frame.
fn close(app: &mut TestApp) -> Vec<ViewportCommand> {
    let root = app.harness.input_mut().viewports.entry(ViewportId::ROOT).or_default();
    root.events.push(ViewportEvent::Close);
    app.harness.step();
    commands(app)
}

fn commands(app: &TestApp) -> Vec<ViewportCommand> {
    let output = &app.harness.output().viewport_output;
    output.get(&ViewportId::ROOT).map(|root| root.commands.clone()).unwrap_or_default()
}

fn unfinished_jobs(app: &TestApp) -> Vec<UnfinishedJob> {
    let next = engine(app.folder(), app.language, None);
    run_job(&next, ListUnfinished)
}

#[test]
fn without_jobs_the_window_closes_at_once() {
    let mut app = TestApp::new(Language::En);
    app.wait_for(&app.text("inspect-invite"));
    assert!(!close(&mut app).contains(&ViewportCommand::CancelClose));
    assert!(!app.shows(&app.text("quit-now")));
    // Nobody waits for a look-up, which is neither repeatable nor reports progress.
    let (_let_go, until) = channel();
    let task = app.harness.state_mut().start(HeldJob::until(until)).unwrap();
    assert!(!close(&mut app).contains(&ViewportCommand::CancelClose));
    drop(_let_go);
    drop(task);
}

#[test]
fn a_job_is_not_lost_by_closing_the_window() {
    for language in [Language::Ko, Language::En] {
        let (mut app, task, let_go) = fitting(language);
        assert!(close(&mut app).contains(&ViewportCommand::CancelClose));
        app.wait_for(&app.text("quit-again"));
        assert!(app.shows(&app.with("quit-title", &[("count", 1_u32.into())])));
        app.save_picture("quit");
        // Stays open.
        app.click(&app.text("quit-stay"));
        app.wait_until_gone(&app.text("quit-now"));
        assert!(task.poll().is_none());

        // Ctrl+Q asks as well.
        app.press(Modifiers::COMMAND, Key::Q);
        close(&mut app);
        let now = app.text("quit-now");
        app.wait_for(&now);
        app.harness.run_steps(4);
        let closes = std::cell::Cell::new(false);
        app.press_button(&now);
        app.wait_until("the window's end", |window| {
            let output = &window.output().viewport_output;
            let root = output.get(&ViewportId::ROOT);
            closes.set(root.is_some_and(|root| root.commands.contains(&ViewportCommand::Close)));
            closes.get()
        });
        // No question this time.
        assert!(!close(&mut app).contains(&ViewportCommand::CancelClose));
        drop((task, let_go));
        let left = || unfinished_jobs(&app).iter().map(UnfinishedJob::summary).collect::<Vec<_>>();
        let begun = std::time::Instant::now();
        while left().is_empty() && begun.elapsed() < super::TIMEOUT {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let (message, product) = ("unfinished-fit", Some(fit().product));
        assert_eq!(left(), [JobSummary { message, product, count: 0 }]);
    }
}

#[test]
fn the_window_can_wait_for_its_jobs() {
    let (mut app, task, let_go) = fitting(Language::En);
    close(&mut app);
    app.click(&app.text("quit-after"));
    app.wait_for(&app.text("quit-waits"));
    drop(let_go);
    app.wait_until("the window's end", |window| {
        let _ended = task.poll();
        let output = &window.output().viewport_output;
        let root = output.get(&ViewportId::ROOT);
        root.is_some_and(|root| root.commands.contains(&ViewportCommand::Close))
    });
    // A job that ended, or that a person cancelled, is not offered again.
    assert!(unfinished_jobs(&app).is_empty());
}

/// What lets a job go that holds a thread, and the job.
type HeldJobs = Vec<(Sender<()>, JobHandle<()>)>;

/// The history with the details of one inspection, which the key 1 judges while no job can run.
fn judging(language: Language) -> (TestApp, HeldJobs) {
    let mut app = TestAppOptions::new(language).start(|engine| {
        let mut library = Library::open(engine.workspace().root()).unwrap();
        library.record_inspection(&skipped_inspection("/line/a.png", Verdict::Ng)).unwrap();
    });
    app.press(Modifiers::COMMAND, Key::Num5);
    app.wait_for("/line/a.png");
    let held = hold_job_threads(&mut app);
    app.press(Modifiers::NONE, Key::Num1);
    (app, held)
}

fn judged(app: &TestApp) -> Option<Verdict> {
    let judgement = app.library().judgement(InspectionId(1)).unwrap();
    judgement.map(|judgement| judgement.opinion.verdict)
}

/// Whether the window closed itself in the last frame.
fn has_closed(window: &AppHarness) -> bool {
    let root = window.output().viewport_output.get(&ViewportId::ROOT);
    root.is_some_and(|root| root.commands.contains(&ViewportCommand::Close))
}

/// Draws frames until the window closes itself.
fn wait_for_close(app: &mut TestApp) {
    app.wait_until("the window's end", has_closed);
}

#[test]
fn the_window_waits_for_judgements_of_the_history() {
    for language in [Language::Ko, Language::En] {
        let (mut app, held) = judging(language);
        assert!(close(&mut app).contains(&ViewportCommand::CancelClose));
        app.wait_for(&app.with("judge-before-quit", &[("count", 1_usize.into())]));
        assert_eq!(judged(&app), None);
        drop(held);
        wait_for_close(&mut app);
        assert_eq!(judged(&app), Some(Verdict::Ok));
    }
}

#[test]
fn closing_the_window_twice_gives_waiting_judgements_up() {
    let (mut app, held) = judging(Language::En);
    close(&mut app);
    app.wait_for(&app.with("judge-before-quit", &[("count", 1_usize.into())]));
    assert!(close(&mut app).contains(&ViewportCommand::CancelClose));
    wait_for_close(&mut app);
    assert!(!close(&mut app).contains(&ViewportCommand::CancelClose));
    drop(held);
    assert_eq!(judged(&app), None);
}

#[test]
fn the_window_stays_where_a_judgement_is_lost() {
    let (mut app, held) = judging(Language::En);
    close(&mut app);
    app.wait_for(&app.with("judge-before-quit", &[("count", 1_usize.into())]));
    let conn = rusqlite::Connection::open(app.workspace().file("data/fettle.db")).unwrap();
    conn.execute_batch(
        "CREATE TRIGGER full BEFORE INSERT ON judgements
         BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
    )
    .unwrap();
    drop(held);
    // Each frame is looked at: the window would close itself in one of those after the toast.
    let mut frames_after = 0;
    for _ in 0..2_000 {
        app.harness.step();
        assert!(!has_closed(&app.harness));
        frames_after += usize::from(app.shows("the disk is full"));
        if frames_after > 4 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(frames_after > 4, "no toast says why");
    // Nothing is unsaved any more.
    assert!(!close(&mut app).contains(&ViewportCommand::CancelClose));
}

/// The history with the details of one inspection, which was judged, and a note that is being typed.
fn typing(language: Language) -> TestApp {
    let mut app = TestAppOptions::new(language).start(|engine| {
        let mut library = Library::open(engine.workspace().root()).unwrap();
        for name in ["a.png", "b.png"] {
            let inspection = skipped_inspection(&format!("/line/{name}"), Verdict::Ng);
            let id = library.record_inspection(&inspection).unwrap();
            let opinion = Opinion { verdict: Verdict::Ng, defect: None, note: String::new() };
            library.judge(id, Some(&opinion), "kim").unwrap();
        }
    });
    app.press(Modifiers::COMMAND, Key::Num5);
    app.wait_for(&app.text("judge-note"));
    app.type_into(&app.text("judge-note"), "게이트 옆");
    app
}

#[test]
fn a_note_that_is_being_typed_is_kept_by_closing_the_window() {
    for language in [Language::Ko, Language::En] {
        let mut app = typing(language);
        assert!(close(&mut app).contains(&ViewportCommand::CancelClose));
        wait_for_close(&mut app);
        let judgement = app.library().judgement(InspectionId(2)).unwrap().unwrap();
        assert_eq!(judgement.opinion.note, "게이트 옆");
        assert!(!close(&mut app).contains(&ViewportCommand::CancelClose));
    }
}

#[test]
fn a_note_that_is_being_typed_is_kept_by_another_tab_and_another_part() {
    let mut app = typing(Language::En);
    app.harness.state_mut().send(Command::Show(TabId::Dashboard));
    let root = app.workspace().root().to_owned();
    let note = move |id| {
        let library = Library::open(&root).unwrap();
        library.judgement(InspectionId(id)).unwrap().unwrap().opinion.note
    };
    app.wait_until("the note", |_| note(2) == "게이트 옆");
    app.harness.state_mut().send(Command::Show(TabId::History));
    app.wait_for(&app.text("judge-note"));
    app.type_into(&app.text("judge-note"), "gate");
    // Whatever opens the next one leaves the field no frame to say that it lost the keyboard.
    app.harness.state_mut().send(Command::OpenInspection(InspectionId(1)));
    app.wait_until("the other note", |_| note(2) == "gate");
    assert_eq!(note(1), "", "and not that of the other part");
}
