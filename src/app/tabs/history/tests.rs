//! The history on a real engine, driven through the user interface.

use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::command::Command;
use crate::tests::held_job::hold_job_threads;
use crate::tests::inspections::{
    drawn_files, inspection_of_line, scored_anomaly, skipped_inspection, three_inspections,
};
use crate::tests::test_app::{AppHarness, TestApp, TestAppOptions};
use fettle_domain::{
    Anomaly, CaptureDeviation, Inspection, InspectionId, Language, Opinion, SkipReason, Stage,
    Verdict,
};
use fettle_i18n::Value;
use fettle_library::Library;

#[test]
fn the_past_is_listed_opened_judged_and_acted_on() {
    for language in [Language::En, Language::Ko] {
        let app = &mut TestAppOptions::new(language).start(three_inspections);
        app.press(Modifiers::COMMAND, Key::Num5);
        app.wait_for("a.png");
        assert_eq!(drawn_files(&app.harness), ["c.png", "b.png", "a.png"]);
        app.wait_for(&app.with("history-total", &[("total", 3_usize.into())]));

        // The newest is opened by itself, which moves the rows.
        app.wait_for("/line/c.png");
        app.click_on(Role::Button, "a.png");
        app.wait_for("/line/a.png");
        // The bank of the inspection is missing: the record is shown all the same.
        app.wait_for(&app.with("history-no-bank", &[("version", 7_u32.into())]));
        let values = [("score", 2.0_f32.into()), ("calibrated", 1.625_f32.into())];
        app.wait_for(&app.with("score-calibrated", &values));
        let values = [("first", 0.8_f32.into()), ("second", 1.0_f32.into())];
        app.wait_for(&app.with("image-limits", &values));
        app.wait_for(&app.text("picture-part"));

        // Key 1 judges the part OK. The record keeps its verdict; the judgement is stored with it.
        app.press(Modifiers::NONE, Key::Num1);
        let take_back = app.text("judge-take-back");
        app.wait_for(&take_back);
        let said = |app: &TestApp| {
            let judgement = app.library().judgement(InspectionId(1)).unwrap();
            judgement.map(|judgement| judgement.opinion.verdict)
        };
        assert_eq!(said(app), Some(Verdict::Ok));
        // The toast undoes it.
        app.click_on(Role::Button, &app.text("judge-undo"));
        app.wait_until_gone(&take_back);
        assert_eq!(said(app), None);
        // Enter confirms the verdict.
        app.press(Modifiers::NONE, Key::Enter);
        app.wait_for(&take_back);
        assert_eq!(said(app), Some(Verdict::Ng));

        app.click_on(Role::CheckBox, &app.text("history-action-done"));
        let done = app.text("action-done");
        app.wait_until(&done, |harness| harness.query_all_by_label(&done).next().is_some());
        let action = app.library().action(InspectionId(1)).unwrap();
        assert!(action.is_some_and(|change| change.state == fettle_domain::ActionState::Done));

        // The keys 1, 2 and 3 are text while a text field has the focus.
        let line = app.text("history-text");
        app.harness.get_by_role_and_label(Role::TextInput, &line).focus();
        app.harness.run_steps(2);
        app.harness.get_by_role_and_label(Role::TextInput, &line).type_text("B.p");
        app.wait_until("one row", |harness| drawn_files(harness) == ["b.png"]);
        app.press(Modifiers::NONE, Key::Num2);
        assert_eq!(said(app), Some(Verdict::Ng));
        app.harness.get_by_role_and_label(Role::TextInput, &line).type_text("nowhere");
        app.wait_for(&app.text("history-nothing-found"));
    }
}

