//! The review screen on a real engine, driven through the user interface.

use egui::{Key, Modifiers, Role, Theme, ViewportCommand, ViewportEvent, ViewportId};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::tests::test_app::{TestApp, TestAppOptions, run_job};
use fettle_domain::{
    DefectCode, Language, ManualText, Product, ProductCode, StatementKind, StatementKind as Kind,
};
use fettle_engine::{AddDefectType, AddProduct, Engine, RegisterManual};
use fettle_testing::documents::{own_fonts, page, pdf};

fn part() -> ProductCode {
    ProductCode::new("part").unwrap()
}

fn add_product(engine: &Engine) {
    let (name_ko, name_en) = ("부품".to_owned(), "Part".to_owned());
    run_job(engine, AddProduct(Product { code: part(), name_ko, name_en }));
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
}

const LINES: &[&str] = &[
    "# hole (기공)",
    "발생 원인",
    "• 탈기 불량",
    "반장 한마디:",
    "• 압력을 본다",
    "조치 가이드",
    "• 탈기 시간을 늘린다. 필터를 바꾼다",
    "• 금형 온도를",
    "• 높인다",
    "• 매일 점검",
];

/// A manual with a label that nobody knows, two statements in one, and one in two.
fn with_manual(engine: &Engine) {
    add_product(engine);
    let path = engine.workspace().root().join("part.pdf");
    std::fs::write(&path, pdf(&own_fonts(), &[page(LINES)], false)).unwrap();
    run_job(engine, RegisterManual { product: part(), path });
}

/// Opens the review screen of the manual.
fn open_review(app: &mut TestApp) {
    app.press(Modifiers::COMMAND, Key::Num4);
    app.wait_for("• 탈기 불량");
    app.click(&app.text("review-open"));
    app.wait_for(&question(app));
}

fn question(app: &TestApp) -> String {
    app.with("review-question", &[("label", "반장 한마디".into())])
}

/// The label of the row that has the keyboard's focus, which a screen reader reads.
fn focused(app: &TestApp) -> String {
    let focused = app.harness.query_all_by(|node| node.is_focused());
    focused.filter_map(|node| node.accesskit_node().label()).collect()
}

/// Goes to the row whose label contains `text`, by the arrow keys alone.
#[track_caller]
fn go_to(app: &mut TestApp, text: &str) {
    app.press(Modifiers::NONE, Key::PageUp);
    app.press(Modifiers::NONE, Key::PageUp);
    for _ in 0..40 {
        if focused(app).contains(text) {
            return;
        }
        app.press(Modifiers::NONE, Key::ArrowDown);
    }
    panic!("no row {text}; at {}", focused(app));
}

/// Replaces the text of the form, which has the keyboard from the start.
fn retype(app: &mut TestApp, text: &str) {
    app.press(Modifiers::COMMAND, Key::A);
    app.harness.event(egui::Event::Text(text.to_owned()));
    app.harness.run_steps(2);
}

/// The newest stored text of the manual.
fn stored(app: &TestApp) -> ManualText {
    let library = app.library();
    let manual = library.manuals(&part()).unwrap().pop().unwrap();
    library.manual_text(manual.id).unwrap().unwrap().text
}

fn said(text: &ManualText) -> Vec<(StatementKind, String)> {
    let all = text.sections.iter().flat_map(|section| section.all_statements());
    all.map(|one| (one.kind, one.text.clone())).collect()
}

fn save(app: &mut TestApp) {
    app.press(Modifiers::COMMAND, Key::Enter);
    app.wait_until_gone(&app.text("review-keys"));
}

