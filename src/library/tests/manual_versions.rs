use std::fs;

use super::crash;
use super::fault::{self, Fault};
use super::records::{inspection, manual_text};
use crate::store_file::Step;
use crate::test_files::{files, hole, library, prod1, write_manual};
use crate::{Library, LibraryError, Registered, content_hash};
use fettle_domain::{
    ContentHash, Inspection, ManualFinding, ManualId, Product, ProductCode, Stage, Verdict,
};

const STEPS: [Step; 5] =
    [Step::TempWritten, Step::Reserved, Step::RowInserted, Step::Renamed, Step::Committed];

#[test]
#[ignore = "run by a_manual_and_its_text_appear_together, in a process of its own"]
fn crashing_child() {
    let Some((root, step)) = crash::asked(&STEPS) else { return };
    let mut library = library(&root);
    let path = write_manual(&root.join("in"), "a.pdf", "one");
    let bytes = fs::read(&path).unwrap();
    fault::at(step, Fault::Abort);
    let read = (3, &manual_text("가스"));
    library.register_read_manual(&prod1(), &path, &bytes, read).unwrap();
}

#[test]
fn a_manual_and_its_text_appear_together() {
    for step in STEPS {
        let root = tempfile::tempdir().unwrap();
        crash::die_at("library::tests::manual_versions::crashing_child", step, root.path());
        let library = Library::open(root.path()).unwrap();
        let manuals = library.manuals(&prod1()).unwrap();
        let stored = files(root.path(), "manual_store");
        if step == Step::Committed {
            let text = library.manual_text(manuals[0].id).unwrap().unwrap();
            assert_eq!((text.text, text.parser_version), (manual_text("가스"), 3));
            assert_eq!((manuals.len(), stored.len()), (1, 1));
        } else {
            assert_eq!((manuals.len(), stored.len()), (0, 0), "{step:?}");
        }
    }
}

#[test]
fn a_file_written_over_is_the_next_version() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let store = root.path().join("manual_store");
    let path = write_manual(&store, "prod1_a.pdf", "one");
    let bytes = fs::read(&path).unwrap();
    let read = (3, &manual_text("가스"));
    let first = library.register_read_manual(&prod1(), &path, &bytes, read).unwrap().id();
    let hash = content_hash(b"%PDF-1.7 two");
    let renewed = library.renew_manual(first, &hash, (3, &manual_text("수축"))).unwrap();
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
    let again = library.renew_manual(first, &hash, (3, &manual_text("x"))).unwrap_err();
    assert!(matches!(again, LibraryError::UnknownManual(id) if id == first), "{again}");

    // A file that now has the content of another one of the product: one is enough.
    let other = write_manual(&store, "prod1_b.pdf", "three");
    let other = library.register_manual(&prod1(), &other).unwrap().id();
    let same = library.renew_manual(other, &hash, (3, &manual_text("수축"))).unwrap();
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
    library.save_manual_text(id, 3, &manual_text("가스")).unwrap();
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