#[test]
fn ctrl_z_takes_one_judgement_after_the_other_back() {
    let app = &mut TestAppOptions::new(Language::En).start(three_inspections);
    app.press(Modifiers::COMMAND, Key::Num5);
    app.wait_for("a.png");
    app.click_on(Role::Button, "a.png");
    app.wait_for(&app.with("history-no-bank", &[("version", 7_u32.into())]));
    let root = app.workspace().root().to_owned();
    // Keys, and what is recorded then.
    let plain = Modifiers::NONE;
    for (modifiers, key, expected) in [
        (plain, Key::Num1, Some(Verdict::Ok)),
        (plain, Key::Num2, Some(Verdict::Ng)),
        (Modifiers::COMMAND, Key::Z, Some(Verdict::Ok)),
        (Modifiers::COMMAND, Key::Z, None),
    ] {
        let count = || -> i64 {
            let conn = rusqlite::Connection::open(root.join("data/fettle.db")).unwrap();
            conn.query_row("SELECT count(*) FROM judgements", [], |row| row.get(0)).unwrap()
        };
        let before = count();
        app.press(modifiers, key);
        app.wait_until("a judgement", |_| count() > before);
        // Its toast says that the window knows.
        app.harness.run_steps(8);
        let judgement = app.library().judgement(InspectionId(1)).unwrap();
        assert_eq!(judgement.map(|judgement| judgement.opinion.verdict), expected);
    }
    app.wait_for(&app.with("judged-none", &[("id", "1".into())]));
    app.press(Modifiers::COMMAND, Key::Z);
    app.wait_for(&app.text("undo-nothing"));
}

#[test]
fn details_are_of_the_list_that_another_tab_asked_for() {
    let app = &mut TestAppOptions::new(Language::En).start(three_inspections);
    app.press(Modifiers::COMMAND, Key::Num5);
    app.wait_for("/line/c.png");
    app.press(Modifiers::COMMAND, Key::Num6);
    app.wait_for(&app.text("dashboard-by-day"));
    // While the list is fetched, the rows of before are still there.
    let held = hold_job_threads(app);
    let tile = format!("{}: 1 (33.3 %)", app.text("verdict-ng"));
    app.click_on(Role::Link, &tile);
    app.harness.run_steps(4);
    assert_eq!(drawn_files(&app.harness).len(), 3);
    drop(held);
    app.wait_until("the NG part", |harness| drawn_files(harness) == ["a.png"]);
    app.wait_for("/line/a.png");
    assert!(!app.shows("/line/c.png"));
}

#[test]
fn several_are_marked_with_ctrl_to_be_saved_together() {
    let app = &mut TestAppOptions::new(Language::En).start(three_inspections);
    app.press(Modifiers::COMMAND, Key::Num5);
    app.wait_for("a.png");
    assert!(app.is_enabled(&app.text("history-pdf")));
    let click = |app: &mut TestApp, name: &str| {
        let row = app.harness.get_by_role_and_label(Role::Button, name);
        row.click_modifiers(Modifiers::COMMAND);
        app.harness.run_steps(3);
    };
    let marked = |count: usize| [("count", Value::from(count))];
    // The opened inspection is marked with the first Ctrl click.
    app.click_on(Role::Button, "a.png");
    click(app, "c.png");
    app.wait_for(&app.with("history-pdf-marked", &marked(2)));
    click(app, "b.png");
    app.wait_for(&app.with("history-pdf-marked", &marked(3)));
    click(app, "c.png");
    app.wait_for(&app.with("history-pdf-marked", &marked(2)));
    // A click without Ctrl opens an inspection and unmarks all.
    app.click_on(Role::Button, "b.png");
    app.wait_for(&app.text("history-pdf"));
    assert!(!app.shows(&app.with("history-pdf-marked", &marked(2))));
}

