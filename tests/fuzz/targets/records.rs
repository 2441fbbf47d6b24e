//! What Fettle itself wrote: settings, JSON in rows of the database, backups.

use std::fmt::Debug;
use std::path::Path;

use fettle_domain::{
    ActionEntry, DefectCode, Inspection, LineRef, ManualEdit, ManualText, NullProgress, Product,
    ProductCode, SectionRef, ThresholdRule,
};
use fettle_fuzz::wrapping::Wrapping;
use fettle_fuzz::{Target, outcome};
use fettle_library::{Library, verify_backup};
use fettle_settings::Settings;
use fettle_testing::data::checkout;
use serde_json::to_vec;

pub(super) fn targets() -> Vec<Target> {
    let row = |name, seeds, read| Target {
        name,
        file: "row.json",
        wrapping: Wrapping::None,
        seeds,
        refused: &[],
        read,
    };
    vec![
        Target {
            name: "settings",
            file: "settings.json",
            wrapping: Wrapping::None,
            seeds: settings,
            refused: &[],
            read: |path, _| {
                let (_, warnings) = fettle_settings::read(path);
                outcome(if warnings.is_empty() { Ok(()) } else { Err(warnings) }, |()| 1)
            },
        },
        row(
            "row-inspection",
            || vec![seed("inspection.json")],
            |_, bytes| again::<Inspection>(bytes, |read| read.file_name().len()),
        ),
        row(
            "row-action",
            || vec![seed("action.json")],
            |_, bytes| again::<ActionEntry>(bytes, |read| read.problem.len()),
        ),
        row("row-manual", manual_texts, |_, bytes| {
            again::<ManualText>(bytes, |read| read.sections.len())
        }),
        row(
            "row-edits",
            || vec![to_vec(&edits()).unwrap()],
            |_, bytes| again::<Vec<ManualEdit>>(bytes, |read| read.len()),
        ),
        row("row-rule", rules, |_, bytes| again::<ThresholdRule>(bytes, |_| 1)),
        Target {
            name: "backup",
            file: "backup.zip",
            wrapping: Wrapping::Zip,
            seeds: backups,
            refused: &[],
            read: |path, _| outcome(verify_backup(path, &NullProgress), |list| list.files.len()),
        },
    ]
}

fn seed(name: &str) -> Vec<u8> {
    std::fs::read(checkout().join("tests/fuzz/seeds").join(name)).unwrap()
}

fn settings() -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.json");
    fettle_settings::write(&path, &Settings::default()).unwrap();
    vec![std::fs::read(path).unwrap()]
}

fn manual_texts() -> Vec<Vec<u8>> {
    let text = fettle_manuals::parse(Path::new("a.md"), super::documents::MARKDOWN.as_bytes(), &[]);
    vec![to_vec(&text.unwrap()).unwrap()]
}

/// One edit of each shape: of a line, of two, with texts, of a section.
fn edits() -> Vec<ManualEdit> {
    let section = SectionRef { heading: "긁힘 (scratch)".to_owned(), nth: 1 };
    let line =
        |text: &str| LineRef { text: text.to_owned(), section: Some(section.clone()), nth: 0 };
    vec![
        ManualEdit::Dismiss { line: LineRef { section: None, ..line("쪽 번호 3") } },
        ManualEdit::Merge { line: line("마모"), into: line("레일"), spaced: true },
        ManualEdit::Split {
            line: line("레일 마모, 바닥의 이물"),
            pieces: vec!["레일 마모".to_owned(), "바닥의 이물".to_owned()],
        },
        ManualEdit::NameHeading { section, defect: Some(DefectCode::new("scratch").unwrap()) },
    ]
}

fn rules() -> Vec<Vec<u8>> {
    let rules = [
        ThresholdRule::MaxOverkill { rate: 0.02 },
        ThresholdRule::Cost { escape: 50.0, overkill: 1.0, prevalence: 0.01 },
        ThresholdRule::Manual { unsure: None, image: 3.0, pixel: Some(2.0) },
    ];
    rules.iter().map(|rule| to_vec(rule).unwrap()).collect()
}

/// Of a workspace with a product.
fn backups() -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let mut library = Library::open(&folder.path().join("workspace")).unwrap();
    let code = ProductCode::new("p").unwrap();
    let product = Product { code, name_ko: "제품".to_owned(), name_en: "Part".to_owned() };
    library.add_product(&product).unwrap();
    let to = folder.path().join("backup.zip");
    library.stage_backup().unwrap().write(&to, &NullProgress).unwrap();
    vec![std::fs::read(to).unwrap()]
}

/// Reads a row. What can be read must be the same when it is written and read again.
fn again<T>(bytes: &[u8], size: impl FnOnce(T) -> usize) -> String
where
    T: Debug + serde::Serialize + serde::de::DeserializeOwned,
{
    let read = serde_json::from_slice::<T>(bytes);
    if let Ok(value) = &read {
        let written = to_vec(value).expect("what was read can be written");
        let reread: T = serde_json::from_slice(&written).expect("what was written can be read");
        assert_eq!(to_vec(&reread).unwrap(), written, "written twice");
    }
    outcome(read, size)
}
