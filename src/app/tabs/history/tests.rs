//! History and dashboard on a real engine in a workspace of its own, driven as a person would.

use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::command::Command;
use crate::tests::scene::{Scene, Setting, Window, scored, unexamined};
use fettle_domain::{
    Inspection, InspectionId, Language, Opinion, Product, ProductCode, Rate, Stage, Verdict,
};
use fettle_engine::Engine;
use fettle_i18n::Value;
use fettle_library::Library;

fn casting() -> ProductCode {
    ProductCode::new("casting").unwrap()
}

fn inspection(name: &str, verdict: Verdict, image_path: Option<String>) -> Inspection {
    let score = if verdict == Verdict::Ng { 2.0 } else { 0.5 };
    let anomaly = Stage::Done(scored(verdict, score));
    Inspection { image_path, anomaly, ..unexamined(&format!("/line/{name}"), verdict) }
}

/// Inspections 1 to 3: `a.png`, which is NG, `b.png` and `c.png`, which are OK.
fn three(engine: &Engine) {
    let mut library = Library::open(engine.workspace().root()).unwrap();
    let names = ("주조품".to_owned(), "Casting".to_owned());
    let product = Product { code: casting(), name_ko: names.0, name_en: names.1 };
    library.add_product(&product).unwrap();
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(8, 8).write_to(&mut png, image::ImageFormat::Png).unwrap();
    let stored = library.store_upload(&png.into_inner()).unwrap().path;
    for (name, verdict) in [("a.png", Verdict::Ng), ("b.png", Verdict::Ok), ("c.png", Verdict::Ok)]
    {
        library.record_inspection(&inspection(name, verdict, Some(stored.clone()))).unwrap();
    }
}

fn rows(harness: &Window) -> Vec<String> {
    let buttons = harness.query_all_by_role(Role::Button);
    let names = buttons.filter_map(|button| button.accesskit_node().label());
    names.filter(|name| name.ends_with(".png")).collect()
}

#[test]
fn the_past_is_listed_opened_judged_and_acted_on() {
    for language in [Language::En, Language::Ko] {
        let scene = &mut Setting::new(language).prepared(three);
        scene.press(Modifiers::COMMAND, Key::Num5);
        scene.until_seen("a.png");
        assert_eq!(rows(&scene.harness), ["c.png", "b.png", "a.png"]);
        scene.until_seen(&scene.with("history-total", &[("total", 3_usize.into())]));

        scene.click_on(Role::Button, "a.png");
        // Its bank is none that is here: what was recorded is shown all the same.
        scene.until_seen(&scene.with("history-no-bank", &[("version", 7_u32.into())]));
        let values = [("score", 2.0_f32.into()), ("threshold", 1.0_f32.into())];
        scene.until_seen(&scene.with("score-against-threshold", &values));
        scene.until_seen(&scene.text("picture-part"));

        // 1: the part is OK after all. The record stays, the judgement is beside it.
        scene.press(Modifiers::NONE, Key::Num1);
        let take_back = scene.text("judge-take-back");
        scene.until_seen(&take_back);
        let said = |scene: &Scene| {
            let judgement = scene.library().judgement(InspectionId(1)).unwrap();
            judgement.map(|judgement| judgement.opinion.verdict)
        };
        assert_eq!(said(scene), Some(Verdict::Ok));
        // From the toast it is undone.
        scene.click_on(Role::Button, &scene.text("judge-undo"));
        scene.until_gone(&take_back);
        assert_eq!(said(scene), None);
        // Enter: the verdict is right.
        scene.press(Modifiers::NONE, Key::Enter);
        scene.until_seen(&take_back);
        assert_eq!(said(scene), Some(Verdict::Ng));

        scene.click_on(Role::CheckBox, &scene.text("history-action-done"));
        let done = scene.text("action-done");
        scene.until(&done, |harness| harness.query_all_by_label(&done).next().is_some());
        let action = scene.library().action(InspectionId(1)).unwrap();
        assert!(action.is_some_and(|change| change.state == fettle_domain::ActionState::Done));

        // The keys 1, 2 and 3 are letters while one types.
        let line = scene.text("history-text");
        scene.harness.get_by_role_and_label(Role::TextInput, &line).focus();
        scene.harness.run_steps(2);
        scene.harness.get_by_role_and_label(Role::TextInput, &line).type_text("B.p");
        scene.until("one row", |harness| rows(harness) == ["b.png"]);
        scene.press(Modifiers::NONE, Key::Num2);
        assert_eq!(said(scene), Some(Verdict::Ng));
        scene.harness.get_by_role_and_label(Role::TextInput, &line).type_text("nowhere");
        scene.until_seen(&scene.text("history-nothing-found"));
    }
}

