//! Versions of manuals, their texts and their citations.

use std::fs;

use super::crash;
use super::fixtures::{files, hole, inspection, library, manual_text, prod1, write_manual};
use crate::failpoint::{Failpoint, Fault, inject};
use crate::{Library, LibraryError, ReadText, Registered, content_hash};
use fettle_domain::{
    ContentHash, Inspection, ManualFinding, ManualId, ManualText, Product, ProductCode, Stage,
    Verdict,
};

/// A text that was made without corrections.
fn read(parser_version: u32, text: &ManualText) -> ReadText<'_> {
    ReadText { parser_version, corrections: "", text }
}

const STEPS: [Failpoint; 5] = [
    Failpoint::TempWritten,
    Failpoint::Reserved,
    Failpoint::RowInserted,
    Failpoint::Renamed,
    Failpoint::Committed,
];

#[test]
#[ignore = "run by a_manual_and_its_text_appear_together, in a process of its own"]
fn crashing_child() {
    let Some((root, step)) = crash::requested(&STEPS) else { return };
    let mut library = library(&root);
    let path = write_manual(&root.join("in"), "a.pdf", "one");
    let bytes = fs::read(&path).unwrap();
    inject(step, Fault::Abort);
    let text = manual_text("가스");
    library.register_parsed_manual(&prod1(), &path, &bytes, read(3, &text)).unwrap();
}

#[test]
fn a_manual_and_its_text_appear_together() {
    for step in STEPS {
        let root = tempfile::tempdir().unwrap();
        crash::abort_at("tests::manual_versions::crashing_child", step, root.path());
        let library = Library::open(root.path()).unwrap();
        let manuals = library.manuals(&prod1()).unwrap();
        let stored = files(root.path(), "manual_store");
        if step == Failpoint::Committed {
            let text = library.manual_text(manuals[0].id).unwrap().unwrap();
            assert_eq!((text.text, text.parser_version), (manual_text("가스"), 3));
            assert_eq!((manuals.len(), stored.len()), (1, 1));
        } else {
            assert_eq!((manuals.len(), stored.len()), (0, 0), "{step:?}");
        }
    }
}

#[test]
fn a_changed_manual_is_a_new_version_and_the_old_one_stays() {
    let root = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let path = write_manual(outside.path(), "casting.pdf", "one");
    let first = library.register_manual(&prod1(), &path).unwrap().id();
    assert_eq!(library.manual_text(first).unwrap(), None);
    library.save_manual_text(first, read(1, &manual_text("가스"))).unwrap();
    library.save_manual_text(first, read(1, &manual_text("가스"))).unwrap();
    library.save_manual_text(first, read(2, &manual_text("수축"))).unwrap();
    let stored = library.manual_text(first).unwrap().unwrap();
    assert_eq!((&stored.text, stored.parser_version), (&manual_text("수축"), 2));
    assert_eq!(stored.content_hash, library.manual(first).unwrap().content_hash);
    assert_eq!(library.manual_texts(first).unwrap().len(), 2);

    write_manual(outside.path(), "casting.pdf", "two");
    let second = library.register_manual(&prod1(), &path).unwrap();
    assert!(matches!(second, Registered::New(id) if id != first));
    let other = write_manual(outside.path(), "other.pdf", "three");
    let third = library.register_manual(&prod1(), &other).unwrap().id();
    let in_force: Vec<_> =
        library.manuals(&prod1()).unwrap().into_iter().map(|manual| manual.id).collect();
    assert_eq!(in_force, [second.id(), third]);
    let versions = library.manual_versions(&prod1()).unwrap();
    let replaced: Vec<bool> = versions.iter().map(|v| v.replaced_at.is_some()).collect();
    assert_eq!(replaced, [true, false, false]);
    // The old version can still be cited and read.
    let old = library.manual(first).unwrap();
    assert!(fs::read_to_string(library.absolute(&old.path)).unwrap().contains("one"));
    assert!(library.manual_text(first).unwrap().is_some());

    library.remove_manual(third).unwrap();
    assert!(matches!(library.remove_manual(third), Err(LibraryError::UnknownManual(_))));
    assert_eq!(library.manuals(&prod1()).unwrap().len(), 1);
}

#[test]
fn a_manual_changed_in_the_folder_is_a_new_version_there() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let folder = root.path().join("manual_store");
    let path = write_manual(&folder, "prod1_menual.pdf", "one");
    let first = library.register_manual(&prod1(), &path).unwrap().id();
    assert_eq!(library.manual(first).unwrap().path, "manual_store/prod1_menual.pdf");
    write_manual(&folder, "prod1_menual.pdf", "two");
    let second = library.register_manual(&prod1(), &path).unwrap().id();
    assert_ne!(first, second);
    assert_eq!(library.manuals(&prod1()).unwrap().len(), 1);
    assert_eq!(super::fixtures::files(root.path(), "manual_store").len(), 1);
}

