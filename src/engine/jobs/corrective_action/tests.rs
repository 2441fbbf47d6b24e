//! Records of corrective actions through the engine.

use jiff::{Span, Zoned};

use super::past_actions::recurrence;
use super::*;
use crate::{AddDefectType, AddProduct, Engine, EngineError, EngineOptions, Inspect, Request};
use fettle_domain::{
    ActionEntry, ActionEntryFault, ActionFilter, ActionSubject, ContentHash, Inspection, Language,
    Opinion, PeriodCount, Product, Recurrence, Verdict,
};
use fettle_library::Library;
use fettle_settings::{Settings, Workspace};

fn submit<R: Request>(engine: &Engine, request: R) -> R::Answer {
    engine.submit(request).unwrap().wait(|_| {}).unwrap()
}

/// A workspace with the product `p`, whose defects are `hole` (기공) and `burr` (날개 버).
fn engine(dir: &std::path::Path) -> Engine {
    let options = EngineOptions { allow_gpu: false, language: Language::Ko };
    let workspace = Workspace::at(dir.join("workspace")).with_models(dir);
    workspace.create().unwrap();
    let engine = Engine::start(workspace, Settings::default(), options).unwrap();
    let product = Product {
        code: "p".parse().unwrap(),
        name_ko: "주조제품 A형".into(),
        name_en: "Casting A".into(),
    };
    submit(&engine, AddProduct(product));
    for (code, name) in [("hole", "기공"), ("burr", "날개 버")] {
        submit(
            &engine,
            AddDefectType {
                product: "p".parse().unwrap(),
                code: code.parse().unwrap(),
                name_ko: Some(name.into()),
                name_en: None,
                full_name: None,
            },
        );
    }
    engine
}

#[test]
fn a_file_is_read_imported_once_taken_back_and_written_again() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path());
    let path = dir.path().join("대장.csv");
    let text = "제품,불량,원인,시정 조치,담당,완료일,유효성\r\n\
                주조제품 A형,기공,탈기 부족,탈기 5분,김철수,2026-10-12,유효\r\n\
                주조제품 A형,기공,탈기 부족,탈기  5분.,김철수,2026-10-12,유효\r\n\
                ,균열,피로,=cmd|' /C calc'!A0,이영희,,\r\n\
                ,날개 버,금형 마모,,,,\r\n";
    std::fs::write(&path, text).unwrap();
    let read = |path: &std::path::Path| {
        submit(&engine, ReadActionFile { path: path.to_owned(), product: None })
    };
    let states = |file: &ActionFile| file.rows.iter().map(|row| row.state).collect::<Vec<_>>();
    use FiledActionState::{Known, New, NoAction, UnknownDefect};
    let file = read(&path);
    assert_eq!(states(&file), [New, Known, UnknownDefect, NoAction]);
    let imported = submit(&engine, ImportActions(file));
    assert_eq!((imported.stored, imported.left_out), (2, 2));
    assert_eq!(states(&read(&path)), [Known, Known, Known, NoAction]);

    let listed = submit(&engine, ListActions(ActionFilter::default()));
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0].defect, Some("hole".parse().unwrap()));
    assert_eq!((&*listed[1].entry.note, listed[1].defect.as_ref()), ("균열", None));

    // What was exported is read again: the same records, and no formula among them.
    let csv = dir.path().join("out.csv");
    let export = |path: &std::path::Path| ExportActions {
        filter: ActionFilter::default(),
        path: path.to_owned(),
    };
    assert_eq!(submit(&engine, export(&csv)).rows, 2);
    let written = std::fs::read_to_string(&csv).unwrap();
    assert!(written.contains(",'=cmd|") && !written.contains(",=cmd"), "{written}");
    assert_eq!(states(&read(&csv)), [Known, Known]);
    let json = dir.path().join("out.json");
    submit(&engine, export(&json));
    let again: Vec<fettle_domain::CorrectiveAction> =
        serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    assert_eq!(again, listed);

    assert_eq!(submit(&engine, UndoActionImport(imported.import)), 2);
    assert_eq!(submit(&engine, ListActions(ActionFilter::default())).len(), 0);
    assert_eq!(states(&read(&path))[0], New);
}