#[test]
fn two_are_compared_side_by_side() {
    for language in [Language::En, Language::Ko] {
        let app = &mut TestAppOptions::new(language).start(|engine| {
            three_inspections(engine);
            let mut library = Library::open(engine.workspace().root()).unwrap();
            let opinion = Opinion { verdict: Verdict::Ok, defect: None, note: String::new() };
            library.judge(InspectionId(1), Some(&opinion), "kim").unwrap();
            // Wider, and also without its bank.
            let mut png = std::io::Cursor::new(Vec::new());
            let wide = image::RgbImage::from_fn(24, 8, |x, y| {
                image::Rgb([200, (x * 10) as u8, (y * 30) as u8])
            });
            wide.write_to(&mut png, image::ImageFormat::Png).unwrap();
            let stored = library.store_upload(&png.into_inner()).unwrap().path;
            for name in ["d.png", "f.png"] {
                let inspection = inspection_of_line(name, Verdict::Unsure, Some(stored.clone()));
                library.record_inspection(&inspection).unwrap();
            }
            let gone = Some("data/uploads/gone.png".to_owned());
            library.record_inspection(&inspection_of_line("e.png", Verdict::Ok, gone)).unwrap();
        });
        app.press(Modifiers::COMMAND, Key::Num5);
        app.wait_for("/line/e.png");
        let compare = app.text("history-compare");
        assert!(!app.is_enabled(&compare));
        let hint = app.text("history-compare-hint");
        app.harness.state_mut().send(Command::CompareInspections);
        app.wait_for(&hint);
        app.click("×");
        app.wait_until_gone(&hint);

        let mark = |app: &mut TestApp, first: &str, second: &str| {
            app.click_on(Role::Button, first);
            // The rows move until the details are there.
            app.wait_for(&format!("/line/{first}"));
            let row = app.harness.get_by_role_and_label(Role::Button, second);
            row.click_modifiers(Modifiers::COMMAND);
            app.harness.run_steps(3);
            app.click(&compare);
        };
        mark(app, "b.png", "a.png");
        app.wait_for(&app.text("history-compared"));
        app.wait_for("/line/b.png");
        app.wait_for("kim");
        let images = |app: &TestApp| -> Vec<(String, f32)> {
            let images = app.harness.query_all_by_role(Role::Image);
            let mut seen: Vec<_> = images
                .map(|image| (image.accesskit_node().label().unwrap(), image.rect().left()))
                .collect();
            seen.sort_by(|a, b| a.1.total_cmp(&b.1));
            seen
        };
        app.wait_until("two pictures", |harness| {
            harness.query_all_by_role(Role::Image).count() == 2
        });
        // The older one is on the left.
        let names: Vec<String> = images(app).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["/line/a.png", "/line/b.png"]);
        let values = [("score", 2.0_f32.into()), ("calibrated", 1.625_f32.into())];
        assert!(app.shows(&app.with("score-calibrated", &values)));
        assert!(!app.shows(&app.text("history-other-shape")));
        app.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::C);
        app.wait_for(&app.text("view-copied"));
        app.save_picture("history_compared");
        // The keys of the opened inspection do nothing here.
        app.press(Modifiers::NONE, Key::Num2);
        assert_eq!(app.library().judgement(InspectionId(2)).unwrap(), None);
        app.press(Modifiers::NONE, Key::Escape);
        app.wait_until_gone(&app.text("history-compared"));

        mark(app, "a.png", "d.png");
        app.wait_for(&app.text("history-other-shape"));
        app.save_picture("history_compared_shapes");
        app.click(&format!("✖ {}", app.text("dialog-close")));
        app.wait_until_gone(&app.text("history-compared"));

        // Zooming on one side zooms the other.
        mark(app, "d.png", "f.png");
        let sides = |harness: &AppHarness| -> Vec<egui::Rect> {
            harness.query_all_by_role(Role::Image).map(|image| image.rect()).collect()
        };
        app.wait_until("two pictures", |harness| sides(harness).len() == 2);
        let drawn = |harness: &AppHarness, seen: &image::RgbaImage| -> [Vec<u8>; 2] {
            [0, 1].map(|side| {
                let corner = sides(harness)[side].min;
                let size = sides(harness)[side].size() - egui::vec2(4.0, 4.0);
                let (x, y) = (corner.x as u32 + 2, corner.y as u32 + 2);
                let part = image::imageops::crop_imm(seen, x, y, size.x as u32, size.y as u32);
                part.to_image().into_raw()
            })
        };
        let differ = |one: &[u8], other: &[u8]| {
            let sum: u64 = one.iter().zip(other).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            sum as f64 / one.len() as f64
        };
        let mut before = vec![0; 1 << 24];
        for _ in 0..2 {
            app.wait_until_drawn("both alike, and other than before", |harness, seen| {
                let [left, right] = drawn(harness, seen);
                // A view may start between two screen pixels.
                differ(&left, &right) < 1.0 && differ(&left, &before) > 5.0
            });
            let seen = app.harness.render().unwrap();
            [before, _] = drawn(&app.harness, &seen);
            let at = sides(&app.harness)[0].center() + egui::vec2(100.0, 30.0);
            app.harness.input_mut().events.push(egui::Event::PointerMoved(at));
            app.harness.input_mut().events.push(egui::Event::MouseWheel {
                unit: egui::MouseWheelUnit::Point,
                delta: egui::vec2(0.0, 300.0),
                phase: egui::TouchPhase::Move,
                source: egui::MouseWheelSource::Wheel,
                modifiers: Modifiers::NONE,
            });
        }
        app.save_picture("history_compared_locked");
        app.press(Modifiers::NONE, Key::Escape);

        mark(app, "d.png", "e.png");
        app.wait_for(&app.text("history-no-picture"));
        app.wait_until("the other's picture", |harness| {
            harness.query_all_by_role(Role::Image).count() == 1
        });
        app.save_picture("history_compared_gone");
        app.press(Modifiers::NONE, Key::Escape);
        app.wait_for("a.png");
        app.save_picture("history_list");
    }
}