#[test]
fn a_file_written_over_is_the_next_version() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let store = root.path().join("manual_store");
    let path = write_manual(&store, "prod1_a.pdf", "one");
    let bytes = fs::read(&path).unwrap();
    let text = manual_text("가스");
    let first =
        library.register_parsed_manual(&prod1(), &path, &bytes, read(3, &text)).unwrap().id();
    let hash = content_hash(b"%PDF-1.7 two");
    let renewed =
        library.register_overwritten_manual(first, &hash, read(3, &manual_text("수축"))).unwrap();
    let Registered::New(second) = renewed else { panic!("{renewed:?}") };
    let [now] = &library.manuals(&prod1()).unwrap()[..] else { panic!() };
    let expected = (second, "manual_store/prod1_a.pdf", &hash);
    assert_eq!((now.id, now.path.as_str(), &now.content_hash), expected);
    // Each version says what it said.
    for (id, cause) in [(first, "가스"), (second, "수축")] {
        assert_eq!(library.manual_text(id).unwrap().unwrap().text, manual_text(cause));
    }
    assert!(library.manual_version(first).unwrap().replaced_at.is_some());
    // Another process was quicker.
    let again =
        library.register_overwritten_manual(first, &hash, read(3, &manual_text("x"))).unwrap_err();
    assert!(matches!(again, LibraryError::UnknownManual(id) if id == first), "{again}");

    // A file that now has the content of another one of the product: one is enough.
    let other = write_manual(&store, "prod1_b.pdf", "three");
    let other = library.register_manual(&prod1(), &other).unwrap().id();
    let same =
        library.register_overwritten_manual(other, &hash, read(3, &manual_text("수축"))).unwrap();
    assert_eq!(same, Registered::Already(second));
    assert_eq!(library.manuals(&prod1()).unwrap().len(), 1);
}

fn citing(manual: ManualId) -> Inspection {
    let finding = ManualFinding {
        manual,
        path: "manual_store/prod1_a.pdf".into(),
        content_hash: ContentHash("ab".repeat(32)),
        registered_at: Some("2026-11-22T10:00:00Z".into()),
        defect: hole(),
        section: manual_text("가스").sections.remove(0),
        others: Vec::new(),
    };
    assert_eq!(finding.version(), "2026-11-22, abababab");
    let made = inspection("2026-11-22T10:00:00+09:00", Verdict::Ng, 2.0);
    Inspection { manual: Stage::Done(finding), ..made }
}

#[test]
fn who_cites_a_version_is_counted_and_stays_after_it_is_removed() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let path = write_manual(root.path(), "a.pdf", "one");
    let id = library.register_manual(&prod1(), &path).unwrap().id();
    library.save_manual_text(id, read(3, &manual_text("가스"))).unwrap();
    for _ in 0..2 {
        library.record_inspection(&citing(id)).unwrap();
    }
    library.record_inspection(&inspection("2026-11-22T10:00:00Z", Verdict::Ok, 1.0)).unwrap();
    library.remove_manual(id).unwrap();
    assert!(library.manuals(&prod1()).unwrap().is_empty());
    assert_eq!(library.manual_citations().unwrap(), [(id, 2)].into());
    assert_eq!(library.manual_text(id).unwrap().unwrap().text, manual_text("가스"));
}

#[test]
fn several_manuals_of_a_product_are_in_force_in_their_own_formats() {
    let root = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let other = ProductCode::new("prod2").unwrap();
    let names = (String::new(), String::new());
    let product = Product { code: other.clone(), name_ko: names.0, name_en: names.1 };
    library.add_product(&product).unwrap();
    for (name, bytes) in
        [("a.pdf", &b"%PDF-1.7 a"[..]), ("b.docx", b"PK\x03\x04"), ("c.TXT", b"hole")]
    {
        fs::write(outside.path().join(name), bytes).unwrap();
        library.register_manual(&prod1(), &outside.path().join(name)).unwrap();
    }
    // The same file for another product is that product's own.
    library.register_manual(&other, &outside.path().join("a.pdf")).unwrap();
    let paths = |product: &ProductCode| -> Vec<String> {
        let manuals = library.manuals(product).unwrap();
        manuals.into_iter().map(|manual| manual.path).collect()
    };
    let expected = ["prod1_manual.pdf", "prod1_manual_2.docx", "prod1_manual_3.txt"];
    assert_eq!(paths(&prod1()), expected.map(|name| format!("manual_store/{name}")));
    assert_eq!(paths(&other), ["manual_store/prod2_manual.pdf"]);
}