#[test]
fn what_names_another_product_or_nothing_is_left_out_and_said() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path());
    let path = dir.path().join("대장.csv");
    let text = "제품,불량,시정 조치,완료일,유효성\n\
                브래킷,기공,청소,2026-10-12,유효\n\
                ,,연마,2026-10-12,\n\
                ,기공,교체,2026-10-12,부분 유효\n\
                주조제품 A형,기공,냉각,2026-10-12,효과 없음\n";
    std::fs::write(&path, text).unwrap();
    use FiledActionState::{New, NoSubject, UnknownDefect, UnknownProduct};
    let p = Some("p".parse().unwrap());
    for (product, expected) in [
        (None, [UnknownProduct, NoSubject, New, New]),
        (p, [UnknownProduct, UnknownDefect, New, New]),
    ] {
        let file = submit(&engine, ReadActionFile { path: path.clone(), product });
        let states: Vec<_> = file.rows.iter().map(|row| row.state).collect();
        assert_eq!(states, expected);
    }
    let file = submit(&engine, ReadActionFile { path, product: None });
    let imported = submit(&engine, ImportActions(file));
    assert_eq!((imported.stored, imported.left_out, imported.warned), (2, 2, 1));

    // What was exported comes back as it was, an effect that nobody knows without a word.
    let before = submit(&engine, ListActions(ActionFilter::default()));
    let csv = dir.path().join("out.csv");
    submit(&engine, ExportActions { filter: ActionFilter::default(), path: csv.clone() });
    submit(&engine, UndoActionImport(imported.import));
    let file = submit(&engine, ReadActionFile { path: csv, product: None });
    assert_eq!((file.stored(), file.warned()), (2, 0));
    let entries = |actions: &[fettle_domain::CorrectiveAction]| {
        let mut all: Vec<_> = actions.iter().map(|one| one.entry.clone()).collect();
        all.sort_by(|a, b| a.action.cmp(&b.action));
        all
    };
    submit(&engine, ImportActions(file));
    let after = submit(&engine, ListActions(ActionFilter::default()));
    assert_eq!(entries(&after), entries(&before));
}

#[test]
fn what_contradicts_itself_is_not_written() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path());
    let subject = ActionSubject { product: "p".parse().unwrap(), defect: None, inspection: None };
    let write = |entry: ActionEntry| {
        let request = WriteAction { id: None, subject: subject.clone(), entry };
        engine.submit(request).unwrap().wait(|_| {})
    };
    let error = write(ActionEntry::default()).unwrap_err();
    assert!(matches!(error, EngineError::ActionEntry(ActionEntryFault::NoAction)), "{error}");
    let kept = write(ActionEntry { action: "탈기".into(), ..ActionEntry::default() }).unwrap();
    submit(&engine, RemoveAction { id: kept.id, removed: true });
    assert_eq!(submit(&engine, ListActions(ActionFilter::default())).len(), 0);
    submit(&engine, RemoveAction { id: kept.id, removed: false });
    assert_eq!(submit(&engine, ListActions(ActionFilter::default())), [kept]);
}

#[test]
fn recurrence_is_counted_in_as_many_days_before_and_after() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path());
    let image = dir.path().join("a.png");
    image::RgbImage::new(16, 16).save(&image).unwrap();
    let product = Some("p".parse().unwrap());
    let inspect = Inspect { image, product, with_llm: false, out: None };
    let inspected = submit(&engine, inspect).inspection;
    let today = Zoned::now();
    let mut library = Library::open(engine.workspace().root()).unwrap();
    let mut number = 0;
    // Days ago; whether it is NG with the defect. Each is another photograph.
    let mut add = |days: i64, is_hole: bool| {
        number += 1;
        let time = today.checked_sub(Span::new().days(days)).unwrap();
        let created_at = time.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        let image_hash = ContentHash(number.to_string());
        let made = Inspection { id: None, created_at, image_hash, ..inspected.clone() };
        let id = library.record_inspection(&made).unwrap();
        let opinion = Opinion {
            verdict: if is_hole { Verdict::Ng } else { Verdict::Ok },
            defect: is_hole.then(|| "hole".parse().unwrap()),
            note: String::new(),
        };
        library.judge(id, Some(&opinion), "kim").unwrap();
    };
    // Done 10 days ago: before are days 20 to 11, after are days 9 to 0.
    for days in [25, 20, 15, 11, 10, 9, 1] {
        add(days, days != 1);
        add(days, false);
    }
    let day = |days: i64| today.date().checked_sub(Span::new().days(days)).unwrap();
    let subject = ActionSubject {
        product: "p".parse().unwrap(),
        defect: Some("hole".parse().unwrap()),
        inspection: None,
    };
    let count = |parts, ng| PeriodCount { parts, ng };
    let cases = [
        // The inspection made above is of today.
        (Some(10), Recurrence::counted(10, count(6, 3), count(5, 1))),
        (Some(3), Recurrence::TooSoon { days: 3, needed: 7 }),
        (Some(300), Recurrence::NotInspected { days: 30 }),
        (None, Recurrence::NotDone),
    ];
    for (done, expected) in cases {
        let entry =
            ActionEntry { action: "탈기".into(), done: done.map(day), ..ActionEntry::default() };
        let request = WriteAction { id: None, subject: subject.clone(), entry };
        let action = submit(&engine, request);
        assert_eq!(recurrence(&library, &action, today.date()).unwrap(), expected, "{done:?}");
    }
}
