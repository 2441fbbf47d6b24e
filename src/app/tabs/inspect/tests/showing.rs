//! What is shown while a part is inspected, and what it resembles.

use egui::{Key, Modifiers, Role, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::tests::held_job::hold_job_threads;
use crate::tests::sample_library::{METAL, MODEL, SampleLibrary, open_app, part, save};
use crate::tests::test_app::{TestApp, models_with, run_job};
use fettle_domain::{InspectionId, Language, Verdict};
use fettle_engine::BuildIndex;

fn pictures(app: &TestApp) -> Vec<String> {
    let images = app.harness.query_all_by_role(Role::Image);
    images.filter_map(|image| image.accesskit_node().label()).collect()
}

#[test]
fn the_part_before_stays_until_the_next_is_inspected() {
    let mut app = TestApp::new(Language::En);
    let folder = app.photographs(2);
    app.open_batch(folder);
    let part = app.text("picture-part");
    assert_eq!(pictures(&app), std::slice::from_ref(&part));
    let held = hold_job_threads(&mut app);
    app.press(Modifiers::NONE, Key::ArrowRight);
    // Its picture, but none of its findings.
    assert_eq!(pictures(&app), std::slice::from_ref(&part));
    assert!(app.shows(&app.text("inspect-running")));
    assert!(!app.shows(&app.text("command-register-defect")));
    drop(held);
    app.wait_for(&app.text("command-register-defect"));
    app.wait_until_gone(&app.text("inspect-running"));
    assert_eq!(pictures(&app), [part]);
}

#[test]
fn escape_closes_an_open_menu_and_stops_nothing() {
    let mut app = TestApp::new(Language::En);
    let folder = app.photographs(2);
    app.open_batch(folder);
    let held = hold_job_threads(&mut app);
    app.press(Modifiers::NONE, Key::F5);
    app.click(&app.text("menu-view"));
    let entry = app.text("command-larger");
    assert!(app.shows(&entry));
    app.press(Modifiers::NONE, Key::Escape);
    assert!(!app.shows(&entry));
    drop(held);
    let database = app.workspace().file("data/fettle.db");
    app.wait_until("the second inspection", |_| {
        let conn = rusqlite::Connection::open(&database).unwrap();
        let count: i64 =
            conn.query_row("SELECT count(*) FROM inspections", [], |row| row.get(0)).unwrap();
        count == 2
    });
    // Without a menu it stops the inspection.
    let held = hold_job_threads(&mut app);
    app.press(Modifiers::NONE, Key::F5);
    app.press(Modifiers::NONE, Key::Escape);
    drop(held);
    app.wait_for(&app.text("inspect-stopped"));
}

#[test]
fn a_similar_defect_takes_the_place_of_the_twin_and_gives_its_name() {
    let Some(models) = models_with(MODEL) else { return };
    let library = SampleLibrary::Fitted;
    let mut app = open_app(Language::En, Theme::Dark, library, Some(&models), |engine, _| {
        run_job(engine, BuildIndex { rebuild: false });
    });
    app.harness.state_mut().without_language_model();
    let image = save(app.folder(), "holed.png", &part(METAL, 30, Some("hole")));
    app.drop_files(&[image]);
    app.wait_for(&app.text("command-register-defect"));
    // The name stands in the banner and in the inspector's view.
    let nearest = |app: &TestApp| -> Option<String> {
        let buttons = app.harness.query_all_by_role(Role::Button);
        let mut names = buttons.filter_map(|button| button.accesskit_node().label());
        names.find(|name| name.starts_with("HOLE 0.") || name.starts_with("HOLE 1."))
    };
    let nearest = nearest(&app).unwrap();
    app.click(&nearest);
    let (part, normal) = (app.text("picture-part"), app.text("picture-normal"));
    app.wait_until("the known defect", |harness| {
        harness.query_by_role_and_label(Role::Image, "HOLE").is_some()
    });
    assert_eq!(pictures(&app), [part.clone(), "HOLE".to_owned()]);
    app.click(&nearest);
    assert_eq!(pictures(&app), [part, normal]);
    assert!(app.harness.query_all_by_label("HOLE").count() > 0);
    // Judged NG without a word more, it has the defect that it resembles.
    app.press(Modifiers::NONE, Key::Num2);
    let said = format!("{} {}", app.text("opinion-person"), app.text("verdict-ng"));
    app.wait_for(&said);
    let judged = app.library().judgement(InspectionId(1)).unwrap().unwrap().opinion;
    assert_eq!((judged.verdict, judged.defect), (Verdict::Ng, "hole".parse().ok()));
    app.press(Modifiers::NONE, Key::F11);
    app.wait_until("the known defect", |harness| {
        harness.query_by_role_and_label(Role::Image, "HOLE").is_some()
    });
    assert_eq!(pictures(&app).len(), 3, "twin, part, known defect");
    app.press(Modifiers::NONE, Key::F11);
    // Called OK, it has none.
    app.press(Modifiers::NONE, Key::Num1);
    let said = format!("{} {}", app.text("opinion-person"), app.text("verdict-ok"));
    app.wait_for(&said);
    let judged = app.library().judgement(InspectionId(1)).unwrap().unwrap().opinion;
    assert_eq!((judged.verdict, judged.defect), (Verdict::Ok, None));
}

#[test]
fn no_tool_reaches_out_of_a_narrow_window() {
    let Some(models) = models_with(MODEL) else { return };
    let library = SampleLibrary::Fitted;
    for language in [Language::Ko, Language::En] {
        let mut app = open_app(language, Theme::Dark, library, Some(&models), |_, _| {});
        app.harness.state_mut().without_language_model();
        let image = save(app.folder(), "holed.png", &part(METAL, 30, Some("hole")));
        app.drop_files(&[image]);
        app.wait_for(&app.text("command-register-defect"));
        for size in [(960.0, 540.0), (1024.0, 700.0), (1180.0, 800.0), (1440.0, 900.0)] {
            app.harness.set_size(egui::vec2(size.0, size.1));
            app.harness.run_steps(6);
            for role in [Role::Button, Role::ComboBox, Role::CheckBox, Role::Slider] {
                for node in app.harness.query_all_by_role(role) {
                    let label = node.accesskit_node().label();
                    let rect = node.rect();
                    assert!(rect.right() <= size.0 + 1.0, "{size:?}: {role:?} {label:?} {rect:?}");
                }
            }
        }
    }
}
