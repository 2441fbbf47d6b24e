//! The window on a real engine in a workspace of its own, driven as a person would.

mod marking;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers, Role, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use image::{Rgb, RgbImage};
use tempfile::TempDir;

use super::grid::Grid;
use crate::catalogue::Catalogue;
use crate::command::Command;
use crate::desk::Desk;
use crate::shell::toasts::Toasts;
use crate::tasks::Tasks;
use crate::tests::scene::{PATIENCE, Scene, Setting, Window, answer, engine, fonts, models_with};
use crate::view_state::ViewState;
use crate::words::Words;
use fettle_domain::{
    ContentHash, ImageId, ImageLabel, Language, Product, ProductCode, RegisteredImage,
};
use fettle_engine::{AddDefectType, AddProduct, Engine, TakeBack};
use fettle_library::LabelFilter;
use fettle_testing::documents::{fonts as paper_fonts, page, pdf};

/// A colour that neither theme has.
const PART: [u8; 3] = [200, 40, 160];

/// A picture of one colour, which differs a little from every other.
fn picture(scene: &Scene, name: &str, n: u8) -> PathBuf {
    let path = scene.folder().join(name);
    let tile = |x: u32, y: u32| ((x / 8 + y / 8 * u32::from(n + 1)) % 5) as u8 * 3;
    let picture =
        RgbImage::from_fn(96, 64, |x, y| Rgb([PART[0] + tile(x, y), PART[1] + n % 40, PART[2]]));
    picture.save(&path).unwrap();
    path
}

fn cell<'a>(scene: &'a Scene, name: &'a str) -> egui_kittest::Node<'a> {
    scene.harness.get_by_role_and_label(Role::ListBoxOption, name)
}
#[test]
fn a_product_is_registered_and_its_images_come_go_and_are_seen() {
    for language in [Language::En, Language::Ko] {
        let mut scene = Scene::new(language);
        scene.press(Modifiers::COMMAND, Key::Num7);
        scene.until_seen(&scene.text("library-empty"));

        // A bad code is refused as it is typed.
        scene.press(Modifiers::COMMAND, Key::N);
        let (code, register) = (scene.text("dialog-code"), scene.text("dialog-register"));
        assert!(!scene.is_enabled(&register));
        for (written, refused) in [("a b", true), ("a_b", true), ("prod1", false)] {
            scene.write(&code, written);
            assert_eq!(scene.sees(&scene.text("dialog-code-bad")), refused, "{written}");
            assert_eq!(scene.is_enabled(&register), !refused, "{written}");
        }
        scene.write(&scene.text("dialog-name-ko"), "주조제품");
        scene.write(&scene.text("dialog-name-en"), "Casting");
        scene.click(&register);
        let name = match language {
            Language::Ko => "주조제품 (prod1)",
            Language::En => "Casting (prod1)",
        };
        scene.until_seen(name);
        scene.until_seen(&scene.text("library-no-images"));
        scene.until_seen(&scene.text("library-no-bank"));
        scene.press(Modifiers::COMMAND, Key::N);
        scene.write(&code, "prod1");
        assert!(scene.sees(&scene.text("dialog-code-taken")));
        scene.press(Modifiers::NONE, Key::Escape);
        assert!(!scene.sees(&scene.text("dialog-code-hint")));

        // Twelve images, one of which is there twice, and a file that is none.
        let mut files: Vec<PathBuf> =
            (0..12).map(|n| picture(&scene, &format!("part{n:02}.png"), n)).collect();
        let junk = scene.file("junk.png", b"no picture");
        files.extend([junk, files[0].clone()]);
        scene.drop_files(&files);
        scene.until_seen(&scene.with("dialog-chosen", &[("count", 13_usize.into())]));
        scene.click(&register);
        let values =
            [("product", name.into()), ("new", 12_usize.into()), ("known", 0_usize.into())];
        scene.until_seen(&scene.with("registered-images", &values));
        assert!(scene.sees("junk.png"));
        scene.click(&scene.text("dialog-close"));

        // They are seen, by name and by picture.
        scene.until_seen("prod1_ok_1.png");
        let place = cell(&scene, "prod1_ok_1.png").rect().center_top() + vec2(0.0, 64.0);
        let begun = Instant::now();
        loop {
            scene.harness.run_steps(2);
            let seen = scene.harness.render().unwrap();
            let pixel = seen.get_pixel(place.x as u32, place.y as u32).0;
            if pixel[0] > 190 && pixel[1] < 100 && pixel[2] > 140 {
                break;
            }
            assert!(begun.elapsed() < PATIENCE, "{pixel:?}");
            std::thread::sleep(Duration::from_millis(20));
        }

        // Three are chosen with the mouse, one more with the keyboard, and removed.
        cell(&scene, "prod1_ok_1.png").click();
        scene.harness.run_steps(2);
        cell(&scene, "prod1_ok_3.png").click_modifiers(Modifiers::SHIFT);
        scene.harness.run_steps(2);
        scene.press(Modifiers::SHIFT, Key::ArrowRight);
        assert!(scene.sees(&scene.with("library-chosen", &[("count", 4_usize.into())])));
        scene.press(Modifiers::NONE, Key::Delete);
        assert!(scene.sees(&scene.with("dialog-remove-ask", &[("count", 4_usize.into())])));
        scene.click(&scene.text("dialog-cancel"));
        scene.press(Modifiers::NONE, Key::Delete);
        scene.click(&scene.text("dialog-remove"));
        scene.until_gone("prod1_ok_1.png");
        let counts =
            [("normals", 8_usize.into()), ("defects", 0_usize.into()), ("manuals", 0_usize.into())];
        scene.until_seen(&scene.with("library-counts", &counts));
    }
}

