//! Records of corrective actions, driven through the user interface.

use egui::{Key, Modifiers, Role, ViewportCommand, ViewportEvent, ViewportId};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::command::Command;
use crate::tests::inspections::skipped_inspection;
use crate::tests::test_app::{TestApp, TestAppOptions};
use fettle_domain::{
    ActionEntry, ActionFilter, ActionSource, ActionStage, ActionState, CorrectiveAction,
    CorrectiveActionId, DefectType, Inspection, InspectionId, Language, PastAction, PeriodCount,
    Product, ProductCode, Recurrence, Verdict,
};
use fettle_engine::Engine;
use fettle_library::Library;

fn casting() -> ProductCode {
    ProductCode::new("casting").unwrap()
}

/// The product `casting` with the defect `hole`, and inspection 1, which is NG and has a past action.
fn one(engine: &Engine) {
    let mut library = Library::open(engine.workspace().root()).unwrap();
    let names = ("주조품".to_owned(), "Casting".to_owned());
    let product = Product { code: casting(), name_ko: names.0, name_en: names.1 };
    library.add_product(&product).unwrap();
    library
        .add_defect_type(&DefectType {
            product: casting(),
            code: "hole".parse().unwrap(),
            name_ko: "기공".into(),
            name_en: "hole".into(),
            full_name: "hole (기공)".into(),
        })
        .unwrap();
    let action = CorrectiveAction {
        id: CorrectiveActionId(77),
        product: casting(),
        defect: Some("hole".parse().unwrap()),
        inspection: None,
        entry: ActionEntry {
            root_cause: "탈기 시간 부족".into(),
            action: "탈기 3분 → 5분".into(),
            owner: "김철수".into(),
            done: Some("2026-10-12".parse().unwrap()),
            ..ActionEntry::default()
        },
        source: ActionSource::Imported { import: 1, file: "8d.xlsx".into(), place: 4 },
        by: "kim".into(),
        at: "2026-11-20T00:00:00Z".into(),
    };
    let count = |parts, ng| PeriodCount { parts, ng };
    let recurrence = Recurrence::counted(30, count(95, 9), count(120, 2));
    let past_actions = vec![PastAction { action, recurrence }];
    let shown = Inspection { past_actions, ..skipped_inspection("/line/a.png", Verdict::Ng) };
    library.record_inspection(&shown).unwrap();
}

fn records(app: &TestApp) -> Vec<CorrectiveAction> {
    app.library().corrective_actions(&ActionFilter::default(), 9).unwrap()
}

fn state(app: &TestApp) -> ActionState {
    app.library().history_row(InspectionId(1)).unwrap().action
}

fn open(app: &mut TestApp) {
    app.press(Modifiers::COMMAND, Key::Num5);
    app.wait_for("a.png");
    app.click_on(Role::Button, "a.png");
    app.wait_for(&app.text("past-actions-title"));
}

#[test]
fn what_was_done_last_time_is_shown_apart_from_the_manual() {
    for language in [Language::En, Language::Ko] {
        let app = &mut TestAppOptions::new(language).start(one);
        open(app);
        app.wait_for(&app.text("past-actions-note"));
        app.wait_for("◆ 탈기 3분 → 5분");
        app.wait_for("capa.77");
        let cause = [("text", "탈기 시간 부족".into())];
        app.wait_for(&app.with("past-action-cause", &cause));
        let counted = [
            ("days", "30".into()),
            ("after", "2".into()),
            ("inspected", "120".into()),
            ("before", "9".into()),
            ("earlier", "95".into()),
        ];
        app.wait_for(&app.with("past-action-recurrence", &counted));
    }
}

