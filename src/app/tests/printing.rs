//! Printing a part, up to the job. What the job does is tested with it: here it would find the
//! printer of whoever runs the tests.

use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::Queryable as _;

use super::held_job::hold_job_threads;
use super::snapshots::sample_workspace::{OPENED, record, register};
use super::test_app::TestAppOptions;
use fettle_domain::Language;

#[test]
fn the_part_shown_is_printed_by_menu_and_key() {
    let app = &mut TestAppOptions::new(Language::Ko).start(|engine| {
        let manual = register(engine);
        record(engine, &manual, Language::Ko);
    });
    app.press(Modifiers::COMMAND, Key::Num5);
    app.wait_for(OPENED);
    app.click_on(Role::Button, OPENED);
    app.wait_for(&app.text("report-title"));
    let held = hold_job_threads(app);
    let prints = |app: &mut super::test_app::TestApp| {
        app.harness.run_steps(4);
        app.harness.state_mut().running().iter().filter(|name| **name == "print").count()
    };
    assert_eq!(prints(app), 0);
    app.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    assert_eq!(prints(app), 1);
    app.click(&app.text("menu-file"));
    let entry = app.text("command-print");
    app.harness.query_all_by_label_contains(&entry).last().unwrap().click();
    assert_eq!(prints(app), 2);
    // Nothing is printed: the jobs are cancelled before their turn.
    app.harness.state_mut().forget_prints();
    drop(held);
}
