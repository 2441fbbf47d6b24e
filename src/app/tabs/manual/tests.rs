//! The tab of manuals on a real engine, driven through the user interface.

use egui::{Key, Modifiers, Rect, Role, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::tests::inspections::skipped_inspection;
use crate::tests::test_app::{AppHarness, TestApp, TestAppOptions, models_with, run_job};
use fettle_domain::{
    Author, DefectCode, FeedbackSubject, Inspection, InspectionId, Language, ManualFinding,
    ManualId, Product, ProductCode, Rating, Report, ReportLine, ReportPart, ReportSection, Stage,
    Support, Verdict,
};
use fettle_engine::{AddDefectType, AddProduct, Engine, ParsedManual, RegisterManual};
use fettle_library::Library;
use fettle_testing::documents::{Fonts, own_fonts, page, pdf};

fn part() -> ProductCode {
    ProductCode::new("part").unwrap()
}

fn add_product(engine: &Engine) {
    let (name_ko, name_en) = ("부품".to_owned(), "Part".to_owned());
    run_job(engine, AddProduct(Product { code: part(), name_ko, name_en }));
}

/// Registers a manual of these pages.
fn add_manual(engine: &Engine, fonts: &Fonts, pages: &[&[&str]]) -> ParsedManual {
    let pages: Vec<_> = pages.iter().map(|lines| page(lines)).collect();
    let path = engine.workspace().file("part.pdf");
    std::fs::write(&path, pdf(fonts, &pages, false)).unwrap();
    run_job(engine, RegisterManual { product: part(), path })
}

/// A product with two defect types and a manual of two pages.
fn with_manual(engine: &Engine, fonts: &Fonts) -> ParsedManual {
    add_product(engine);
    for (code, name_ko) in [("hole", "기공"), ("scratch", "긁힘")] {
        let defect = AddDefectType {
            product: part(),
            code: DefectCode::new(code).unwrap(),
            name_ko: Some(name_ko.into()),
            name_en: Some(code.into()),
            full_name: None,
        };
        run_job(engine, defect);
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

fn options(language: Language, theme: Theme) -> TestAppOptions {
    TestAppOptions { theme, ..TestAppOptions::new(language) }
}

/// Shows the tab of manuals.
fn open_tab(mut app: TestApp) -> TestApp {
    app.press(Modifiers::COMMAND, Key::Num4);
    app
}

fn page_of(app: &TestApp, page: u32) -> String {
    app.with("manual-page-of", &[("page", page.into()), ("pages", 2_u32.into())])
}

/// The rectangle of a page on the screen.
fn page_rect(window: &AppHarness, label: &str) -> Option<Rect> {
    Some(window.query_by_role_and_label(Role::Image, label)?.rect())
}

/// Waits until a page is drawn with dark text and a mark.
#[track_caller]
fn wait_until_marked(app: &mut TestApp, number: u32) {
    let label = app.with("manual-page", &[("page", number.into())]);
    app.wait_for(&label);
    app.wait_until_drawn("ink and a mark", move |window, seen| {
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
fn click_part(app: &mut TestApp, role: Role, label: &str) {
    let nodes: Vec<_> = app.harness.query_all_by_label_contains(label).collect();
    let node = nodes.iter().find(|node| node.accesskit_node().role() == role);
    node.unwrap_or_else(|| panic!("no {role:?} {label} in:\n{:?}", app.harness)).click_accesskit();
    app.harness.run_steps(3);
}

#[test]
fn a_section_is_chosen_and_marked_on_its_page_and_its_statements_are_clicked() {
    let fonts = own_fonts();
    for (language, theme) in [(Language::Ko, Theme::Light), (Language::En, Theme::Dark)] {
        let app = options(language, theme).start(|engine| {
            with_manual(engine, &fonts);
        });
        let mut app = open_tab(app);
        // The first section is selected at first.
        app.wait_for("• 탈기 장치 점검");
        app.wait_for(&page_of(&app, 1));
        let scratch = if language == Language::Ko { "긁힘" } else { "scratch" };
        click_part(&mut app, Role::Button, &format!("{scratch}\nscratch (긁힘) · "));
        wait_until_marked(&mut app, 2);
        app.wait_for(&page_of(&app, 2));
        // A click on a cause; pages by key; back to the first section by key.
        app.click_on(Role::Label, "• 이송 중 충돌");
        wait_until_marked(&mut app, 2);
        app.press(Modifiers::NONE, Key::PageUp);
        app.wait_for(&page_of(&app, 1));
        app.press(Modifiers::NONE, Key::PageDown);
        app.wait_for(&page_of(&app, 2));
        app.press(Modifiers::NONE, Key::ArrowUp);
        app.wait_for("• 탈기 장치 점검");
        wait_until_marked(&mut app, 1);

        // Zoom in, and back to the width of the view.
        let first = app.with("manual-page", &[("page", 1_u32.into())]);
        let width = |app: &TestApp| page_rect(&app.harness, &first).unwrap().width();
        let before = width(&app);
        app.click(&app.text("manual-larger"));
        assert!(width(&app) > 1.2 * before);
        app.click(&app.text("manual-fit-width"));
        assert_eq!(width(&app), before);
    }
}

#[test]
fn a_question_without_an_embedder_is_answered_by_keywords() {
    let fonts = own_fonts();
    for language in [Language::Ko, Language::En] {
        let app = TestAppOptions::new(language).start(|engine| {
            with_manual(engine, &fonts);
        });
        let mut app = open_tab(app);
        app.wait_for("• 탈기 장치 점검");
        app.type_into(&app.text("manual-question"), "고무 페드");
        app.press(Modifiers::NONE, Key::Enter);
        let model = [("model", "multilingual-e5-small".into())];
        let why = app.with("error-model-missing", &model);
        app.wait_for(&app.with("notice-no-vectors", &[("reason", why.into())]));
        app.save_picture("manual_asked");
        // The statement found is marked on its page.
        click_part(&mut app, Role::Button, "scratch (긁힘)\n고무패드 적용\n");
        wait_until_marked(&mut app, 2);
        app.click(&app.text("manual-models"));
        app.wait_for(&app.text("settings-roles"));
    }
}

#[test]
fn a_question_is_declined_asked_back_or_answered_across_sections() {
    let fonts = own_fonts();
    for language in [Language::Ko, Language::En] {
        let app = TestAppOptions::new(language).start(|engine| {
            with_manual(engine, &fonts);
        });
        let mut app = open_tab(app);
        app.wait_for("• 탈기 장치 점검");
        let question = app.text("manual-question");
        app.type_into(&question, "점심 메뉴 점검");
        app.press(Modifiers::NONE, Key::Enter);
        app.wait_for(&app.text("manual-not-said"));
        app.save_picture("manual_not_said");

        // What may be meant is a button each; the question is asked again of that defect alone.
        app.click(&app.text("dialog-close"));
        app.type_into(&question, "원인이 뭐예요?");
        app.press(Modifiers::NONE, Key::Enter);
        app.wait_for(&app.text("manual-which"));
        app.save_picture("manual_which");
        let scratch = if language == Language::Ko { "긁힘" } else { "scratch" };
        app.click_on(Role::Button, scratch);
        app.wait_until("the cause of the scratch", |window| {
            window.query_all_by_label_contains("scratch (긁힘)\n이송 중 충돌").next().is_some()
        });

        app.type_into(&question, "기공하고 긁힘 조치");
        app.press(Modifiers::NONE, Key::Enter);
        app.wait_for(&app.with("manual-sections-found", &[("count", 2_usize.into())]));
        app.save_picture("manual_across");

        app.type_into(&question, "기공 말고 긁힘 원인");
        app.press(Modifiers::NONE, Key::Enter);
        app.wait_for(&app.with("manual-excluded", &[("what", "기공".into())]));
    }
}

#[test]
fn a_citation_of_an_inspection_is_shown_on_its_page_as_it_was() {
    let fonts = own_fonts();
    for (language, theme, is_replaced) in
        [(Language::En, Theme::Light, false), (Language::Ko, Theme::Dark, true)]
    {
        let app = options(language, theme).start(|engine| {
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
            library.record_inspection(&citing_inspection(finding)).unwrap();
            if is_replaced {
                add_manual(engine, &fonts, &[&["# hole (기공)", "발생 원인", "• 새 판"]]);
            }
        });
        let mut app = open_tab(app);
        app.wait_for(if is_replaced { "• 새 판" } else { "• 탈기 장치 점검" });
        app.press(Modifiers::COMMAND, Key::Num5);
        app.wait_for("cites.png");
        app.click("cites.png");
        let place = app.with("manual-page", &[("page", 2_u32.into())]);
        let link = app.with("report-page", &[("place", place.into())]);
        app.wait_for(&link);
        // The report is judged where it is read.
        app.click(&app.text("feedback-good"));
        let by = if language == Language::Ko { "의견: " } else { "Said by " };
        app.wait_until("who judged it", |window| {
            window.query_all_by_label_contains(by).next().is_some()
        });
        let judged = app.library().all_feedback().unwrap();
        let [one] = &judged[..] else { panic!("{judged:?}") };
        assert_eq!(one.subject, FeedbackSubject::Report { inspection: InspectionId(1) });
        assert_eq!(one.opinion.rating, Rating::Good);
        app.click_on(Role::Link, &format!("{link} · {}", app.text("report-actions")));
        wait_until_marked(&mut app, 2);
        app.wait_for(&page_of(&app, 2));
        app.wait_for("• 고무패드 적용");
        assert_eq!(app.shows(&app.text("manual-replaced")), is_replaced);
    }
}

fn citing_inspection(finding: ManualFinding) -> Inspection {
    let line = ReportLine {
        text: "고무패드를 적용하세요".into(),
        support: Support::Manual { statements: vec![finding.section.actions[0].id.clone()] },
    };
    let section = ReportSection { part: ReportPart::Actions, lines: vec![line] };
    let report = Report {
        language: Language::Ko,
        author: Author::Evidence,
        sections: vec![section],
        translations: Vec::new(),
    };
    Inspection {
        product: Some(part()),
        manual: Stage::Done(finding),
        report: Stage::Done(report),
        ..skipped_inspection("/line/cites.png", Verdict::Ng)
    }
}

#[test]
fn the_text_of_a_missing_file_is_still_shown() {
    let fonts = own_fonts();
    for language in [Language::Ko, Language::En] {
        let app = TestAppOptions::new(language).start(|engine| {
            let read = with_manual(engine, &fonts);
            std::fs::remove_file(engine.workspace().file(read.manual.path)).unwrap();
        });
        let mut app = open_tab(app);
        let path = app.workspace().file("manual_store/part_manual.pdf");
        let values = [("path", path.display().to_string().into())];
        app.wait_for(&app.with("error-manual-gone", &values));
        app.wait_for("• 탈기 장치 점검");
        let add = app.text("dialog-add-manual");
        assert_eq!(app.harness.query_all_by_label(&add).count(), 2);
    }
}

#[test]
fn without_product_or_manual_the_next_step_is_offered_and_taken() {
    let fonts = own_fonts();
    for language in [Language::Ko, Language::En] {
        let mut app = open_tab(TestApp::new(language));
        app.wait_for(&app.text("library-empty"));

        let mut app = open_tab(TestAppOptions::new(language).start(add_product));
        app.wait_for(&app.text("manual-none"));
        let lines = ["# hole (기공)", "발생 원인", "• 탈기 불량", "조치 가이드", "• 탈기 강화"];
        let file = app.file("new.pdf", &pdf(&fonts, &[page(&lines)], false));
        app.drop_files(&[file]);
        app.wait_for("new.pdf");
        app.click(&app.text("dialog-register"));
        app.wait_for("• 탈기 강화");
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
        let app = options(language, theme).start(|engine| {
            add_product(engine);
            let path = engine.workspace().file("part.txt");
            std::fs::write(&path, text("탈기 불량")).unwrap();
            let read = run_job(engine, RegisterManual { product: part(), path });
            // The file is overwritten with new text.
            let file = engine.workspace().file(read.manual.path);
            std::fs::write(file, text("습기")).unwrap();
        });
        let mut app = open_tab(app);
        app.wait_for("• 습기");
        let line = |app: &TestApp, number: u32| app.with("manual-line", &[("page", number.into())]);
        let cited = line(&app, 3);
        assert!(app.shows(&cited), "{cited}");
        click_part(&mut app, Role::Label, "• 이송 중 충돌");
        app.save_picture("manual_text");
        let versions = app.with("manual-versions", &[("count", 2_usize.into())]);
        app.wait_for(&versions);
        app.click_on(Role::DisclosureTriangle, &versions);
        app.harness.run_steps(20);
        app.save_picture("manual_versions");
        // The oldest version, listed last, shows its old text.
        let none = app.with("manual-version-cited", &[("count", 0_usize.into())]);
        let says = |node: &egui_kittest::Node<'_>| {
            node.accesskit_node().label().is_some_and(|label| label.contains(&none))
        };
        let old = app.harness.get_all_by_role(Role::Button).rfind(says);
        old.unwrap().click_accesskit();
        app.harness.run_steps(3);
        app.wait_for("• 탈기 불량");
        app.wait_for(&app.text("manual-replaced"));
        app.save_picture("manual_old_version");
    }
}

/// What somebody says of an answer is kept, teaches once it is accepted, and is taken back by the
/// same button.
#[test]
fn an_answer_is_judged_and_teaches_what_an_engineer_accepts() {
    let fonts = own_fonts();
    for language in [Language::Ko, Language::En] {
        let app = TestAppOptions::new(language).start(|engine| {
            with_manual(engine, &fonts);
        });
        let mut app = open_tab(app);
        app.wait_for("• 탈기 장치 점검");
        let to_review =
            |app: &TestApp, count: usize| app.with("lessons-title", &[("count", count.into())]);
        assert!(!app.shows(&to_review(&app, 0)), "nobody has said anything");
        let ask = |app: &mut TestApp, question: &str| {
            let field = app.text("manual-question");
            app.type_into(&field, question);
            app.press(Modifiers::NONE, Key::Enter);
        };
        let taught = "곰보가 많이 올라와요";
        ask(&mut app, taught);
        app.wait_for(&app.text("manual-nothing"));
        let bad = app.text("feedback-bad");
        app.click_on(Role::Button, &bad);
        let note = app.text("feedback-note");
        app.wait_for(&note);
        app.type_into(&note, "여기서는 기공을 곰보라고 함");
        app.press(Modifiers::NONE, Key::Enter);
        app.choose(&app.text("feedback-right"), "hole (기공)");
        app.wait_for(&to_review(&app, 2));
        app.save_picture("manual_feedback");
        let recorded = app.library().all_feedback().unwrap();
        let [one] = &recorded[..] else { panic!("{recorded:?}") };
        assert_eq!(one.opinion.note, "여기서는 기공을 곰보라고 함");
        assert_eq!(one.opinion.right.as_ref().unwrap().heading, "hole (기공)");

        // An engineer accepts the word; it counts in other questions.
        app.click_on(Role::DisclosureTriangle, &to_review(&app, 2));
        app.harness.run_steps(20);
        let title =
            app.with("lesson-word", &[("word", "곰보".into()), ("meanings", "기공, hole".into())]);
        let accept = format!("{}: {title}", app.text("lesson-accept"));
        app.save_picture("manual_lessons");
        app.click_on(Role::Button, &accept);
        app.wait_for(&to_review(&app, 1));
        ask(&mut app, "곰보 잡으려면 뭘 손봐요");
        app.wait_until("the section of the hole", |window| {
            window.query_all_by_label_contains("hole (기공)\n탈기").next().is_some()
        });
        // Taken back.
        let undo = format!("{}: {title}", app.text("judge-undo"));
        app.click_on(Role::Button, &undo);
        app.wait_for(&to_review(&app, 2));
        ask(&mut app, taught);
        app.wait_for(&app.text("manual-nothing"));
        app.wait_for(&note);
        app.click_on(Role::Button, &bad);
        app.wait_until_gone(&note);
        app.wait_until_gone(&to_review(&app, 2));
    }
}

/// A question that words answered is asked again once the passages are embedded.
#[test]
fn an_answer_by_words_is_replaced_once_passages_are_embedded() {
    let fonts = own_fonts();
    let Some(models) = models_with("multilingual-e5-small") else { return };
    let options = TestAppOptions { models: Some(models), ..TestAppOptions::new(Language::En) };
    let app = options.start(|engine| {
        with_manual(engine, &fonts);
    });
    let mut app = open_tab(app);
    app.wait_for(&app.text("manual-question"));
    let question = app.text("manual-question");
    app.type_into(&question, "고무 페드");
    app.press(Modifiers::NONE, Key::Enter);
    // Scores by meaning, without asking again.
    app.wait_until("an answer by meaning", |window| {
        window.query_all_by_label_contains("meaning 0.").next().is_some()
    });
}