#[test]
fn several_are_marked_with_ctrl_to_be_saved_together() {
    let scene = &mut Setting::new(Language::En).prepared(three);
    scene.press(Modifiers::COMMAND, Key::Num5);
    scene.until_seen("a.png");
    assert!(scene.is_enabled(&scene.text("history-pdf")));
    let click = |scene: &mut Scene, name: &str| {
        let row = scene.harness.get_by_role_and_label(Role::Button, name);
        row.click_modifiers(Modifiers::COMMAND);
        scene.harness.run_steps(3);
    };
    let marked = |count: usize| [("count", Value::from(count))];
    // What is opened counts as the first.
    scene.click_on(Role::Button, "a.png");
    click(scene, "c.png");
    scene.until_seen(&scene.with("history-pdf-marked", &marked(2)));
    click(scene, "b.png");
    scene.until_seen(&scene.with("history-pdf-marked", &marked(3)));
    click(scene, "c.png");
    scene.until_seen(&scene.with("history-pdf-marked", &marked(2)));
    // Without Ctrl one is opened and none is marked.
    scene.click_on(Role::Button, "b.png");
    scene.until_seen(&scene.text("history-pdf"));
    assert!(!scene.sees(&scene.with("history-pdf-marked", &marked(2))));
}

#[test]
fn two_are_compared_side_by_side() {
    for language in [Language::En, Language::Ko] {
        let scene = &mut Setting::new(language).prepared(|engine| {
            three(engine);
            let mut library = Library::open(engine.workspace().root()).unwrap();
            let opinion = Opinion { verdict: Verdict::Ok, defect: None, note: String::new() };
            library.judge(InspectionId(1), Some(&opinion), "kim").unwrap();
            // Wider; its bank is none that is here either.
            let mut png = std::io::Cursor::new(Vec::new());
            let wide = image::RgbImage::from_fn(24, 8, |x, y| {
                image::Rgb([200, (x * 10) as u8, (y * 30) as u8])
            });
            wide.write_to(&mut png, image::ImageFormat::Png).unwrap();
            let stored = library.store_upload(&png.into_inner()).unwrap().path;
            for name in ["d.png", "f.png"] {
                let inspection = inspection(name, Verdict::Unsure, Some(stored.clone()));
                library.record_inspection(&inspection).unwrap();
            }
            let gone = Some("data/uploads/gone.png".to_owned());
            library.record_inspection(&inspection("e.png", Verdict::Ok, gone)).unwrap();
        });
        scene.press(Modifiers::COMMAND, Key::Num5);
        scene.until_seen("a.png");
        let compare = scene.text("history-compare");
        assert!(!scene.is_enabled(&compare));
        let hint = scene.text("history-compare-hint");
        scene.harness.state_mut().send(Command::CompareInspections);
        scene.until_seen(&hint);
        scene.click("×");
        scene.until_gone(&hint);

        let mark = |scene: &mut Scene, first: &str, second: &str| {
            scene.click_on(Role::Button, first);
            let row = scene.harness.get_by_role_and_label(Role::Button, second);
            row.click_modifiers(Modifiers::COMMAND);
            scene.harness.run_steps(3);
            scene.click(&compare);
        };
        mark(scene, "b.png", "a.png");
        scene.until_seen(&scene.text("history-compared"));
        scene.until_seen("/line/b.png");
        scene.until_seen("kim");
        let images = |scene: &Scene| -> Vec<(String, f32)> {
            let images = scene.harness.query_all_by_role(Role::Image);
            let mut seen: Vec<_> = images
                .map(|image| (image.accesskit_node().label().unwrap(), image.rect().left()))
                .collect();
            seen.sort_by(|a, b| a.1.total_cmp(&b.1));
            seen
        };
        scene.until("two pictures", |harness| harness.query_all_by_role(Role::Image).count() == 2);
        // The older one is on the left.
        let names: Vec<String> = images(scene).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["/line/a.png", "/line/b.png"]);
        assert!(scene.sees(&scene.with(
            "score-against-threshold",
            &[("score", 2.0_f32.into()), ("threshold", 1.0_f32.into())]
        )));
        assert!(!scene.sees(&scene.text("history-other-shape")));
        scene.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::C);
        scene.until_seen(&scene.text("view-copied"));
        scene.picture("history_compared");
        // The keys of the one opened do nothing here.
        scene.press(Modifiers::NONE, Key::Num2);
        assert_eq!(scene.library().judgement(InspectionId(2)).unwrap(), None);
        scene.press(Modifiers::NONE, Key::Escape);
        scene.until_gone(&scene.text("history-compared"));

        mark(scene, "a.png", "d.png");
        scene.until_seen(&scene.text("history-other-shape"));
        scene.picture("history_compared_shapes");
        scene.click(&format!("✖ {}", scene.text("dialog-close")));
        scene.until_gone(&scene.text("history-compared"));

        // What one turns and drags on one side, the other does too.
        mark(scene, "d.png", "f.png");
        let sides = |harness: &Window| -> Vec<egui::Rect> {
            harness.query_all_by_role(Role::Image).map(|image| image.rect()).collect()
        };
        scene.until("two pictures", |harness| sides(harness).len() == 2);
        let drawn = |harness: &Window, seen: &image::RgbaImage| -> [Vec<u8>; 2] {
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
            scene.until_drawn("both alike, and other than before", |harness, seen| {
                let [left, right] = drawn(harness, seen);
                // A view may begin between two pixels of the screen.
                differ(&left, &right) < 1.0 && differ(&left, &before) > 5.0
            });
            let seen = scene.harness.render().unwrap();
            [before, _] = drawn(&scene.harness, &seen);
            let at = sides(&scene.harness)[0].center() + egui::vec2(100.0, 30.0);
            scene.harness.input_mut().events.push(egui::Event::PointerMoved(at));
            scene.harness.input_mut().events.push(egui::Event::MouseWheel {
                unit: egui::MouseWheelUnit::Point,
                delta: egui::vec2(0.0, 300.0),
                phase: egui::TouchPhase::Move,
                source: egui::MouseWheelSource::Wheel,
                modifiers: Modifiers::NONE,
            });
        }
        scene.picture("history_compared_locked");
        scene.press(Modifiers::NONE, Key::Escape);

        mark(scene, "d.png", "e.png");
        scene.until_seen(&scene.text("history-no-picture"));
        scene.until("the other's picture", |harness| {
            harness.query_all_by_role(Role::Image).count() == 1
        });
        scene.picture("history_compared_gone");
        scene.press(Modifiers::NONE, Key::Escape);
        scene.until_seen("a.png");
        scene.picture("history_list");
    }
}

