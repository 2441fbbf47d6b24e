//! The dashboard on a real engine, driven through the user interface.

use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::tests::inspections::{drawn_files, inspection_of_line, three_inspections};
use crate::tests::test_app::{TestApp, TestAppOptions};
use fettle_domain::{Inspection, InspectionId, Language, Opinion, Rate, Verdict};
use fettle_library::Library;

#[test]
fn the_dashboard_counts_what_was_inspected_and_judged() {
    for language in [Language::En, Language::Ko] {
        let app = &mut TestAppOptions::new(language).start(|engine| {
            three_inspections(engine);
            let opinion = Opinion { verdict: Verdict::Ng, defect: None, note: String::new() };
            let mut library = Library::open(engine.workspace().root()).unwrap();
            for id in [1, 2] {
                library.judge(InspectionId(id), Some(&opinion), "kim").unwrap();
            }
            // Two unsure parts, of which a person looked at one.
            for name in ["d.png", "e.png"] {
                library
                    .record_inspection(&inspection_of_line(name, Verdict::Unsure, None))
                    .unwrap();
            }
            let good = Opinion { verdict: Verdict::Ok, ..opinion };
            library.judge(InspectionId(4), Some(&good), "kim").unwrap();
        });
        app.press(Modifiers::COMMAND, Key::Num6);
        let values = [("unsure", 1_usize.into()), ("looked", 1_usize.into())];
        app.wait_for(&app.with("dashboard-unsure-totals", &values));
        let values =
            [("parts", 5_usize.into()), ("ng", 2_usize.into()), ("judged", 3_usize.into())];
        app.wait_for(&app.with("dashboard-totals", &values));
        let escape = Rate::of(1, 2).unwrap();
        app.wait_for(&format!("{}: {escape} · 1 / 2", app.text("dashboard-escape")));
        let overkill = Rate::of(0, 1).unwrap();
        app.wait_for(&format!("{}: {overkill} · 0 / 1", app.text("dashboard-overkill")));
        app.wait_for(&app.text("dashboard-looked-again"));
        app.save_picture("dashboard_unsure");
        let defect = app.text("dashboard-no-defect");
        let name = if language == Language::Ko { "주조품" } else { "Casting" };
        app.wait_for(&format!("{name} (casting) · {defect}: 2"));
        app.wait_for(&format!("{name} (casting)"));
        app.wait_for(&app.text("dashboard-no-bank"));
    }
}

#[test]
fn what_the_dashboard_counts_is_opened_in_the_history() {
    for language in [Language::En, Language::Ko] {
        let app = &mut TestAppOptions::new(language).start(|engine| {
            three_inspections(engine);
            let mut library = Library::open(engine.workspace().root()).unwrap();
            let now = jiff::Zoned::now().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
            let new = inspection_of_line("d.png", Verdict::Ok, None);
            library.record_inspection(&Inspection { created_at: now, ..new }).unwrap();
        });
        app.press(Modifiers::COMMAND, Key::Num6);
        app.wait_for(&app.text("dashboard-by-day"));
        let today = [("today", 1_usize.into()), ("yesterday", 0_usize.into())];
        let today = app.with("dashboard-today", &today);
        assert!(app.shows(&today));
        // The statistics of today say nothing of yesterday.
        app.choose(&app.text("history-period"), &app.text("period-today"));
        app.wait_until_gone(&today);
        let parts = [("parts", 1_usize.into()), ("ng", 0_usize.into()), ("judged", 0_usize.into())];
        app.wait_for(&app.with("dashboard-totals", &parts));
        app.choose(&app.text("history-period"), &app.text("period-all"));
        app.wait_for(&today);
        // Parts without a defect have no filter in the history, and actions are no inspections.
        for label in ["dashboard-no-defect", "dashboard-open-actions"] {
            let label = app.text(label);
            assert!(app.shows(&label), "{label}");
            let mut links = app.harness.query_all_by_role(Role::Link);
            assert!(!links.any(|link| {
                link.accesskit_node().label().is_some_and(|text| text.contains(&label))
            }));
        }
        let tile = format!("{}: 1 (25.0 %)", app.text("verdict-ng"));
        app.click_on(Role::Link, &tile);
        app.wait_until("the NG part", |harness| drawn_files(harness) == ["a.png"]);
        app.press(Modifiers::COMMAND, Key::Num6);
        app.wait_for(&app.text("dashboard-by-day"));
        app.click_on(Role::Link, &app.text("review-unjudged"));
        app.wait_until("all parts", |harness| drawn_files(harness).len() == 4);
    }
}