#[test]
fn a_manual_is_corrected_by_keyboard_alone() {
    for (language, theme) in [(Language::Ko, Theme::Light), (Language::En, Theme::Dark)] {
        let options = TestAppOptions { theme, ..TestAppOptions::new(language) };
        let mut app = options.start(with_manual);
        open_review(&mut app);
        app.harness.run_steps(20);
        app.save_picture("review_question");
        // The unknown label is selected: its key answers.
        assert!(focused(&app).contains("반장 한마디"), "{}", focused(&app));
        app.press(Modifiers::NONE, Key::Num4);
        assert!(!app.shows(&question(&app)));

        // Keys of one slow frame count in their order.
        for key in [Key::PageUp, Key::PageUp, Key::ArrowDown, Key::ArrowDown] {
            let modifiers = Modifiers::NONE;
            let pressed = true;
            let event =
                egui::Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
            app.harness.input_mut().events.push(event);
        }
        app.harness.run_steps(4);
        assert!(focused(&app).contains("• 탈기 불량"), "{}", focused(&app));

        go_to(&mut app, "매일 점검");
        app.press(Modifiers::NONE, Key::Num3);
        go_to(&mut app, "높인다");
        app.press(Modifiers::NONE, Key::M);
        assert!(app.shows("• 금형 온도를 높인다"));
        // A step too many, taken back.
        go_to(&mut app, "탈기 불량");
        app.press(Modifiers::NONE, Key::Delete);
        // The label 조치 가이드 is such a line, too.
        let unassigned = app.with("review-unassigned", &[("count", 2_usize.into())]);
        assert!(app.shows(&unassigned));
        app.press(Modifiers::COMMAND, Key::Z);
        assert!(!app.shows(&unassigned));
        app.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
        assert!(app.shows(&unassigned));
        app.press(Modifiers::COMMAND, Key::Z);
        assert!(!app.shows(&unassigned));

        go_to(&mut app, "탈기 시간을");
        app.press(Modifiers::NONE, Key::S);
        retype(&mut app, "탈기 시간을 늘린다!");
        assert!(app.shows(&app.text("review-split-changed")));
        retype(&mut app, "탈기 시간을 늘린다.\n필터를 바꾼다");
        app.save_picture("review_split");
        app.press(Modifiers::COMMAND, Key::Enter);
        app.wait_for("• 필터를 바꾼다");
        app.save_picture("review_corrected");
        save(&mut app);
        let s = |kind: StatementKind, text: &str| (kind, text.to_owned());
        let expected = [
            s(Kind::Cause, "탈기 불량"),
            s(Kind::Action, "탈기 시간을 늘린다."),
            s(Kind::Action, "필터를 바꾼다"),
            s(Kind::Action, "금형 온도를 높인다"),
            s(Kind::Inspection, "압력을 본다"),
            s(Kind::Prevention, "매일 점검"),
        ];
        assert_eq!(said(&stored(&app)), expected);

        // What is saved is there the next time, and can be removed.
        app.click(&app.text("review-open"));
        let count = app.with("review-corrections", &[("count", 4_usize.into())]);
        app.wait_for(&count);
        app.click_on(Role::DisclosureTriangle, &count);
        app.harness.run_steps(20);
        app.save_picture("review_list");
        let values = [("text", "매일 점검".into()), ("heading", "hole (기공)".into())];
        let kind = ("kind", app.text("manual-prevention").into());
        let edit = app.with("review-edit-place", &[&values[..], &[kind]].concat());
        app.click(&format!("{}: {edit}", app.text("review-remove")));
        save(&mut app);
        assert!(said(&stored(&app)).contains(&s(Kind::Action, "매일 점검")));
    }
}

/// Opens the review screen after it was left.
fn reopen(app: &mut TestApp) {
    app.click(&app.text("review-open"));
    app.wait_for(&app.text("review-keys"));
}

/// Drags a row onto another one with the pointer.
fn drag(app: &mut TestApp, from: &str, onto: &str) {
    let middle = |app: &TestApp, label: &str| {
        let mut found = app.harness.query_all_by_label_contains(label);
        let is_row = |node: &egui_kittest::Node<'_>| node.accesskit_node().role() == Role::Button;
        found.find(is_row).unwrap_or_else(|| panic!("no {label}")).rect().center()
    };
    let (from, onto) = (middle(app, from), middle(app, onto));
    app.harness.hover_at(from);
    app.harness.step();
    app.harness.drag_at(from);
    app.harness.step();
    for place in [from + (onto - from) * 0.5, onto] {
        app.harness.hover_at(place);
        app.harness.step();
    }
    app.save_picture("review_drag");
    app.harness.drop_at(onto);
    app.harness.run_steps(4);
}