#[test]
fn of_ten_thousand_inspections_those_in_view_are_drawn() {
    let scene = &mut Setting::new(Language::En).prepared(|engine| {
        three(engine);
        // As ten thousand runs would leave them, in one transaction.
        let conn =
            rusqlite::Connection::open(engine.workspace().root().join("data/fettle.db")).unwrap();
        conn.execute_batch(
            "WITH RECURSIVE n(n) AS (SELECT 4 UNION ALL SELECT n + 1 FROM n WHERE n < 10000)
             INSERT INTO inspections (id, created_at, created_at_ms, product, defect, verdict,
                                      image_score, image_hash, record)
             SELECT n, created_at, created_at_ms, product, defect, verdict, image_score,
                    image_hash, record
             FROM n, inspections WHERE id = 1;
             INSERT INTO history (inspection, created_at, created_at_ms, product, defect, verdict,
                                  image_score, source)
             SELECT id, created_at, created_at_ms, product, defect, verdict, image_score,
                    printf('/line/%05d.png', id)
             FROM inspections WHERE id > 3;",
        )
        .unwrap();
    });
    scene.press(Modifiers::COMMAND, Key::Num5);
    scene.until_seen("10000.png");
    scene.until_seen("10000 inspections");
    let drawn = rows(&scene.harness);
    assert!((10..60).contains(&drawn.len()), "{} rows", drawn.len());
    assert_eq!(drawn[..2], ["10000.png", "09999.png"]);
    // Past the page that was fetched first: the next one comes as it is reached.
    for place in 0..130 {
        scene.press(Modifiers::NONE, Key::ArrowRight);
        if place % 20 == 0 {
            scene.until("rows", |harness| rows(harness).len() > 10);
        }
    }
    scene.until("older rows", |harness| {
        let rows = rows(harness);
        rows.len() < 60 && rows.iter().any(|name| name.as_str() < "09895.png")
    });
}

