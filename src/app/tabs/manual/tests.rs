//! The tab of manuals on a real engine in a workspace of its own, driven as a person would.

use egui::{Key, Modifiers, Rect, Role, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::tests::scene::{Scene, Setting, Window, answer, unexamined};
use fettle_domain::{
    Author, DefectCode, Inspection, Language, ManualFinding, ManualId, Product, ProductCode,
    Report, ReportLine, ReportPart, ReportSection, Stage, Support, Verdict,
};
use fettle_engine::{AddDefectType, AddProduct, Engine, ReadManual, RegisterManual};
use fettle_library::Library;
use fettle_testing::documents::{Fonts, fonts, page, pdf};

fn part() -> ProductCode {
    ProductCode::new("part").unwrap()
}

fn add_product(engine: &Engine) {
    let (name_ko, name_en) = ("부품".to_owned(), "Part".to_owned());
    answer(engine, AddProduct(Product { code: part(), name_ko, name_en }));
}

/// Registers these pages as the manual of the product.
fn add_manual(engine: &Engine, fonts: &Fonts, pages: &[&[&str]]) -> ReadManual {
    let pages: Vec<_> = pages.iter().map(|lines| page(lines)).collect();
    let path = engine.workspace().root().join("part.pdf");
    std::fs::write(&path, pdf(fonts, &pages, false)).unwrap();
    answer(engine, RegisterManual { product: part(), path })
}

/// A product with two defect types and a manual of two pages about them.
fn with_manual(engine: &Engine, fonts: &Fonts) -> ReadManual {
    add_product(engine);
    for (code, name_ko) in [("hole", "기공"), ("scratch", "긁힘")] {
        let defect = AddDefectType {
            product: part(),
            code: DefectCode::new(code).unwrap(),
            name_ko: Some(name_ko.into()),
            name_en: Some(code.into()),
            full_name: None,
        };
        answer(engine, defect);
    }
    let first: &[&str] = &[
        "# hole (기공)",
        "발생 원인",
        "• 용탕 내 가스가 배출되지 않음",
        "• 탈기 불량",
        "조치 가이드",
        "• 탈기 장치 점검",
    ];
    let second: &[&str] =
        &["# scratch (긁힘)", "발생 원인", "• 이송 중 충돌", "조치 가이드", "• 고무패드 적용"];
    add_manual(engine, fonts, &[first, second])
}

fn setting(language: Language, theme: Theme) -> Setting {
    Setting { theme, ..Setting::new(language) }
}

/// The tab of manuals.
fn shown(mut scene: Scene) -> Scene {
    scene.press(Modifiers::COMMAND, Key::Num4);
    scene
}

fn page_of(scene: &Scene, page: u32) -> String {
    scene.with("manual-page-of", &[("page", page.into()), ("pages", 2_u32.into())])
}

/// Where this page is drawn.
fn page_rect(window: &Window, label: &str) -> Option<Rect> {
    Some(window.query_by_role_and_label(Role::Image, label)?.rect())
}

/// Waits until this page is there, with ink and with something marked.
#[track_caller]
fn until_marked(scene: &mut Scene, number: u32) {
    let label = scene.with("manual-page", &[("page", number.into())]);
    scene.until_seen(&label);
    scene.until_drawn("ink and a mark", move |window, seen| {
        let Some(rect) = page_rect(window, &label) else { return false };
        let count = |is: &dyn Fn([u8; 4]) -> bool| {
            let pixels = seen.enumerate_pixels();
            let at = |x: u32, y: u32| egui::pos2(x as f32 + 0.5, y as f32 + 0.5);
            let inside = pixels.filter(|(x, y, _)| rect.contains(at(*x, *y)));
            inside.filter(|(.., pixel)| is(pixel.0)).count()
        };
        let ink = count(&|[r, g, b, _]| r < 90 && g < 90 && b < 90);
        let mark = count(&|[r, g, b, _]| r > 245 && (225..245).contains(&g) && b < 190);
        ink > 300 && mark > 1000
    });
}

#[track_caller]
fn click_part(scene: &mut Scene, role: Role, label: &str) {
    let nodes: Vec<_> = scene.harness.query_all_by_label_contains(label).collect();
    let node = nodes.iter().find(|node| node.accesskit_node().role() == role);
    node.unwrap_or_else(|| panic!("no {role:?} {label} in:\n{:?}", scene.harness))
        .click_accesskit();
    scene.harness.run_steps(3);
}

#[test]
fn a_section_is_chosen_and_marked_on_its_page_and_its_statements_are_clicked() {
    let Some(fonts) = fonts() else { return };
    for (language, theme) in [(Language::Ko, Theme::Light), (Language::En, Theme::Dark)] {
        let scene = setting(language, theme).prepared(|engine| {
            with_manual(engine, &fonts);
        });
        let mut scene = shown(scene);
        // The first section is read first.
        scene.until_seen("• 탈기 장치 점검");
        scene.until_seen(&page_of(&scene, 1));
        let scratch = if language == Language::Ko { "긁힘" } else { "scratch" };
        click_part(&mut scene, Role::Button, &format!("{scratch}\nscratch (긁힘) · "));
        until_marked(&mut scene, 2);
        scene.until_seen(&page_of(&scene, 2));
        // A cause of it; pages by their keys; with the keys back to the first section.
        scene.click_on(Role::Label, "• 이송 중 충돌");
        until_marked(&mut scene, 2);
        scene.press(Modifiers::NONE, Key::PageUp);
        scene.until_seen(&page_of(&scene, 1));
        scene.press(Modifiers::NONE, Key::PageDown);
        scene.until_seen(&page_of(&scene, 2));
        scene.press(Modifiers::NONE, Key::ArrowUp);
        scene.until_seen("• 탈기 장치 점검");
        until_marked(&mut scene, 1);

        // Larger, and back to the width of the view.
        let first = scene.with("manual-page", &[("page", 1_u32.into())]);
        let width = |scene: &Scene| page_rect(&scene.harness, &first).unwrap().width();
        let before = width(&scene);
        scene.click(&scene.text("manual-larger"));
        assert!(width(&scene) > 1.2 * before);
        scene.click(&scene.text("manual-fit-width"));
        assert_eq!(width(&scene), before);
    }
}

#[test]
fn a_question_without_its_model_is_answered_by_words_and_it_is_said_what_to_do() {
    let Some(fonts) = fonts() else { return };
    for language in [Language::Ko, Language::En] {
        let scene = Setting::new(language).prepared(|engine| {
            with_manual(engine, &fonts);
        });
        let mut scene = shown(scene);
        scene.until_seen("• 탈기 장치 점검");
        scene.write(&scene.text("manual-question"), "고무 페드");
        scene.press(Modifiers::NONE, Key::Enter);
        let model = [("model", "multilingual-e5-small".into())];
        let why = scene.with("error-model-missing", &model);
        scene.until_seen(&scene.with("notice-no-vectors", &[("reason", why.into())]));
        scene.picture("manual_asked");
        // What was found is shown on its page.
        click_part(&mut scene, Role::Button, "scratch (긁힘)\n고무패드 적용\n");
        until_marked(&mut scene, 2);
        scene.click(&scene.text("manual-models"));
        scene.until_seen(&scene.text("settings-roles"));
    }
}

#[test]
fn what_an_inspection_cites_is_shown_as_it_was_on_its_page() {
    let Some(fonts) = fonts() else { return };
    for (language, theme, is_replaced) in
        [(Language::En, Theme::Light, false), (Language::Ko, Theme::Dark, true)]
    {
        let scene = setting(language, theme).prepared(|engine| {
            let read = with_manual(engine, &fonts);
            assert_eq!(read.manual.id, ManualId(1));
            let finding = ManualFinding {
                manual: read.manual.id,
                path: read.manual.path,
                content_hash: read.manual.content_hash,
                registered_at: None,
                others: Vec::new(),
                defect: DefectCode::new("scratch").unwrap(),
                section: read.text.sections[1].clone(),
            };
            let mut library = Library::open(engine.workspace().root()).unwrap();
            library.record_inspection(&cites(finding)).unwrap();
            if is_replaced {
                add_manual(engine, &fonts, &[&["# hole (기공)", "발생 원인", "• 새 판"]]);
            }
        });
        let mut scene = shown(scene);
        scene.until_seen(if is_replaced { "• 새 판" } else { "• 탈기 장치 점검" });
        scene.press(Modifiers::COMMAND, Key::Num5);
        scene.until_seen("cites.png");
        scene.click("cites.png");
        let place = scene.with("manual-page", &[("page", 2_u32.into())]);
        let link = scene.with("report-page", &[("place", place.into())]);
        scene.until_seen(&link);
        scene.click_on(Role::Link, &link);
        until_marked(&mut scene, 2);
        scene.until_seen(&page_of(&scene, 2));
        scene.until_seen("• 고무패드 적용");
        assert_eq!(scene.sees(&scene.text("manual-replaced")), is_replaced);
    }
}

fn cites(finding: ManualFinding) -> Inspection {
    let line = ReportLine {
        text: "고무패드를 적용하세요".into(),
        support: Support::Manual { statements: vec![finding.section.actions[0].id.clone()] },
    };
    let section = ReportSection { part: ReportPart::Actions, lines: vec![line] };
    let report =
        Report { language: Language::Ko, author: Author::Evidence, sections: vec![section] };
    Inspection {
        product: Some(part()),
        manual: Stage::Done(finding),
        report: Stage::Done(report),
        ..unexamined("/line/cites.png", Verdict::Ng)
    }
}

#[test]
fn a_file_that_is_gone_is_said_and_what_it_said_is_there() {
    let Some(fonts) = fonts() else { return };
    for language in [Language::Ko, Language::En] {
        let scene = Setting::new(language).prepared(|engine| {
            let read = with_manual(engine, &fonts);
            std::fs::remove_file(engine.workspace().root().join(read.manual.path)).unwrap();
        });
        let mut scene = shown(scene);
        let path = scene.workspace().root().join("manual_store/part_manual.pdf");
        let values = [("path", path.display().to_string().into())];
        scene.until_seen(&scene.with("error-manual-gone", &values));
        scene.until_seen("• 탈기 장치 점검");
        let add = scene.text("dialog-add-manual");
        assert_eq!(scene.harness.query_all_by_label(&add).count(), 2);
    }
}

#[test]
fn without_product_or_manual_the_next_step_is_offered_and_taken() {
    let Some(fonts) = fonts() else { return };
    for language in [Language::Ko, Language::En] {
        let mut scene = shown(Scene::new(language));
        scene.until_seen(&scene.text("library-empty"));

        let mut scene = shown(Setting::new(language).prepared(add_product));
        scene.until_seen(&scene.text("manual-none"));
        let lines = ["# hole (기공)", "발생 원인", "• 탈기 불량", "조치 가이드", "• 탈기 강화"];
        let file = scene.file("new.pdf", &pdf(&fonts, &[page(&lines)], false));
        scene.drop_files(&[file]);
        scene.until_seen("new.pdf");
        scene.click(&scene.text("dialog-register"));
        scene.until_seen("• 탈기 강화");
    }
}

#[test]
fn a_manual_without_pages_is_read_as_text_and_its_versions_are_there() {
    for (language, theme) in [(Language::Ko, Theme::Light), (Language::En, Theme::Dark)] {
        let text = |cause: &str| {
            format!(
                "기공 (hole)\n발생 원인\n- {cause}\n- 용탕 내 가스가 배출되지 않음\n조치 가이드\n\
                 - 탈기 장치 점검\n\n긁힘\n원인\n- 이송 중 충돌\n대책\n- 고무패드 적용\n"
            )
        };
        let scene = setting(language, theme).prepared(|engine| {
            add_product(engine);
            let path = engine.workspace().root().join("part.txt");
            std::fs::write(&path, text("탈기 불량")).unwrap();
            let read = answer(engine, RegisterManual { product: part(), path });
            // Somebody writes a new one over it.
            let file = engine.workspace().root().join(read.manual.path);
            std::fs::write(file, text("습기")).unwrap();
        });
        let mut scene = shown(scene);
        scene.until_seen("• 습기");
        let line =
            |scene: &Scene, number: u32| scene.with("manual-line", &[("page", number.into())]);
        let cited = line(&scene, 3);
        assert!(scene.sees(&cited), "{cited}");
        click_part(&mut scene, Role::Label, "• 이송 중 충돌");
        scene.picture("manual_text");
        let versions = scene.with("manual-versions", &[("count", 2_usize.into())]);
        scene.until_seen(&versions);
        scene.click_on(Role::DisclosureTriangle, &versions);
        scene.harness.run_steps(20);
        scene.picture("manual_versions");
        // The oldest, which is listed last, says what it said.
        let none = scene.with("manual-version-cited", &[("count", 0_usize.into())]);
        let says = |node: &egui_kittest::Node<'_>| {
            node.accesskit_node().label().is_some_and(|label| label.contains(&none))
        };
        let old = scene.harness.get_all_by_role(Role::Button).rfind(says);
        old.unwrap().click_accesskit();
        scene.harness.run_steps(3);
        scene.until_seen("• 탈기 불량");
        scene.until_seen(&scene.text("manual-replaced"));
        scene.picture("manual_old_version");
    }
}