#[test]
fn of_ten_thousand_inspections_those_in_view_are_drawn() {
    let app = &mut TestAppOptions::new(Language::En).start(|engine| {
        three_inspections(engine);
        // The rows of ten thousand inspections, in one transaction.
        let conn = rusqlite::Connection::open(engine.workspace().file("data/fettle.db")).unwrap();
        conn.execute_batch(
            "WITH RECURSIVE n(n) AS (SELECT 4 UNION ALL SELECT n + 1 FROM n WHERE n < 10000)
             INSERT INTO inspections (id, created_at, created_at_ms, product, defect, verdict,
                                      image_score, image_hash, record)
             SELECT n, created_at, created_at_ms, product, defect, verdict, image_score,
                    image_hash, record
             FROM n, inspections WHERE id = 1;
             INSERT INTO history (inspection, created_at, created_at_ms, product, defect, verdict,
                                  image_score, source, first)
             SELECT id, created_at, created_at_ms, product, defect, verdict, image_score,
                    printf('/line/%05d.png', id), id
             FROM inspections WHERE id > 3;",
        )
        .unwrap();
    });
    app.press(Modifiers::COMMAND, Key::Num5);
    app.wait_for("10000.png");
    app.wait_for("10000 inspections");
    let drawn = drawn_files(&app.harness);
    assert!((10..60).contains(&drawn.len()), "{} rows", drawn.len());
    assert_eq!(drawn[..2], ["10000.png", "09999.png"]);
    // Beyond the first page: the next one is fetched when it is reached.
    for place in 0..130 {
        app.press(Modifiers::NONE, Key::ArrowRight);
        if place % 20 == 0 {
            app.wait_until("rows", |harness| drawn_files(harness).len() > 10);
        }
    }
    app.wait_until("older rows", |harness| {
        let rows = drawn_files(harness);
        rows.len() < 60 && rows.iter().any(|name| name.as_str() < "09895.png")
    });
}