#[test]
fn what_is_chosen_is_seen_before_it_is_registered() {
    for language in [Language::En, Language::Ko] {
        let mut scene = Scene::new(language);
        scene.press(Modifiers::COMMAND, Key::N);
        scene.write(&scene.text("dialog-code"), "prod1");
        scene.press(Modifiers::NONE, Key::Enter);
        scene.until_seen(&scene.text("library-no-images"));
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for n in 0..12 {
            let bytes = std::fs::read(picture(&scene, "one.png", n)).unwrap();
            let options = zip::write::SimpleFileOptions::default();
            zip.start_file(format!("line 1/{n:02}.png"), options).unwrap();
            std::io::Write::write_all(&mut zip, &bytes).unwrap();
        }
        let zip = scene.file("parts.zip", &zip.finish().unwrap().into_inner());
        let junk = scene.file("junk.png", b"no picture");
        let torn = scene.file("torn.zip", b"no zip");

        // A zip that cannot be read alone: nothing can be registered.
        scene.drop_files(std::slice::from_ref(&torn));
        scene.until_seen(&scene.with("dialog-chosen", &[("count", 0_usize.into())]));
        let register = scene.text("dialog-register");
        assert!(!scene.is_enabled(&register));
        scene.drop_files(&[junk, zip]);
        scene.until_seen(&scene.with("dialog-chosen", &[("count", 13_usize.into())]));
        let images = |scene: &Scene| {
            let images = scene.harness.query_all_by_role(Role::Image);
            images.filter_map(|image| image.accesskit_node().label()).collect::<Vec<_>>()
        };
        let seen = images(&scene);
        assert_eq!(seen.len(), 8, "{seen:?}");
        assert!(seen[0].ends_with("junk.png") && seen[7].ends_with("line 1/06.png"), "{seen:?}");
        assert!(scene.sees("+5") && scene.sees("torn.zip"));
        scene.picture("dialog_images");
        scene.click(&register);
        let values =
            [("product", "prod1".into()), ("new", 12_usize.into()), ("known", 0_usize.into())];
        scene.until_seen(&scene.with("registered-images", &values));
        scene.click(&scene.text("dialog-close"));

        // The first page of a manual.
        scene.click(&scene.text("dialog-add-manual"));
        let Some(fonts) = paper_fonts() else { return };
        let pages = [page(&["# hole (기공)", "발생 원인", "• 탈기 불량"]), page(&["끝"])];
        let file = scene.file("manual.pdf", &pdf(&fonts, &pages, false));
        scene.drop_files(&[file]);
        scene.until_seen(&scene.with("dialog-manual-pages", &[("pages", 2_usize.into())]));
        scene.until("a page", |harness| harness.query_all_by_role(Role::Image).count() == 1);
        scene.picture("dialog_manual");
    }
}

#[test]
fn an_unknown_manual_and_a_new_defect_type() {
    let mut scene = Scene::new(Language::En);
    scene.press(Modifiers::COMMAND, Key::N);
    scene.write("Code", "prod1");
    scene.press(Modifiers::NONE, Key::Enter);
    scene.until_seen("There are no such images");
    scene.click("New defect type…");
    scene.write("Code", "hole");
    scene.write("Korean name", "기공");
    scene.click("Register");
    scene.until_seen("hole (기공) (0)");

    // What is no PDF is told in the dialog, which stays.
    scene.click("Add manual…");
    let file = scene.file("manual.pdf", b"no PDF");
    scene.drop_files(&[file]);
    scene.until_seen("manual.pdf");
    scene.click("Register");
    scene.until("a refusal", |harness| {
        let buttons = harness.query_by_role_and_label(Role::Button, "Register");
        buttons.is_some() && harness.query_all_by_label_contains("manual.pdf").count() > 1
    });
}