#[test]
fn the_dashboard_counts_what_was_inspected_and_judged() {
    for language in [Language::En, Language::Ko] {
        let scene = &mut Setting::new(language).prepared(|engine| {
            three(engine);
            let opinion = Opinion { verdict: Verdict::Ng, defect: None, note: String::new() };
            let mut library = Library::open(engine.workspace().root()).unwrap();
            for id in [1, 2] {
                library.judge(InspectionId(id), Some(&opinion), "kim").unwrap();
            }
        });
        scene.press(Modifiers::COMMAND, Key::Num6);
        let values =
            [("parts", 3_usize.into()), ("ng", 2_usize.into()), ("judged", 2_usize.into())];
        scene.until_seen(&scene.with("dashboard-totals", &values));
        let escape = Rate::of(1, 2).unwrap();
        scene.until_seen(&format!("{}: {escape} · 1 / 2", scene.text("dashboard-escape")));
        let unknown = scene.text("dashboard-none-judged");
        scene.until_seen(&format!("{}: {unknown}", scene.text("dashboard-overkill")));
        let defect = scene.text("dashboard-no-defect");
        let name = if language == Language::Ko { "주조품" } else { "Casting" };
        scene.until_seen(&format!("{name} (casting) · {defect}: 2"));
        scene.until_seen(&format!("{name} (casting)"));
        scene.until_seen(&scene.text("dashboard-no-bank"));
    }
}

#[test]
fn nothing_and_a_damaged_library_are_said() {
    for language in [Language::En, Language::Ko] {
        let scene = &mut Setting::new(language).prepared(|_| {});
        scene.press(Modifiers::COMMAND, Key::Num5);
        scene.until_seen(&scene.text("history-none"));
        scene.press(Modifiers::COMMAND, Key::Num6);
        scene.until_seen(&scene.text("dashboard-none"));
        scene.until_seen(&scene.text("dashboard-no-products"));

        let scene = &mut Setting::new(language).prepared(|engine| {
            std::fs::write(
                engine.workspace().root().join("data/fettle.db"),
                "not a database, but long".repeat(99),
            )
            .unwrap();
        });
        for key in [Key::Num5, Key::Num6] {
            scene.press(Modifiers::COMMAND, key);
            scene.until_seen(&scene.text("history-again"));
        }
        std::fs::remove_file(scene.workspace().root().join("data/fettle.db")).unwrap();
        scene.click_on(Role::Button, &scene.text("history-again"));
        scene.until_seen(&scene.text("dashboard-none"));
    }
}
