//! Deleting, moving and taking back, driven through the user interface.

use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::Queryable as _;

use super::save_part;
use crate::command::Command;
use crate::tests::held_job::fill_engine;
use crate::tests::test_app::{TestApp, TestAppOptions, run_job};
use fettle_domain::{DefectCode, ImageLabel, Language, Product, ProductCode};
use fettle_engine::{
    AddDefectType, AddProduct, Engine, EngineError, RegisterImages, RegisterManual,
};
use fettle_library::LabelFilter;
use fettle_testing::documents::{own_fonts, page, pdf};

fn casting() -> ProductCode {
    "casting".parse().unwrap()
}

fn add(engine: &Engine) {
    let names = ("주조품".to_owned(), "Casting".to_owned());
    run_job(engine, AddProduct(Product { code: casting(), name_ko: names.0, name_en: names.1 }));
    for code in ["hole", "burr"] {
        let (product, code) = (casting(), DefectCode::new(code).unwrap());
        let (name_ko, name_en, full_name) = (None, None, None);
        run_job(engine, AddDefectType { product, code, name_ko, name_en, full_name });
    }
}

/// Registers pictures under a label, by the names of their files.
fn register(app: &mut TestApp, label: ImageLabel, names: &[&str]) {
    for (number, name) in names.iter().enumerate() {
        let paths = vec![save_part(app, name, number as u8 * 7 + name.len() as u8)];
        let regions = Default::default();
        let request = RegisterImages {
            product: casting(),
            label: label.clone(),
            paths,
            recursive: false,
            regions,
        };
        let registered = run_job(app.harness.state().engine(), request);
        assert_eq!(registered.new.len(), 1, "{name}");
    }
    app.harness.state_mut().send(Command::LibraryChanged(None));
    app.harness.run_steps(2);
}

fn hole() -> ImageLabel {
    ImageLabel::Defect("hole".parse().unwrap())
}

fn count(app: &TestApp, label: &LabelFilter) -> usize {
    app.library().images(Some(&casting()), label).unwrap().len()
}

#[test]
fn a_product_says_what_hangs_on_it_goes_and_comes_back_with_ctrl_z() {
    for language in [Language::En, Language::Ko] {
        let app = &mut TestAppOptions::new(language).start(add);
        register(app, ImageLabel::Normal, &["첫째.png", "둘째.png"]);
        register(app, hole(), &["기공 하나.png"]);
        app.press(Modifiers::COMMAND, Key::Num7);
        // Pictures have the names that people gave them.
        app.wait_for("첫째.png");
        app.click(&app.text("delete-product"));
        for (id, number) in [
            ("dependents-defect-types", 2_usize),
            ("dependents-normal-images", 2),
            ("dependents-defect-images", 1),
        ] {
            app.wait_for(&app.with(id, &[("count", number.into())]));
        }
        assert_eq!(app.library().products().unwrap().len(), 1, "nothing goes before it is asked");
        app.click(&app.text("dialog-delete"));
        app.wait_for(&app.text("library-empty"));
        assert_eq!(app.library().products().unwrap(), []);

        // The list of the last actions says what Ctrl+Z takes back.
        app.click(&app.text("menu-edit"));
        app.click(&app.text("undo-history"));
        let name =
            if language == Language::Ko { "주조품 (casting)" } else { "Casting (casting)" };
        app.wait_for(&app.with("entry-deleted", &[("name", name.into())]));
        app.click(&app.text("button-close"));
        app.press(Modifiers::COMMAND, Key::Z);
        app.wait_for("첫째.png");
        assert_eq!((count(app, &LabelFilter::Normal), count(app, &LabelFilter::AnyDefect)), (2, 1));
        // Nothing else is left to take back.
        app.press(Modifiers::COMMAND, Key::Z);
        app.wait_for(&app.text("undo-nothing"));
    }
}

#[test]
fn images_move_to_another_defect_and_back() {
    for language in [Language::En, Language::Ko] {
        let app = &mut TestAppOptions::new(language).start(add);
        register(app, hole(), &["하나.png", "둘.png"]);
        app.press(Modifiers::COMMAND, Key::Num7);
        app.wait_for("hole (2)");
        app.click_on(Role::Button, "hole (2)");
        app.wait_for("하나.png");
        let move_to = app.text("library-move");
        assert!(!app.is_enabled(&move_to), "nothing is selected");
        app.click_on(Role::ListBoxOption, "하나.png");
        app.click(&move_to);
        app.click("burr");
        app.wait_for("burr (1)");
        let burr = LabelFilter::Defect("burr".parse().unwrap());
        assert_eq!(count(app, &burr), 1);
        app.press(Modifiers::COMMAND, Key::Z);
        app.wait_for("hole (2)");
        assert_eq!(count(app, &burr), 0);
    }
}

