//! Registration of products, images, manuals and defects on a real engine, driven through the user
//! interface.

mod changes;
mod image_grid;
mod region_marking;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers, Role, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use image::{Rgb, RgbImage};

use crate::command::Command;
use crate::tests::test_app::{TIMEOUT, TestApp, TestAppOptions, models_with, run_job};
use fettle_domain::{Language, Product, ProductCode};
use fettle_engine::{AddDefectType, AddProduct, UndoRegistration};
use fettle_library::LabelFilter;
use fettle_testing::documents::{own_fonts, page, pdf};

/// A colour that neither theme uses.
const PART_COLOUR: [u8; 3] = [200, 40, 160];

/// Saves a picture of one colour with a faint pattern of number `n`.
fn save_part(app: &TestApp, name: &str, n: u8) -> PathBuf {
    let path = app.folder().join(name);
    let tile = |x: u32, y: u32| ((x / 8 + y / 8 * u32::from(n + 1)) % 5) as u8 * 3;
    let picture = RgbImage::from_fn(96, 64, |x, y| {
        Rgb([PART_COLOUR[0] + tile(x, y), PART_COLOUR[1] + n % 40, PART_COLOUR[2]])
    });
    picture.save(&path).unwrap();
    path
}

fn cell<'a>(app: &'a TestApp, name: &'a str) -> egui_kittest::Node<'a> {
    app.harness.get_by_role_and_label(Role::ListBoxOption, name)
}
#[test]
fn a_product_is_registered_and_its_images_are_added_shown_and_removed() {
    for language in [Language::En, Language::Ko] {
        let mut app = TestApp::new(language);
        app.press(Modifiers::COMMAND, Key::Num7);
        app.wait_for(&app.text("library-empty"));

        // An invalid code is refused while it is typed.
        app.press(Modifiers::COMMAND, Key::N);
        let (code, register) = (app.text("dialog-code"), app.text("dialog-register"));
        assert!(!app.is_enabled(&register));
        for (written, refused) in [("a b", true), ("a_b", true), ("prod1", false)] {
            app.type_into(&code, written);
            assert_eq!(app.shows(&app.text("dialog-code-bad")), refused, "{written}");
            assert_eq!(app.is_enabled(&register), !refused, "{written}");
        }
        app.type_into(&app.text("dialog-name-ko"), "주조제품");
        app.type_into(&app.text("dialog-name-en"), "Casting");
        app.click(&register);
        let name = match language {
            Language::Ko => "주조제품 (prod1)",
            Language::En => "Casting (prod1)",
        };
        app.wait_for(name);
        app.wait_for(&app.text("library-no-images"));
        app.wait_for(&app.text("library-no-bank"));
        app.press(Modifiers::COMMAND, Key::N);
        app.type_into(&code, "prod1");
        assert!(app.shows(&app.text("dialog-code-taken")));
        app.press(Modifiers::NONE, Key::Escape);
        assert!(!app.shows(&app.text("dialog-code-hint")));

        // Twelve images, one of them twice, and a file that is no image.
        let mut files: Vec<PathBuf> =
            (0..12).map(|n| save_part(&app, &format!("part{n:02}.png"), n)).collect();
        let junk = app.file("junk.png", b"no picture");
        files.extend([junk, files[0].clone()]);
        app.drop_files(&files);
        app.wait_for(&app.with("dialog-chosen", &[("count", 13_usize.into())]));
        app.click(&register);
        let values =
            [("product", name.into()), ("new", 12_usize.into()), ("known", 0_usize.into())];
        app.wait_for(&app.with("registered-images", &values));
        assert!(app.shows("junk.png"));
        app.click(&app.text("dialog-close"));

        // The grid shows their names and thumbnails.
        app.wait_for("part00.png");
        let place = cell(&app, "part00.png").rect().center_top() + vec2(0.0, 64.0);
        let begun = Instant::now();
        loop {
            app.harness.run_steps(2);
            let seen = app.harness.render().unwrap();
            let pixel = seen.get_pixel(place.x as u32, place.y as u32).0;
            if pixel[0] > 190 && pixel[1] < 100 && pixel[2] > 140 {
                break;
            }
            assert!(begun.elapsed() < TIMEOUT, "{pixel:?}");
            std::thread::sleep(Duration::from_millis(20));
        }

        // Three are selected with the mouse, one more with the keyboard, and all are removed.
        cell(&app, "part00.png").click();
        app.harness.run_steps(2);
        cell(&app, "part02.png").click_modifiers(Modifiers::SHIFT);
        app.harness.run_steps(2);
        app.press(Modifiers::SHIFT, Key::ArrowRight);
        assert!(app.shows(&app.with("library-chosen", &[("count", 4_usize.into())])));
        app.press(Modifiers::NONE, Key::Delete);
        assert!(app.shows(&app.with("dialog-remove-ask", &[("count", 4_usize.into())])));
        app.click(&app.text("dialog-cancel"));
        app.press(Modifiers::NONE, Key::Delete);
        app.click(&app.text("dialog-remove"));
        app.wait_until_gone("part00.png");
        let counts =
            [("normals", 8_usize.into()), ("defects", 0_usize.into()), ("manuals", 0_usize.into())];
        app.wait_for(&app.with("library-counts", &counts));
    }
}