#[test]
fn a_new_product_defect_type_and_manual_are_taken_back_from_the_toast() {
    let Some(fonts) = paper_fonts() else { return };
    for language in [Language::En, Language::Ko] {
        let mut scene = Scene::new(language);
        let undo = |scene: &mut Scene| {
            let label = scene.text("judge-undo");
            scene.until_seen(&label);
            let all = scene.harness.get_all_by_role_and_label(Role::Button, &label);
            all.last().unwrap().click_accesskit();
            scene.harness.run_steps(3);
        };
        let new = |scene: &mut Scene, button: &str, code: &str| {
            if button == "command-new-product" {
                scene.press(Modifiers::COMMAND, Key::N);
            } else {
                scene.click(&scene.text(button));
            }
            scene.write(&scene.text("dialog-code"), code);
            scene.click(&scene.text("dialog-register"));
        };
        scene.press(Modifiers::COMMAND, Key::Num7);
        new(&mut scene, "command-new-product", "prod1");
        undo(&mut scene);
        scene.until_seen(&scene.with("library-taken-back-one", &[("name", "prod1".into())]));
        scene.until_seen(&scene.text("library-empty"));
        assert_eq!(scene.library().products().unwrap(), []);

        new(&mut scene, "command-new-product", "prod1");
        scene.until_seen(&scene.text("library-no-images"));
        new(&mut scene, "dialog-new-defect", "hole");
        scene.until_seen("hole (0)");
        undo(&mut scene);
        scene.until_seen(&scene.with("library-taken-back-one", &[("name", "hole".into())]));
        scene.until_gone("hole (0)");

        // The first manual stays, the second replaces it and is taken back.
        let manual = |scene: &mut Scene, text: &str| {
            scene.click(&scene.text("dialog-add-manual"));
            let pages = [page(&["# hole (기공)", "발생 원인", text])];
            let file = scene.file("manual.pdf", &pdf(&fonts, &pages, false));
            scene.drop_files(&[file]);
            let pages = scene.with("dialog-manual-pages", &[("pages", 1_usize.into())]);
            scene.until("its first page", |harness| {
                harness.query_by_role_and_label(Role::Image, &pages).is_some()
            });
            scene.click(&scene.text("dialog-register"));
            scene.until_gone(&scene.text("dialog-drop-manual"));
        };
        let in_force = |scene: &Scene| {
            let manuals = scene.library().manuals(&"prod1".parse().unwrap()).unwrap();
            manuals.iter().map(|manual| manual.id.0).collect::<Vec<_>>()
        };
        manual(&mut scene, "• 탈기 불량");
        assert_eq!(in_force(&scene), [1]);
        manual(&mut scene, "• 금형 온도");
        assert_eq!(in_force(&scene), [2]);
        undo(&mut scene);
        scene.until_seen(&scene.text("library-manual-restored"));
        assert_eq!(in_force(&scene), [1]);
        // What has a manual is not taken back, and it is said why.
        scene
            .harness
            .state_mut()
            .send(Command::TakeBack(TakeBack::Product("prod1".parse().unwrap())));
        scene.until_seen(&scene.with("error-product-in-use", &[("product", "prod1".into())]));
        scene.picture("toast_in_use");
    }
}

#[test]
fn the_first_run_leads_by_the_hand() {
    for language in [Language::En, Language::Ko] {
        let mut scene = Scene::new(language);
        for id in ["first-welcome", "first-explain", "first-load-demo", "first-pull-models"] {
            scene.until_seen(&scene.text(id));
        }
        // The models that are missing are named.
        assert!(scene.sees("efficientnet-lite0"));
        scene.click(&scene.text("first-register"));
        scene.until_seen(&scene.text("dialog-code-hint"));
        scene.write(&scene.text("dialog-code"), "prod1");
        scene.click(&scene.text("dialog-register"));
        scene.until_seen("prod1");
        scene.press(Modifiers::COMMAND, Key::Num1);
        scene.until_gone(&scene.text("first-welcome"));
        assert!(scene.sees(&scene.text("inspect-invite")));
    }
}