#[test]
fn an_action_is_written_done_verified_removed_and_brought_back() {
    for language in [Language::En, Language::Ko] {
        let app = &mut TestAppOptions::new(language).start(one);
        open(app);
        let add = format!("➕ {}", app.text("action-add"));
        app.click_on(Role::Button, &add);
        let save = app.text("action-save");
        app.wait_for(&save);
        assert!(!app.is_enabled(&save), "nothing is written yet");
        let action = app.text("action-field-action");
        let role = Role::MultilineTextInput;
        app.harness.get_by_role_and_label(role, &action).focus();
        app.harness.run_steps(2);
        app.harness.get_by_role_and_label(role, &action).type_text("금형 연마");
        app.harness.run_steps(2);
        app.type_into(&app.text("action-field-owner"), "이영희");
        app.type_into(&app.text("action-field-due"), "2026.13.40");
        app.wait_for(&app.text("action-bad-day"));
        assert!(!app.is_enabled(&save), "the day is none");
        app.type_into(&app.text("action-field-due"), "2026.11.01");
        app.click_on(Role::Button, &save);
        app.wait_for("capa.1");
        app.wait_for("금형 연마");
        app.wait_for(&app.text("action-overdue"));
        let kept = records(app).remove(0);
        assert_eq!((&*kept.entry.owner, kept.inspection), ("이영희", Some(InspectionId(1))));
        assert_eq!((kept.entry.stage(), state(app)), (ActionStage::Open, ActionState::Open));
        // The state is what the record says.
        let checkbox = app.text("history-action-done");
        let is_said = app.harness.get_by_role_and_label(Role::CheckBox, &checkbox);
        assert!(is_said.accesskit_node().is_disabled());

        app.click_on(Role::Button, &app.text("action-done-today"));
        app.wait_until_gone(&app.text("action-done-today"));
        assert_eq!(
            (records(app)[0].entry.stage(), state(app)),
            (ActionStage::Done, ActionState::Done)
        );
        app.click_on(Role::Button, &app.text("action-edit"));
        app.wait_for(&app.text("action-field-verified"));
        app.choose(&app.text("action-field-effect"), &app.text("action-effect-effective"));
        app.wait_for(&app.text("action-fault-effect"));
        app.type_into(&app.text("action-field-verified"), "2100-01-01");
        app.wait_for(&app.text("action-fault-future"));
        assert!(!app.is_enabled(&save), "the day is still to come");
        let today = jiff::Zoned::now().date().to_string();
        app.type_into(&app.text("action-field-verified"), &today);
        app.click_on(Role::Button, &save);
        app.wait_for(&app.text("action-effect-effective"));
        assert_eq!(records(app)[0].entry.stage(), ActionStage::Verified);

        app.click_on(Role::Button, &app.text("action-remove"));
        // A toast goes after some frames: it is used before the list is looked at.
        app.wait_for(&app.text("judge-undo"));
        assert_eq!(records(app).len(), 0);
        app.click_on(Role::Button, &app.text("judge-undo"));
        app.wait_for(&app.with("action-restored", &[("mark", "capa.1".into())]));
        app.wait_for("capa.1");
        assert_eq!(records(app)[0].entry.action, "금형 연마");
    }
}

#[test]
fn a_file_is_looked_at_imported_and_taken_back() {
    for language in [Language::En, Language::Ko] {
        let app = &mut TestAppOptions::new(language).start(one);
        let text = "불량,원인,대책,담당,완료일\n기공,탈기 부족,탈기 5분,김철수,2026-10-12\n\
                    균열,피로,교체,이영희,\n기공,탈기 부족,,김철수,\n";
        let path = app.file("8d.csv", text.as_bytes());
        app.harness.state_mut().send(Command::ImportActions);
        app.wait_for(&app.text("actions-import-choose"));
        let button = app.text("actions-import-do");
        assert!(!app.is_enabled(&button));
        app.drop_files(&[path]);
        let values = [("rows", 3_usize.into()), ("stored", 2_usize.into())];
        app.wait_for(&app.with("actions-would-import", &values));
        for id in ["action-file-new", "action-file-unknown-defect", "action-file-no-action"] {
            app.wait_for(&format!("{}: 1", app.text(id)));
        }
        app.wait_for("균열?");
        assert_eq!(records(app).len(), 0, "nothing is stored before it is asked for");
        app.click_on(Role::Button, &button);
        app.wait_for(&app.text("judge-undo"));
        assert_eq!(records(app).len(), 2);
        app.click_on(Role::Button, &app.text("judge-undo"));
        let count = [("count", 2_usize.into())];
        app.wait_for(&app.with("actions-import-undone", &count));
        assert_eq!(records(app).len(), 0);
    }
}