#[test]
fn files_are_previewed_before_they_are_registered() {
    for language in [Language::En, Language::Ko] {
        let mut app = TestApp::new(language);
        app.press(Modifiers::COMMAND, Key::N);
        app.type_into(&app.text("dialog-code"), "prod1");
        app.press(Modifiers::NONE, Key::Enter);
        app.wait_for(&app.text("library-no-images"));
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for n in 0..12 {
            let bytes = std::fs::read(save_part(&app, "one.png", n)).unwrap();
            let options = zip::write::SimpleFileOptions::default();
            zip.start_file(format!("line 1/{n:02}.png"), options).unwrap();
            std::io::Write::write_all(&mut zip, &bytes).unwrap();
        }
        let zip = app.file("parts.zip", &zip.finish().unwrap().into_inner());
        let junk = app.file("junk.png", b"no picture");
        let torn = app.file("torn.zip", b"no zip");

        // Only an unreadable zip: nothing can be registered.
        app.drop_files(std::slice::from_ref(&torn));
        app.wait_for(&app.with("dialog-chosen", &[("count", 0_usize.into())]));
        let register = app.text("dialog-register");
        assert!(!app.is_enabled(&register));
        app.drop_files(&[junk, zip]);
        app.wait_for(&app.with("dialog-chosen", &[("count", 13_usize.into())]));
        let images = |app: &TestApp| {
            let images = app.harness.query_all_by_role(Role::Image);
            images.filter_map(|image| image.accesskit_node().label()).collect::<Vec<_>>()
        };
        let seen = images(&app);
        assert_eq!(seen.len(), 8, "{seen:?}");
        assert!(seen[0].ends_with("junk.png") && seen[7].ends_with("line 1/06.png"), "{seen:?}");
        assert!(app.shows("+5") && app.shows("torn.zip"));
        app.save_picture("dialog_images");
        app.click(&register);
        let values =
            [("product", "prod1".into()), ("new", 12_usize.into()), ("known", 0_usize.into())];
        app.wait_for(&app.with("registered-images", &values));
        app.click(&app.text("dialog-close"));

        // The first page of a manual.
        app.click(&app.text("dialog-add-manual"));
        let fonts = own_fonts();
        let pages = [page(&["# hole (기공)", "발생 원인", "• 탈기 불량"]), page(&["끝"])];
        let file = app.file("manual.pdf", &pdf(&fonts, &pages, false));
        app.drop_files(&[file]);
        app.wait_for(&app.with("dialog-manual-pages", &[("pages", 2_usize.into())]));
        app.wait_until("a page", |harness| harness.query_all_by_role(Role::Image).count() == 1);
        app.save_picture("dialog_manual");
    }
}

#[test]
fn an_unreadable_manual_is_refused_and_a_defect_type_is_registered() {
    let mut app = TestApp::new(Language::En);
    app.press(Modifiers::COMMAND, Key::N);
    app.type_into("Code", "prod1");
    app.press(Modifiers::NONE, Key::Enter);
    app.wait_for("There are no such images");
    app.click("New defect type…");
    app.type_into("Code", "hole");
    app.type_into("Korean name", "기공");
    app.click("Register");
    app.wait_for("hole (기공) (0)");

    // The dialog stays open and says that the file is no PDF.
    app.click("Add manual…");
    let file = app.file("manual.pdf", b"no PDF");
    app.drop_files(&[file]);
    app.wait_for("manual.pdf");
    app.click("Register");
    app.wait_until("a refusal", |harness| {
        let buttons = harness.query_by_role_and_label(Role::Button, "Register");
        buttons.is_some() && harness.query_all_by_label_contains("manual.pdf").count() > 1
    });
}