#[test]
fn settings_are_changed_and_remembered() {
    let mut scene = Scene::new(Language::En);
    scene.press(Modifiers::COMMAND, Key::Num8);
    scene.until_seen("Models by role");
    scene.until_seen("EfficientNet");
    scene.until_seen(&scene.workspace().root().display().to_string());
    scene.choose("Profile", "small");
    let path = scene.workspace().settings_path();
    let written = |_: &Window| {
        std::fs::read_to_string(&path).is_ok_and(|text| text.contains(r#""profile": "small""#))
    };
    scene.until("profile on disk", written);
    scene.click("한국어");
    scene.language = Language::Ko;
    scene.until_seen(&scene.text("settings-roles"));
    let written = |_: &Window| {
        std::fs::read_to_string(&path).is_ok_and(|text| text.contains(r#""language": "ko""#))
    };
    scene.until("language on disk", written);
}

#[test]
fn an_inspected_part_becomes_a_known_defect_in_two_clicks() {
    let Some(models) = models_with("efficientnet-lite0") else { return };
    let setting = Setting { models: Some(models), ..Setting::new(Language::En) };
    let mut scene = setting.prepared(|engine| {
        let code = ProductCode::new("prod1").unwrap();
        let (name_ko, name_en) = ("주조제품".to_owned(), "Casting".to_owned());
        answer(engine, AddProduct(Product { code: code.clone(), name_ko, name_en }));
        let hole = AddDefectType {
            product: code,
            code: "hole".parse().unwrap(),
            name_ko: None,
            name_en: None,
            full_name: None,
        };
        answer(engine, hole);
    });
    // Nothing is known yet: product and defect are chosen by hand.
    let part = picture(&scene, "part.png", 3);
    scene.drop_files(std::slice::from_ref(&part));
    let button = "Register as a known defect…";
    scene.until_seen(button);
    for undone in [true, false] {
        scene.click(button);
        scene.choose("Product", "Casting (prod1)");
        scene.click_on(Role::RadioButton, "hole");
        scene.click("Register");
        scene.until_seen("The index now holds 1 known defects");
        if undone {
            scene.click("Undo");
            scene.until_seen("Taken back: 1 images");
            assert_eq!(scene.library().images(None, &LabelFilter::AnyDefect).unwrap(), []);
        }
    }
    // The next inspection finds it and suggests it: open, and register.
    scene.press(Modifiers::NONE, Key::F5);
    scene.until_seen("Casting (prod1) · hole");
    scene.click(button);
    scene.click("Register");
    scene.until_seen("was registered as this defect before");
}

/// What the grid needs of the window.
struct Alone {
    engine: Engine,
    catalogue: Catalogue,
    tasks: Tasks,
    toasts: Toasts,
    view: ViewState,
    commands: Vec<Command>,
    grid: Grid,
    images: Vec<RegisteredImage>,
}

#[test]
fn of_many_images_only_those_in_sight_are_drawn() {
    let dir = TempDir::new().unwrap();
    let image = |id: i64| RegisteredImage {
        id: ImageId(id),
        product: ProductCode::new("prod1").unwrap(),
        label: ImageLabel::Normal,
        path: format!("data/patchCore/prod1/ok/prod1_ok_{id}.png"),
        content_hash: ContentHash(String::new()),
        width_px: 640,
        height_px: 480,
        region: None,
    };
    let alone = Alone {
        engine: engine(dir.path(), Language::En, None),
        catalogue: Catalogue::default(),
        tasks: Tasks::default(),
        toasts: Toasts::default(),
        view: ViewState::default(),
        commands: Vec::new(),
        grid: Grid::default(),
        images: (1..=5_000).map(image).collect(),
    };
    let mut harness =
        Harness::builder().with_size(vec2(800.0, 600.0)).with_context_setup(fonts).build_ui_state(
            |ui, alone: &mut Alone| {
                let Alone { engine, catalogue, tasks, toasts, view, commands, grid, images } =
                    alone;
                let words = Words(Language::En);
                let desk = &mut Desk { engine, words, catalogue, tasks, toasts, view, commands };
                grid.keys(ui, images.len());
                grid.show(ui, desk, images);
            },
            alone,
        );
    let drawn =
        |harness: &Harness<'_, Alone>| harness.query_all_by_role(Role::ListBoxOption).count();
    harness.run_steps(2);
    assert!((10..60).contains(&drawn(&harness)), "{}", drawn(&harness));
    // The keyboard brings what it chooses into sight.
    harness.state_mut().grid.step(1, 5_000, false);
    harness.run_steps(2);
    harness.state_mut().grid.step(4_998, 5_000, false);
    harness.run_steps(3);
    assert!(harness.query_by_role_and_label(Role::ListBoxOption, "prod1_ok_4999.png").is_some());
    assert!(harness.query_by_role_and_label(Role::ListBoxOption, "prod1_ok_1.png").is_none());
    assert!((10..60).contains(&drawn(&harness)), "{}", drawn(&harness));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_steps(2);
    assert_eq!(harness.state().grid.chosen_count(), 5_000);
}
