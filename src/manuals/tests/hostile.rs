//! Twelve manuals as factories write them, with their causes and actions by hand: memos, two columns,
//! questions and answers, numbers that begin anew, heads in two rows. What is placed is counted.
#![allow(clippy::print_stderr)]

use std::path::Path;

use serde::Deserialize;

use super::reading::{assert_nothing_is_lost, outline};
use crate::parse;
use fettle_domain::{DefectType, ManualText, StatementKind};
use fettle_testing::data::checkout;
use fettle_testing::documents::defect;

/// What a file says of a defect.
#[derive(Deserialize)]
struct Truth {
    file: String,
    defect: String,
    cause: Vec<String>,
    action: Vec<String>,
    prevention: Vec<String>,
}

/// Where statements came.
#[derive(Debug, Default, PartialEq)]
struct Placed {
    right: usize,
    /// In another part or section, or joined to another statement.
    wrong: usize,
    /// In no part that a report shows.
    aside: usize,
    /// Causes and actions that the file does not say.
    invented: usize,
}

fn defects() -> Vec<DefectType> {
    [
        ("hole", "기공", "porosity"),
        ("burr", "버", "burr"),
        ("scratch", "긁힘", "scratch"),
        ("dent", "찍힘", "dent"),
        ("crack", "균열", "crack"),
        ("short", "미성형", "short shot"),
        ("stain", "얼룩", "stain"),
        ("warp", "휨", "warp"),
        ("void", "보이드", "void"),
        ("color", "색상", "color"),
    ]
    .map(|(code, name_ko, name_en)| defect(code, name_ko, name_en, name_en))
    .to_vec()
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Causes, actions and prevention of a manual: defect, kind, text.
fn said(manual: &ManualText) -> Vec<(String, StatementKind, String)> {
    let mut out = Vec::new();
    for section in &manual.sections {
        let defect = section.defect.as_ref().map(ToString::to_string).unwrap_or_default();
        for one in section.all_statements() {
            let is_shown = matches!(
                one.kind,
                StatementKind::Cause | StatementKind::Action | StatementKind::Prevention
            );
            if is_shown {
                out.push((defect.clone(), one.kind, letters(&one.text)));
            }
        }
    }
    out
}

fn count(manual: &ManualText, truth: &[&Truth]) -> Placed {
    let mut all: Vec<(&str, StatementKind, String)> = Vec::new();
    for one in truth {
        for (kind, texts) in [
            (StatementKind::Cause, &one.cause),
            (StatementKind::Action, &one.action),
            (StatementKind::Prevention, &one.prevention),
        ] {
            all.extend(texts.iter().map(|text| (one.defect.as_str(), kind, letters(text))));
        }
    }
    let said = said(manual);
    let mut placed = Placed::default();
    for (defect, kind, text) in &all {
        let has = |(_, _, found): &&(String, StatementKind, String)| found.contains(text);
        let found: Vec<_> = said.iter().filter(has).collect();
        let joins = |found: &str| {
            all.iter().any(|(other, _, one)| other == defect && one != text && found.contains(one))
        };
        let is_right = |(of, as_kind, found): &&(String, StatementKind, String)| {
            of == defect && as_kind == kind && !joins(found)
        };
        match (found.is_empty(), found.iter().all(is_right)) {
            (true, _) => placed.aside += 1,
            (false, true) => placed.right += 1,
            (false, false) => placed.wrong += 1,
        }
        if found.is_empty() || !found.iter().all(is_right) {
            eprintln!("  {defect} {kind:?} {text}: {found:?}");
        }
    }
    for (defect, kind, found) in &said {
        let is_known = all.iter().any(|(_, _, text)| found.contains(text) || text.contains(found));
        if !is_known && *kind != StatementKind::Prevention {
            placed.invented += 1;
            eprintln!("  invented: {defect} {kind:?} {found}");
        }
    }
    placed
}

/// What is placed of all statements of the manuals in a folder of `tests/manuals`.
fn placed_of(folder: &str) -> (usize, Placed) {
    let folder = checkout().join("tests/manuals").join(folder);
    let truth = std::fs::read_to_string(folder.join("truth.json")).unwrap();
    let truth: Vec<Truth> = serde_json::from_str(&truth).unwrap();
    let mut files: Vec<&str> = truth.iter().map(|one| one.file.as_str()).collect();
    files.dedup();
    let mut total = Placed::default();
    for file in &files {
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let manual = parse(Path::new(file), &bytes, &defects()).unwrap();
        assert_nothing_is_lost(Path::new(file), &bytes, &manual);
        let own: Vec<&Truth> = truth.iter().filter(|one| one.file == *file).collect();
        let placed = count(&manual, &own);
        eprintln!("{file}: {placed:?}");
        if std::env::var_os("FETTLE_OUTLINE").is_some() {
            eprintln!("{:#?}", outline(&manual));
        }
        total.right += placed.right;
        total.wrong += placed.wrong;
        total.aside += placed.aside;
        total.invented += placed.invented;
    }
    eprintln!("all: {total:?}");
    (files.len(), total)
}

/// The figures stand in `docs/manuals.md`.
#[test]
fn manuals_as_factories_write_them_are_read() {
    let (files, placed) = placed_of("hostile");
    assert_eq!(files, 12);
    assert_eq!(placed, Placed { right: 114, wrong: 2, aside: 0, invented: 0 });
}

/// Written when all of this was fixed, and read once before anything was mended for them. The figures of
/// today stand in `docs/manuals.md` as well.
#[test]
fn fresh_manuals_are_read() {
    let (files, placed) = placed_of("fresh");
    assert_eq!(files, 4);
    assert_eq!(placed, Placed { right: 31, wrong: 0, aside: 1, invented: 0 });
}