#[test]
fn an_unsure_part_says_why_and_that_a_person_decides() {
    let captured = |deviations: Vec<CaptureDeviation>| {
        let anomaly = scored_anomaly(Verdict::Unsure, 0.9);
        Stage::Done(Anomaly { deviations, ..anomaly })
    };
    let soft = CaptureDeviation::Blurred { ratio: 0.6 };
    let dark = CaptureDeviation::Darker { ratio: 0.75 };
    // File, result of the anomaly stage, reasons with their amounts.
    type Case<'a> = (&'a str, Stage<Anomaly>, &'a [(&'a str, u32)]);
    let cases: [Case<'_>; 3] = [
        ("between.png", captured(Vec::new()), &[("unsure-between-limits", 0)]),
        (
            "taken.png",
            captured(vec![dark, soft]),
            &[("deviation-darker", 25), ("deviation-blurred", 40)],
        ),
        ("none.png", Stage::Skipped(SkipReason::NoProduct), &[("unsure-no-score", 0)]),
    ];
    for language in [Language::En, Language::Ko] {
        let app = &mut TestAppOptions::new(language).start(|engine| {
            let mut library = Library::open(engine.workspace().root()).unwrap();
            for (name, anomaly, _) in &cases {
                let source = format!("/line/{name}");
                let unsure = skipped_inspection(&source, Verdict::Unsure);
                let unsure = Inspection { anomaly: anomaly.clone(), ..unsure };
                library.record_inspection(&unsure).unwrap();
            }
        });
        app.press(Modifiers::COMMAND, Key::Num5);
        for (name, _, reasons) in &cases {
            app.wait_for(name);
            app.click_on(Role::Button, name);
            for (reason, amount) in *reasons {
                app.wait_for(&app.with(reason, &[("amount", (*amount).into())]));
            }
            assert!(app.shows(&app.text("unsure-look")));
            app.save_picture(&format!("history_unsure_{name}"));
        }
        // The part opened last says nothing of the first's reason.
        assert!(!app.shows(&app.text("unsure-between-limits")));
    }
}

#[test]
fn nothing_and_a_damaged_library_are_said() {
    for language in [Language::En, Language::Ko] {
        let app = &mut TestAppOptions::new(language).start(|_| {});
        app.press(Modifiers::COMMAND, Key::Num5);
        app.wait_for(&app.text("history-none"));
        app.press(Modifiers::COMMAND, Key::Num6);
        app.wait_for(&app.text("dashboard-none"));
        app.wait_for(&app.text("dashboard-no-products"));

        let app = &mut TestAppOptions::new(language).start(|engine| {
            std::fs::write(
                engine.workspace().file("data/fettle.db"),
                "not a database, but long".repeat(99),
            )
            .unwrap();
        });
        for key in [Key::Num5, Key::Num6] {
            app.press(Modifiers::COMMAND, key);
            app.wait_for(&app.text("history-again"));
        }
        std::fs::remove_file(app.workspace().file("data/fettle.db")).unwrap();
        app.click_on(Role::Button, &app.text("history-again"));
        app.wait_for(&app.text("dashboard-none"));
    }
}

#[test]
fn rows_are_sorted_by_their_titles_and_filtered_by_judgement() {
    for language in [Language::En, Language::Ko] {
        let app = &mut TestAppOptions::new(language).start(|engine| {
            three_inspections(engine);
            let mut library = Library::open(engine.workspace().root()).unwrap();
            let judged = |verdict| Opinion { verdict, defect: None, note: String::new() };
            // One overruled, one confirmed, one not judged.
            library.judge(InspectionId(2), Some(&judged(Verdict::Ng)), "kim").unwrap();
            library.judge(InspectionId(3), Some(&judged(Verdict::Ok)), "kim").unwrap();
        });
        app.press(Modifiers::COMMAND, Key::Num5);
        app.wait_for("a.png");
        // The details of the newest are open.
        app.wait_for("/line/c.png");
        let sort = |app: &TestApp, title: &str| {
            app.with("history-sort", &[("column", app.text(title).into())])
        };
        let title = sort(app, "history-file");
        app.click_on(Role::Button, &title);
        app.wait_until("a first", |harness| drawn_files(harness) == ["a.png", "b.png", "c.png"]);
        app.click_on(Role::Button, &format!("{title} ▲"));
        app.wait_until("c first", |harness| drawn_files(harness) == ["c.png", "b.png", "a.png"]);
        app.click_on(Role::Button, &sort(app, "label-score"));
        app.wait_until("highest first", |harness| {
            drawn_files(harness).first() == Some(&"a.png".into())
        });
        let list = app.text("history-review");
        for (state, expected) in [
            ("review-unjudged", "a.png"),
            ("review-overruled", "b.png"),
            ("review-confirmed", "c.png"),
        ] {
            app.choose(&list, &app.text(state));
            app.wait_until(expected, |harness| drawn_files(harness) == [expected]);
        }
    }
}