#[test]
fn what_is_open_and_overdue_is_counted() {
    let app = &mut TestAppOptions::new(Language::Ko).start(|engine| {
        one(engine);
        let mut library = Library::open(engine.workspace().root()).unwrap();
        for (action, due) in [("연마", "2026-01-01"), ("교체", "2100-01-01")] {
            let entry = ActionEntry {
                action: action.into(),
                due: Some(due.parse().unwrap()),
                ..ActionEntry::default()
            };
            let subject = fettle_domain::ActionSubject {
                product: casting(),
                defect: Some("hole".parse().unwrap()),
                inspection: Some(InspectionId(1)),
            };
            library.add_corrective_action(&subject, &entry, "kim").unwrap();
        }
    });
    app.press(Modifiers::COMMAND, Key::Num6);
    let values = [("open", 2_usize.into()), ("overdue", 1_usize.into())];
    app.wait_for(&app.with("dashboard-actions", &values));
    app.click_on(Role::Link, "2026-01-01 · 기공 · 연마 · ");
    app.wait_for(&app.text("past-actions-title"));
}

#[test]
fn a_window_with_a_half_written_action_asks_before_it_closes() {
    for language in [Language::En, Language::Ko] {
        let app = &mut TestAppOptions::new(language).start(one);
        open(app);
        let add = format!("➕ {}", app.text("action-add"));
        app.click_on(Role::Button, &add);
        let is_kept_open = |app: &mut TestApp| {
            let root = app.harness.input_mut().viewports.entry(ViewportId::ROOT).or_default();
            root.events.push(ViewportEvent::Close);
            app.harness.step();
            let output = &app.harness.output().viewport_output[&ViewportId::ROOT];
            output.commands.contains(&ViewportCommand::CancelClose)
        };
        // Nothing is typed yet.
        assert!(!is_kept_open(app));
        app.type_into(&app.text("action-field-owner"), "이영희");
        app.press(Modifiers::COMMAND, Key::Num1);
        assert!(is_kept_open(app));
        let title = app.text("action-drafts-title");
        app.wait_for(&title);
        app.click(&app.text("action-drafts-stay"));
        app.wait_until_gone(&title);
        assert!(app.shows("이영희") || app.shows(&app.text("action-save")));
        assert!(is_kept_open(app));
        app.click(&app.text("action-drafts-close"));
        app.wait_until_gone(&title);
        assert!(!is_kept_open(app));
    }
}

/// Adds a record of inspection 1 to the library.
fn add_record(engine: &Engine, action: &str) {
    let mut library = Library::open(engine.workspace().root()).unwrap();
    let entry = ActionEntry { action: action.into(), ..ActionEntry::default() };
    let subject = fettle_domain::ActionSubject {
        product: casting(),
        defect: Some("hole".parse().unwrap()),
        inspection: Some(InspectionId(1)),
    };
    library.add_corrective_action(&subject, &entry, "kim").unwrap();
}

#[test]
fn a_form_that_is_typed_into_outlives_other_saves() {
    for language in [Language::En, Language::Ko] {
        let app = &mut TestAppOptions::new(language).start(|engine| {
            one(engine);
            add_record(engine, "연마");
        });
        open(app);
        app.wait_for("연마");
        let edit = app.text("action-edit");
        assert!(app.is_enabled(&edit));
        app.click_on(Role::Button, &format!("➕ {}", app.text("action-add")));
        app.type_into(&app.text("action-field-owner"), "이영희");
        // Another form would take the place of what is typed.
        assert!(!app.is_enabled(&edit));
        app.click_on(Role::Button, &app.text("action-done-today"));
        app.wait_until_gone(&app.text("action-done-today"));
        assert_eq!(records(app)[0].entry.stage(), ActionStage::Done);
        let owner = app.text("action-field-owner");
        let line = app.harness.get_by_role_and_label(Role::TextInput, &owner);
        assert_eq!(line.accesskit_node().value().as_deref(), Some("이영희"));
    }
}
