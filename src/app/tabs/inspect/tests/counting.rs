//! Parts are counted, not inspections.

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::tests::test_app::{TestApp, TestAppOptions, run_job};
use fettle_domain::{Language, Product, ProductCode};
use fettle_engine::AddProduct;

const PARTS: usize = 30;

#[test]
fn thirty_photographs_back_and_forth_three_times_are_thirty_parts() {
    // A product without a bank: its records stand as long as it has none.
    let code: ProductCode = "casting".parse().unwrap();
    let mut app = TestAppOptions::new(Language::En).start(|engine| {
        let (name_ko, name_en) = ("주조품".to_owned(), "Casting".to_owned());
        run_job(engine, AddProduct(Product { code: code.clone(), name_ko, name_en }));
    });
    app.harness.state_mut().inspect_as(code);
    let folder = app.photographs(PARTS as u32);
    app.open_batch(folder);
    let go = |app: &mut TestApp, key: Key, to: usize| {
        app.press(Modifiers::NONE, key);
        let place = format!("{} / {PARTS}   part_{to:03}.png", to + 1);
        app.wait_for(&place);
        app.wait_for(&app.text("command-register-defect"));
    };
    for _ in 0..3 {
        (1..PARTS).for_each(|to| go(&mut app, Key::ArrowRight, to));
        (0..PARTS - 1).rev().for_each(|to| go(&mut app, Key::ArrowLeft, to));
    }
    let inspections = |app: &TestApp| -> i64 {
        let conn = rusqlite::Connection::open(app.workspace().file("data/fettle.db")).unwrap();
        conn.query_row("SELECT count(*) FROM inspections", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(inspections(&app), PARTS as i64, "the records were shown");
    // And again, as asked for.
    app.press(Modifiers::NONE, Key::F5);
    let database = app.workspace().file("data/fettle.db");
    app.wait_until("another inspection", |_| {
        let conn = rusqlite::Connection::open(&database).unwrap();
        let count: i64 =
            conn.query_row("SELECT count(*) FROM inspections", [], |row| row.get(0)).unwrap();
        count > PARTS as i64
    });
    assert_eq!(inspections(&app), PARTS as i64 + 1);
    let counts = [
        ("parts", PARTS.into()),
        ("judged", 0_usize.into()),
        ("left", PARTS.into()),
        ("ng", 0_usize.into()),
    ];
    assert!(app.shows(&app.with("batch-counts", &counts)));
    app.press(Modifiers::COMMAND, Key::Num5);
    app.wait_for(&app.with("history-total", &[("total", PARTS.into())]));
    app.press(Modifiers::COMMAND, Key::Num6);
    app.wait_until("the number of parts", |harness| {
        harness.query_all_by(|node| node.role() == egui::accesskit::Role::Label).any(|node| {
            let node = node.accesskit_node();
            node.label().or_else(|| node.value()).is_some_and(|text| text.contains("30 parts"))
        })
    });
}
