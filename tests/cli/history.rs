//! `fettle history`: lists, judgements, exports and retention. Without models every inspection
//! has the verdict unsure, which is enough to be listed.

use crate::harness::{TestWorkspace, arg, png};

/// A workspace with inspections 1 to 3, of the images a, b and c.
fn three() -> TestWorkspace {
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    for (name, noise) in [("a.png", 1), ("b.png", 2), ("c.png", 3)] {
        let image = workspace.file(name, &png(noise));
        workspace.run(&["inspect", arg(&image), "--product", "p", "--no-llm"]).must_succeed();
    }
    workspace
}

#[test]
fn inspections_are_listed_newest_first_and_filtered() {
    let workspace = three();
    let files = |args: &[&str]| -> Vec<String> {
        let page = workspace.json(&[&["history", "--json"], args].concat());
        let rows = page["rows"].as_array().unwrap();
        rows.iter()
            .map(|row| row["source"].as_str().unwrap().rsplit('/').next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(files(&[]), ["c.png", "b.png", "a.png"]);
    assert_eq!(files(&["--top", "1"]), ["c.png"]);
    assert_eq!(files(&["--text", "B.P"]), ["b.png"]);
    assert_eq!(files(&["--product", "q"]), [""; 0]);
    assert_eq!(files(&["--verdict", "unsure"]).len(), 3);
    assert_eq!(files(&["--since", "2000-01-01"]).len(), 3);
    assert_eq!(files(&["--until", "2000-01-01T00:00:00Z"]), [""; 0]);
    assert_eq!(files(&["--action", "done"]), [""; 0]);
    let said = workspace.run(&["history", "--top", "2"]).must_succeed().stdout;
    assert!(said.contains("c.png") && !said.contains("a.png"), "{said}");
    assert!(said.contains("2 of 3"), "{said}");
    workspace.run(&["history", "--since", "tomorrow"]).must_fail_with(&["2026-11-22"]);
}

#[test]
fn what_a_person_says_counts_and_can_be_taken_back() {
    let workspace = three();
    let judge = |args: &[&str]| workspace.run(&[&["history", "judge"], args].concat());
    let said = judge(&["2", "ng", "--defect", "hole", "--note", "edge"]).must_succeed().stdout;
    assert!(said.contains("2") && said.contains("NG"), "{said}");
    let ng = workspace.json(&["history", "--verdict", "ng", "--json"]);
    assert_eq!((&ng["total"], &ng["rows"][0]["id"]), (&1.into(), &2.into()));
    assert_eq!(ng["rows"][0]["judged"], "ng");
    assert_eq!(ng["rows"][0]["defect"], "hole");
    judge(&["2", "none"]).must_succeed();
    assert_eq!(workspace.json(&["history", "--verdict", "ng", "--json"])["total"], 0);
    judge(&["99", "ok"]).must_fail_with(&["99"]);
    judge(&["two", "ok"]).must_fail_with(&["whole number"]);
}

#[test]
fn a_pdf_shows_hanja_or_their_numbers_and_names_what_no_font_has() {
    let workspace = TestWorkspace::new();
    let products = [("p", "鑄物 A형"), ("q", "鑄造 A형"), ("r", "\u{10fffd} A형")];
    // Three photographs: one alone would be one part, and listed once.
    for ((code, name), noise) in products.into_iter().zip(1..) {
        workspace.run(&["library", "add-product", code, "--name-ko", name]).must_succeed();
        let image = workspace.file("a.png", &png(noise));
        workspace.run(&["inspect", arg(&image), "--product", code, "--no-llm"]).must_succeed();
    }
    let pdf = workspace.path("all.pdf");
    let args = ["--lang", "ko", "history", "--pdf", arg(&pdf)];
    let output = workspace.run(&args).must_succeed();
    assert!(output.stderr.contains('\u{10fffd}'), "{}", output.stderr);
    let document = lopdf::Document::load(&pdf).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    let text = document.extract_text(&pages).unwrap();
    assert!(text.contains("(U+10FFFD)"), "{text}");
    // From a font of this machine, or by number: never both alike.
    let missing = output.stderr.contains('鑄');
    let shown = if missing { ["(U+7269)", "(U+9020)"] } else { ["鑄物", "鑄造"] };
    for letters in shown {
        assert!(text.contains(letters), "no {letters} in {text}");
    }
}

#[test]
fn inspections_are_saved_as_pdf_and_csv() {
    let workspace = three();
    let (pdf, csv) = (workspace.path("all.pdf"), workspace.path("all.csv"));
    let said = workspace.run(&["history", "--pdf", arg(&pdf)]).must_succeed().stdout;
    assert!(said.contains('3') && said.contains("all.pdf"), "{said}");
    assert!(std::fs::read(&pdf).unwrap().starts_with(b"%PDF-"));
    let said = workspace.run(&["history", "--pdf", arg(&pdf), "--id", "1,3"]).must_succeed().stdout;
    assert!(said.contains('2'), "{said}");
    workspace.run(&["history", "--csv", arg(&csv), "--text", "b.png"]).must_succeed();
    assert_eq!(std::fs::read_to_string(&csv).unwrap().lines().count(), 2);
    workspace.run(&["history", "--pdf", arg(&pdf), "--id", "99"]).must_fail_with(&["99"]);
    workspace.run(&["history", "--id", "1"]).must_fail_with(&["--pdf"]);

    let out = workspace.path("out");
    let image = workspace.path("a.png");
    workspace.run(&["inspect", arg(&image), "--no-llm", "--out", arg(&out)]).must_succeed();
    assert!(std::fs::read(out.join("report.pdf")).unwrap().starts_with(b"%PDF-"));
}

/// Moves the time of all inspections 400 days into the past.
fn age(workspace: &TestWorkspace) {
    let database = rusqlite::Connection::open(workspace.root().join("data/fettle.db")).unwrap();
    let sql = "UPDATE history SET created_at_ms = created_at_ms - 400 * 86400000";
    assert_eq!(database.execute(sql, []).unwrap(), 3);
}

#[test]
fn old_pictures_go_and_inspections_stay() {
    let workspace = three();
    // An unsure inspection has an open action: a and b are judged good.
    for id in ["1", "2"] {
        workspace.run(&["history", "judge", id, "ok"]).must_succeed();
    }
    let tidy = |args: &[&str]| workspace.run(&[&["history", "tidy"], args].concat());
    let pictures = || std::fs::read_dir(workspace.root().join("data/uploads")).unwrap().count();
    let never = tidy(&[]).must_succeed().stdout;
    assert!(never.contains("for ever"), "{never}");
    let none = workspace.json(&["history", "tidy", "--days", "30", "--json"]);
    assert_eq!((&none["days"], &none["files"]), (&30.into(), &0.into()));
    age(&workspace);
    let said = tidy(&["--days", "30", "--dry-run"]).must_succeed().stdout;
    assert!(said.contains("2 inspections") && said.contains("could be"), "{said}");
    assert_eq!(pictures(), 3);
    // As the settings say.
    std::fs::write(workspace.root().join("settings.json"), r#"{"keep_pictures_days": 90}"#)
        .unwrap();
    let said = tidy(&[]).must_succeed().stdout;
    assert!(said.contains("2 inspections") && said.contains("90 days"), "{said}");
    assert_eq!(pictures(), 1);
    let rows = &workspace.json(&["history", "--json"])["rows"];
    let kept: Vec<bool> =
        rows.as_array().unwrap().iter().map(|row| row["image_path"].is_string()).collect();
    assert_eq!(kept, [true, false, false], "{rows}");
    // Inspections without pictures can still be exported.
    let (pdf, csv) = (workspace.path("all.pdf"), workspace.path("all.csv"));
    workspace.run(&["history", "--pdf", arg(&pdf)]).must_succeed();
    assert!(std::fs::read(&pdf).unwrap().starts_with(b"%PDF-"));
    workspace.run(&["history", "--csv", arg(&csv)]).must_succeed();
    assert_eq!(std::fs::read_to_string(&csv).unwrap().lines().count(), 4);
    // The same image inspected again is stored again.
    let image = workspace.path("a.png");
    workspace.run(&["inspect", arg(&image), "--product", "p", "--no-llm"]).must_succeed();
    assert_eq!(pictures(), 2);
    tidy(&["--days", "0"]).must_fail_with(&["--days"]);
}