#[test]
fn a_manual_is_corrected_by_mouse_and_nothing_is_lost_silently() {
    for language in [Language::Ko, Language::En] {
        let mut app = TestAppOptions::new(language).start(with_manual);
        open_review(&mut app);
        app.harness.run_steps(20);
        // For all manuals: a label of the workspace.
        app.click_on(Role::CheckBox, &app.text("review-for-all"));
        app.click(&app.text("manual-inspection"));
        assert!(!app.shows(&question(&app)));
        // An action onto the causes, and one onto the lines without a part.
        drag(&mut app, "• 매일 점검", "• 탈기 불량");
        let one = app.with("review-unassigned", &[("count", 1_usize.into())]);
        drag(&mut app, "• 높인다", &one);
        assert!(app.shows(&app.with("review-unassigned", &[("count", 2_usize.into())])));

        // Esc asks; so does closing the window, which stays open.
        app.press(Modifiers::NONE, Key::Escape);
        app.wait_for(&app.text("review-leave-title"));
        app.save_picture("review_leave");
        app.click(&app.text("review-stay"));
        let root = app.harness.input_mut().viewports.entry(ViewportId::ROOT).or_default();
        root.events.push(ViewportEvent::Close);
        app.harness.step();
        let output = &app.harness.output().viewport_output[&ViewportId::ROOT];
        assert!(output.commands.contains(&ViewportCommand::CancelClose));
        app.wait_for(&app.text("review-leave-title"));
        app.click(&app.text("review-stay"));
        // Another tab and back: the corrections are still there.
        app.press(Modifiers::COMMAND, Key::Num5);
        app.press(Modifiers::COMMAND, Key::Num4);
        assert!(app.shows(&app.with("review-corrections", &[("count", 3_usize.into())])));
        app.press(Modifiers::NONE, Key::Escape);
        app.wait_for(&app.text("review-leave-title"));
        app.click(&app.text("review-save-and-leave"));
        app.wait_until_gone(&app.text("review-keys"));
        let text = stored(&app);
        let s = |kind: StatementKind, text: &str| (kind, text.to_owned());
        let found = said(&text);
        assert!(found.contains(&s(Kind::Cause, "매일 점검")), "{found:?}");
        assert!(found.contains(&s(Kind::Inspection, "압력을 본다")), "{found:?}");
        assert!(text.passages.iter().any(|one| one.text == "높인다"), "{:?}", text.passages);
        assert_eq!(app.library().label_rules().unwrap()[0].label, "반장 한마디");

        // Without changes Esc leaves at once; discarded changes are gone.
        reopen(&mut app);
        go_to(&mut app, "탈기 불량");
        app.press(Modifiers::NONE, Key::Num2);
        app.press(Modifiers::NONE, Key::Escape);
        app.click(&app.text("review-discard"));
        app.wait_until_gone(&app.text("review-keys"));
        reopen(&mut app);
        app.press(Modifiers::NONE, Key::Escape);
        assert!(!app.shows(&app.text("review-keys")));
        assert_eq!(said(&stored(&app)), found);
    }
}

#[test]
fn a_new_manual_with_an_unknown_label_is_offered_for_review() {
    for language in [Language::Ko, Language::En] {
        let mut app = TestAppOptions::new(language).start(add_product);
        app.press(Modifiers::COMMAND, Key::Num4);
        app.wait_for(&app.text("manual-none"));
        let text = "머리말\n기공 (hole)\n발생 원인\n- 탈기 불량\n반장 한마디:\n- 압력을 본다\n조치 가이드\n\
                    - 탈기 강화\n긁힘\n원인\n- 충돌\n조치\n- 패드\n";
        let file = app.file("new.txt", text.as_bytes());
        app.drop_files(&[file]);
        app.wait_for("new.txt");
        app.click(&app.text("dialog-register"));
        app.wait_for(&app.text("review-offer"));
        app.save_picture("review_offer");
        app.click(&app.text("review-now"));
        app.wait_for(&question(&app));
        app.harness.run_steps(20);
        app.save_picture("review_text");
        // A manual without pages is shown in its order; a click there selects the row.
        let line = app.with("manual-line", &[("page", 8_u32.into())]);
        app.click_on(Role::Button, &format!("{line}  탈기 강화"));
        assert!(focused(&app).contains("• 탈기 강화"), "{}", focused(&app));
        // A line that nobody placed becomes a heading.
        go_to(&mut app, "• 압력을 본다");
        app.press(Modifiers::NONE, Key::F2);
        let title = app.with("review-defect-title", &[("text", "압력을 본다".into())]);
        app.wait_for(&title);
        let (list, hole) = (app.text("judge-defect"), app.text("review-no-defect"));
        app.choose(&list, &hole);
        // Opened a second time, the list stands above the dialog, too.
        app.press(Modifiers::NONE, Key::Escape);
        app.wait_until_gone(&title);
        app.press(Modifiers::NONE, Key::F2);
        app.wait_for(&title);
        app.choose(&list, &hole);
        app.click(&app.text("review-apply"));
        app.wait_until_gone(&title);
        save(&mut app);
        let stored = stored(&app);
        let headings: Vec<_> = stored.sections.iter().map(|one| one.heading.as_str()).collect();
        assert_eq!(headings, ["기공 (hole)", "압력을 본다", "긁힘"]);
        assert_eq!(stored.sections[1].actions.len(), 1);
    }
}
