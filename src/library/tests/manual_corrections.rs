//! Corrections of manuals: revisions, the next version, labels of the workspace.

use std::fs;

use super::fixtures::{library, manual_text, prod1, write_manual};
use crate::{ReadText, corrections_digest};
use fettle_domain::{LabelRule, LineRef, ManualCorrections, ManualEdit, StatementKind};

fn dismiss(text: &str) -> ManualEdit {
    ManualEdit::Dismiss { line: LineRef { text: text.to_owned(), section: None, nth: 0 } }
}

fn rule(label: &str, kind: StatementKind) -> LabelRule {
    LabelRule { label: label.to_owned(), kind }
}

#[test]
fn corrections_hold_for_the_next_version_by_name_or_path_and_are_taken_back() {
    let root = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let path = write_manual(outside.path(), "casting.pdf", "one");
    let before = library.lineage_of_file(&prod1(), &path);
    assert_eq!((before.original_name.as_str(), &before.path), ("casting.pdf", &None));
    let first = library.register_manual(&prod1(), &path).unwrap().id();
    let lineage = library.manual_lineage(first).unwrap();
    assert!(library.manual_corrections(&lineage).unwrap().is_empty());

    let edits = [vec![dismiss("가")], vec![dismiss("가"), dismiss("나")]];
    for edits in &edits {
        library.save_manual_edits(&lineage, edits).unwrap();
        // Equal edits are no revision of their own.
        library.save_manual_edits(&lineage, edits).unwrap();
    }
    // The next version, before and after its registration, and a copy of it in the folder.
    write_manual(outside.path(), "casting.pdf", "two");
    let next = library.lineage_of_file(&prod1(), &path);
    assert_eq!(library.manual_corrections(&next).unwrap().edits, edits[1]);
    let second = library.register_manual(&prod1(), &path).unwrap().id();
    let second = library.manual_lineage(second).unwrap();
    assert_eq!(library.manual_corrections(&second).unwrap().edits, edits[1]);
    let in_folder = root.path().join(lineage.path.as_deref().unwrap());
    let renamed = library.lineage_of_file(&prod1(), &in_folder);
    assert_ne!(renamed.original_name, lineage.original_name);
    assert_eq!(library.manual_corrections(&renamed).unwrap().edits, edits[1]);
    let other = write_manual(outside.path(), "other.pdf", "three");
    let other = library.lineage_of_file(&prod1(), &other);
    assert!(library.manual_corrections(&other).unwrap().is_empty());

    assert!(library.undo_manual_edits(&second).unwrap());
    assert_eq!(library.manual_corrections(&second).unwrap().edits, edits[0]);
    assert!(library.undo_manual_edits(&second).unwrap());
    assert!(library.manual_corrections(&second).unwrap().is_empty());
    assert!(!library.undo_manual_edits(&second).unwrap());
}

#[test]
fn a_label_has_one_meaning_and_is_forgotten() {
    use StatementKind::{Inspection, Symptom};
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    library.save_label_rules(&[rule("현상 확인", Symptom), rule("기타", Symptom)], &[]).unwrap();
    library.save_label_rules(&[rule("현상확인", Inspection)], &[]).unwrap();
    let stored = library.label_rules().unwrap();
    assert_eq!(stored, [rule("기타", Symptom), rule("현상확인", Inspection)]);
    library.save_label_rules(&[], &["기 타".to_owned()]).unwrap();
    assert_eq!(library.label_rules().unwrap(), [rule("현상확인", Inspection)]);
}

#[test]
fn a_text_keeps_what_it_was_made_with() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let path = write_manual(root.path(), "a.pdf", "one");
    let bytes = fs::read(&path).unwrap();
    let text = manual_text("가스");
    let corrections = ManualCorrections { labels: Vec::new(), edits: vec![dismiss("가")] };
    let digest = corrections_digest(&corrections).unwrap();
    assert_eq!(corrections_digest(&ManualCorrections::default()).unwrap(), "");
    let read = ReadText { parser_version: 1, corrections: "", text: &text };
    let id = library.register_parsed_manual(&prod1(), &path, &bytes, read).unwrap().id();
    // The same text, made with other corrections, is known to be made with them.
    for corrections in [digest.as_str(), digest.as_str(), ""] {
        library.save_manual_text(id, ReadText { corrections, ..read }).unwrap();
        assert_eq!(library.manual_text(id).unwrap().unwrap().corrections, corrections);
    }
    assert_eq!(library.manual_texts(id).unwrap().len(), 3);
}