#[test]
fn registrations_of_a_product_defect_type_and_manual_are_undone_from_the_toast() {
    let fonts = own_fonts();
    for language in [Language::En, Language::Ko] {
        let mut app = TestApp::new(language);
        let undo = |app: &mut TestApp| {
            let label = app.text("judge-undo");
            app.wait_for(&label);
            let all = app.harness.get_all_by_role_and_label(Role::Button, &label);
            all.last().unwrap().click_accesskit();
            app.harness.run_steps(3);
        };
        let new = |app: &mut TestApp, button: &str, code: &str| {
            if button == "command-new-product" {
                app.press(Modifiers::COMMAND, Key::N);
            } else {
                app.click(&app.text(button));
            }
            app.type_into(&app.text("dialog-code"), code);
            app.click(&app.text("dialog-register"));
        };
        app.press(Modifiers::COMMAND, Key::Num7);
        new(&mut app, "command-new-product", "prod1");
        undo(&mut app);
        app.wait_for(&app.with("library-taken-back-one", &[("name", "prod1".into())]));
        app.wait_for(&app.text("library-empty"));
        assert_eq!(app.library().products().unwrap(), []);

        new(&mut app, "command-new-product", "prod1");
        app.wait_for(&app.text("library-no-images"));
        new(&mut app, "dialog-new-defect", "hole");
        app.wait_for("hole (0)");
        undo(&mut app);
        app.wait_for(&app.with("library-taken-back-one", &[("name", "hole".into())]));
        app.wait_until_gone("hole (0)");

        // The second manual replaces the first and is undone.
        let manual = |app: &mut TestApp, text: &str| {
            app.click(&app.text("dialog-add-manual"));
            let pages = [page(&["# hole (기공)", "발생 원인", text])];
            let file = app.file("manual.pdf", &pdf(&fonts, &pages, false));
            app.drop_files(&[file]);
            let pages = app.with("dialog-manual-pages", &[("pages", 1_usize.into())]);
            app.wait_until("its first page", |harness| {
                harness.query_by_role_and_label(Role::Image, &pages).is_some()
            });
            app.click(&app.text("dialog-register"));
            app.wait_until_gone(&app.text("dialog-drop-manual"));
        };
        let in_force = |app: &TestApp| {
            let manuals = app.library().manuals(&"prod1".parse().unwrap()).unwrap();
            manuals.iter().map(|manual| manual.id.0).collect::<Vec<_>>()
        };
        manual(&mut app, "• 탈기 불량");
        assert_eq!(in_force(&app), [1]);
        manual(&mut app, "• 금형 온도");
        assert_eq!(in_force(&app), [2]);
        undo(&mut app);
        app.wait_for(&app.text("library-manual-restored"));
        assert_eq!(in_force(&app), [1]);
        // The registration of a product with a manual is not undone; a toast says why.
        app.harness
            .state_mut()
            .send(Command::UndoRegistration(UndoRegistration::Product("prod1".parse().unwrap())));
        app.wait_for(&app.with("error-product-in-use", &[("product", "prod1".into())]));
        app.save_picture("toast_in_use");
    }
}

#[test]
fn an_inspected_part_is_registered_as_a_known_defect_in_two_clicks() {
    let Some(models) = models_with("efficientnet-lite0") else { return };
    let options = TestAppOptions { models: Some(models), ..TestAppOptions::new(Language::En) };
    let mut app = options.start(|engine| {
        let code = ProductCode::new("prod1").unwrap();
        let (name_ko, name_en) = ("주조제품".to_owned(), "Casting".to_owned());
        run_job(engine, AddProduct(Product { code: code.clone(), name_ko, name_en }));
        let hole = AddDefectType {
            product: code,
            code: "hole".parse().unwrap(),
            name_ko: None,
            name_en: None,
            full_name: None,
        };
        run_job(engine, hole);
    });
    // Without known defects, product and defect are selected by hand.
    let part = save_part(&app, "part.png", 3);
    app.drop_files(std::slice::from_ref(&part));
    let button = "Register as a known defect…";
    app.wait_for(button);
    for undone in [true, false] {
        app.click(button);
        app.choose("Product", "Casting (prod1)");
        app.click_on(Role::RadioButton, "hole");
        app.click("Register");
        app.wait_for("The index now holds 1 known defect");
        if undone {
            app.click("Undo");
            app.wait_for("Taken back: 1 image");
            assert_eq!(app.library().images(None, &LabelFilter::AnyDefect).unwrap(), []);
        }
    }
    // The next inspection suggests the defect: open the dialog, and register.
    app.press(Modifiers::NONE, Key::F5);
    app.wait_for("hole · Casting (prod1)");
    app.click(button);
    app.click("Register");
    app.wait_for("was registered as this defect before");
}