#[test]
fn an_inspection_area_is_drawn_and_taken_back() {
    for language in [Language::En, Language::Ko] {
        let app = &mut TestAppOptions::new(language).start(add);
        register(app, ImageLabel::Normal, &["첫째.png"]);
        app.press(Modifiers::COMMAND, Key::Num7);
        app.wait_for("첫째.png");
        app.click(&app.text("area-draw"));
        let canvas = app.text("area-canvas");
        app.wait_until(&canvas, |window| {
            window.query_by_role_and_label(Role::Canvas, &canvas).is_some()
        });
        let save = app.text("area-save");
        assert!(!app.is_enabled(&save), "nothing is drawn");
        app.drag(Role::Canvas, &canvas, (0.4, 0.4), (0.6, 0.6));
        app.click_on(Role::Button, &app.text("area-ignore-inside"));
        app.drag(Role::Canvas, &canvas, (0.48, 0.48), (0.52, 0.52));
        app.click(&save);
        let name =
            if language == Language::Ko { "주조품 (casting)" } else { "Casting (casting)" };
        app.wait_for(&app.with("area-saved", &[("product", name.into())]));
        let effects = |app: &TestApp| -> Vec<&'static str> {
            let area = app.library().inspection_area(&casting()).unwrap();
            area.shapes.iter().map(|shape| shape.effect.key()).collect()
        };
        assert_eq!(effects(app), ["inspect", "ignore"]);
        app.press(Modifiers::COMMAND, Key::Z);
        let root = app.workspace().root().to_owned();
        app.wait_until("the whole picture again", |_| {
            let library = fettle_library::Library::open(&root).unwrap();
            library.inspection_area(&casting()).unwrap().shapes.is_empty()
        });
    }
}

#[test]
fn an_area_that_a_busy_engine_does_not_take_is_kept_to_be_saved_again() {
    let app = &mut TestAppOptions::new(Language::En).start(add);
    register(app, ImageLabel::Normal, &["첫째.png"]);
    app.press(Modifiers::COMMAND, Key::Num7);
    app.wait_for("첫째.png");
    app.click(&app.text("area-draw"));
    let canvas = app.text("area-canvas");
    app.wait_until(&canvas, |window| {
        window.query_by_role_and_label(Role::Canvas, &canvas).is_some()
    });
    app.drag(Role::Canvas, &canvas, (0.4, 0.4), (0.6, 0.6));
    let save = app.text("area-save");
    app.wait_until("the area of before", |window| {
        window.query_by_role_and_label(Role::Button, &save).is_some()
    });
    let full = fill_engine(app);
    app.click(&save);
    app.wait_for(&EngineError::Busy.explain(Language::En));
    assert!(app.is_enabled(&save));
    drop(full);
    // The jobs that filled the queue end one after the other.
    let saved = app.with("area-saved", &[("product", "Casting (casting)".into())]);
    for _ in 0..100 {
        if app.shows(&saved) {
            break;
        }
        if app.shows(&save) && app.is_enabled(&save) {
            app.press_button(&save);
        }
        app.harness.run_steps(4);
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(app.shows(&saved));
    assert_eq!(app.library().inspection_area(&casting()).unwrap().shapes.len(), 1);
}

#[test]
fn the_images_of_a_deleted_defect_give_way_to_the_normal_ones() {
    let app = &mut TestAppOptions::new(Language::En).start(add);
    register(app, ImageLabel::Normal, &["첫째.png"]);
    register(app, hole(), &["기공.png"]);
    app.press(Modifiers::COMMAND, Key::Num7);
    app.wait_for("hole (1)");
    app.click_on(Role::Button, "hole (1)");
    app.wait_for("기공.png");
    app.click(&app.text("delete-defect"));
    app.click(&app.text("dialog-delete"));
    app.wait_until_gone("hole (1)");
    app.wait_for("첫째.png");
}

#[test]
fn a_manuals_heading_proposes_a_defect_type() {
    for language in [Language::En, Language::Ko] {
        let app = &mut TestAppOptions::new(language).start(|engine| {
            add(engine);
            let lines = ["# 3. 수축 (Shrinkage)", "발생 원인", "• 냉각 불균일"];
            let path = engine.workspace().file("part.pdf");
            std::fs::write(&path, pdf(&own_fonts(), &[page(&lines)], false)).unwrap();
            run_job(engine, RegisterManual { product: casting(), path });
        });
        app.press(Modifiers::COMMAND, Key::Num7);
        app.wait_for(&app.text("defects-in-manual"));
        let buttons = app.harness.query_all_by_role(Role::Button);
        let proposed: Vec<_> = buttons
            .filter(|one| {
                use egui_kittest::kittest::NodeT as _;
                one.accesskit_node().label().is_some_and(|label| label.contains("수축"))
            })
            .collect();
        let [proposed] = proposed.as_slice() else { panic!("{} proposals", proposed.len()) };
        proposed.click();
        app.harness.run_steps(3);
        let register = app.text("dialog-register");
        assert!(app.is_enabled(&register), "code and names are proposed");
        app.click(&register);
        app.wait_until_gone(&app.text("defects-in-manual"));
        let codes: Vec<String> = app
            .library()
            .defect_types(&casting())
            .unwrap()
            .into_iter()
            .map(|defect| defect.code.to_string())
            .collect();
        assert_eq!(codes, ["burr", "hole", "shrinkage"]);
    }
}
