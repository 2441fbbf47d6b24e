//! Closing the window while jobs are under way.

use std::sync::mpsc::{Sender, channel};

use egui::{Key, Modifiers, ViewportCommand, ViewportEvent, ViewportId};

use super::scene::{Held, Scene, Setting, answer, engine};
use crate::tasks::Task;
use fettle_domain::Language;
use fettle_engine::{FitBank, ListUnfinished, Repeatable, UnfinishedJob};

fn fit() -> FitBank {
    FitBank::new("casting".parse().unwrap())
}

/// A fit under way in a window, and what lets it end.
fn fitting(language: Language) -> (Scene, Task<()>, Sender<()>) {
    let mut scene = Setting::new(language).prepared(|_| {});
    scene.until_seen(&scene.text("inspect-invite"));
    let (let_go, until) = channel();
    let task = scene.harness.state_mut().start(Held { until, repeated: Some(fit()) }).unwrap();
    // Its note is written once it runs.
    let notes = scene.workspace().unfinished_dir();
    scene.until("a note", |_| std::fs::read_dir(&notes).is_ok_and(|notes| notes.count() == 1));
    (scene, task, let_go)
}

/// What the window asks of the system in the frame in which somebody closes it.
fn close(scene: &mut Scene) -> Vec<ViewportCommand> {
    let root = scene.harness.input_mut().viewports.entry(ViewportId::ROOT).or_default();
    root.events.push(ViewportEvent::Close);
    scene.harness.step();
    commands(scene)
}

fn commands(scene: &Scene) -> Vec<ViewportCommand> {
    let output = &scene.harness.output().viewport_output;
    output.get(&ViewportId::ROOT).map(|root| root.commands.clone()).unwrap_or_default()
}

fn left_over(scene: &Scene) -> Vec<UnfinishedJob> {
    let next = engine(scene.folder(), scene.language, None);
    answer(&next, ListUnfinished)
}

#[test]
fn with_nothing_under_way_the_window_just_closes() {
    let mut scene = Scene::new(Language::En);
    scene.until_seen(&scene.text("inspect-invite"));
    assert!(!close(&mut scene).contains(&ViewportCommand::CancelClose));
    assert!(!scene.sees(&scene.text("quit-now")));
    // What is asked for a list, nobody waits for.
    let (_let_go, until) = channel();
    let task = scene.harness.state_mut().start(Held { until, repeated: None }).unwrap();
    assert!(!close(&mut scene).contains(&ViewportCommand::CancelClose));
    drop(_let_go);
    drop(task);
}

#[test]
fn a_job_is_not_lost_by_closing_the_window() {
    for language in [Language::Ko, Language::En] {
        let (mut scene, task, let_go) = fitting(language);
        assert!(close(&mut scene).contains(&ViewportCommand::CancelClose));
        scene.until_seen(&scene.text("quit-again"));
        assert!(scene.sees(&scene.with("quit-title", &[("count", 1_u32.into())])));
        scene.picture("quit");
        // Not to close is the way back.
        scene.click(&scene.text("quit-stay"));
        scene.until_gone(&scene.text("quit-now"));
        assert!(task.poll().is_none());

        // Ctrl+Q asks as well.
        scene.press(Modifiers::COMMAND, Key::Q);
        close(&mut scene);
        let now = scene.text("quit-now");
        scene.until_seen(&now);
        scene.harness.run_steps(4);
        let closes = std::cell::Cell::new(false);
        scene.press_button(&now);
        scene.until("the window's end", |window| {
            let output = &window.output().viewport_output;
            let root = output.get(&ViewportId::ROOT);
            closes.set(root.is_some_and(|root| root.commands.contains(&ViewportCommand::Close)));
            closes.get()
        });
        // This time nobody asks.
        assert!(!close(&mut scene).contains(&ViewportCommand::CancelClose));
        drop((task, let_go));
        let left = || left_over(&scene).into_iter().map(|left| left.job).collect::<Vec<_>>();
        let begun = std::time::Instant::now();
        while left().is_empty() && begun.elapsed() < super::PATIENCE {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert_eq!(left(), [Repeatable::FitBank(fit())]);
    }
}

#[test]
fn the_window_can_wait_for_its_jobs() {
    let (mut scene, task, let_go) = fitting(Language::En);
    close(&mut scene);
    scene.click(&scene.text("quit-after"));
    scene.until_seen(&scene.text("quit-waits"));
    drop(let_go);
    scene.until("the window's end", |window| {
        let _ended = task.poll();
        let output = &window.output().viewport_output;
        let root = output.get(&ViewportId::ROOT);
        root.is_some_and(|root| root.commands.contains(&ViewportCommand::Close))
    });
    // What ends, or is cancelled by a person, is not offered again.
    assert_eq!(left_over(&scene), []);
}
