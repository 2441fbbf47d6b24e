//! Closing the window while jobs run.

use std::sync::mpsc::{Sender, channel};

use egui::{Key, Modifiers, ViewportCommand, ViewportEvent, ViewportId};

use super::held_job::HeldJob;
use super::test_app::{TestApp, TestAppOptions, engine, run_job};
use crate::tasks::Task;
use fettle_domain::Language;
use fettle_engine::{FitBank, JobSummary, ListUnfinished, UnfinishedJob};

fn fit() -> FitBank {
    FitBank::new("casting".parse().unwrap())
}

/// A window with a running fit, the fit, and the sender whose drop ends the fit.
fn fitting(language: Language) -> (TestApp, Task<()>, Sender<()>) {
    let mut app = TestAppOptions::new(language).start(|_| {});
    app.wait_for(&app.text("inspect-invite"));
    let (let_go, until) = channel();
    let task = app.harness.state_mut().start(HeldJob { until, repeated: Some(fit()) }).unwrap();
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
    let task = app.harness.state_mut().start(HeldJob { until, repeated: None }).unwrap();
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