#[test]
fn shifts_lots_and_days_are_counted_and_opened_in_the_history() {
    for language in [Language::En, Language::Ko] {
        let app = &mut TestAppOptions::new(language).start(|engine| {
            three_inspections(engine);
            let mut library = Library::open(engine.workspace().root()).unwrap();
            // Night, on both sides of midnight, and the early shift; of another lot.
            for (name, time, verdict) in [
                ("late.png", "2026-11-22T22:00:00", Verdict::Ng),
                ("night.png", "2026-11-23T05:59:59", Verdict::Ok),
                ("early.png", "2026-11-23T06:00:00", Verdict::Ok),
            ] {
                let made = inspection_of_line(&format!("lot 7/{name}"), verdict, None);
                // Where the machine is: its days are those of the periods.
                let time: jiff::civil::DateTime = time.parse().unwrap();
                let time = time.to_zoned(jiff::tz::TimeZone::system()).unwrap();
                let created_at = time.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
                library.record_inspection(&Inspection { created_at, ..made }).unwrap();
            }
        });
        app.press(Modifiers::COMMAND, Key::Num6);
        app.wait_for(&app.text("dashboard-by-shift"));
        app.wait_for("22–06");
        app.save_picture("dashboard_shifts");
        let open = |app: &mut TestApp, link: &str| {
            app.press(Modifiers::COMMAND, Key::Num6);
            app.wait_for(link);
            app.harness.get_by_role_and_label(Role::Link, link).click_accesskit();
            app.harness.run_steps(3);
        };
        open(app, "22–06");
        app.wait_until("the night", |harness| drawn_files(harness) == ["night.png", "late.png"]);
        let all = app.with("history-any-shift", &[("hours", "22–06".into())]);
        app.click(&all);
        app.wait_until("all shifts", |harness| drawn_files(harness).len() == 6);
        open(app, "lot 7");
        let lot = ["early.png", "night.png", "late.png"];
        app.wait_until("the lot", |harness| drawn_files(harness) == lot);
        // The dashboard of one shift counts its parts alone.
        app.press(Modifiers::COMMAND, Key::Num6);
        app.wait_for("22–06");
        app.choose(&app.text("dashboard-shift"), "22–06");
        let totals = |app: &TestApp, parts: usize, ng: usize| {
            let values = [("parts", parts.into()), ("ng", ng.into()), ("judged", 0_usize.into())];
            app.with("dashboard-totals", &values)
        };
        app.wait_for(&totals(app, 2, 1));
        app.choose(&app.text("dashboard-shift"), &app.text("filter-any"));
        app.wait_for(&totals(app, 6, 2));
        // A click on the bar of a day, which stands in the right half of the chart.
        let title = app.text("dashboard-by-day");
        let title = app.harness.get_all_by_label(&title).next().unwrap().rect();
        let bar = title.left_bottom() + egui::vec2(500.0, 160.0);
        app.harness.hover_at(bar);
        app.harness.run_steps(2);
        app.harness.drag_at(bar);
        app.harness.step();
        app.harness.drop_at(bar);
        app.harness.run_steps(3);
        app.wait_until("the second day", |harness| {
            drawn_files(harness) == ["early.png", "night.png"]
        });
    }
}
