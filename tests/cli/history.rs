//! `fettle history`: what was inspected, and what people said of it. Without models every
//! inspection is unsure, which is enough to be listed.

use crate::scene::{Scene, arg, png};

/// Inspections 1 to 3, of parts a, b and c.
fn three() -> Scene {
    let scene = Scene::new();
    scene.run(&["library", "add-product", "p"]).must_succeed();
    for (name, noise) in [("a.png", 1), ("b.png", 2), ("c.png", 3)] {
        let image = scene.file(name, &png(noise));
        scene.run(&["inspect", arg(&image), "--product", "p", "--no-llm"]).must_succeed();
    }
    scene
}

#[test]
fn inspections_are_listed_newest_first_and_filtered() {
    let scene = three();
    let files = |args: &[&str]| -> Vec<String> {
        let page = scene.json(&[&["history", "--json"], args].concat());
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
    let said = scene.run(&["history", "--top", "2"]).must_succeed().stdout;
    assert!(said.contains("c.png") && !said.contains("a.png"), "{said}");
    assert!(said.contains("2 of 3"), "{said}");
    scene.run(&["history", "--since", "tomorrow"]).must_fail_with(&["2026-11-22"]);
}

#[test]
fn what_a_person_says_counts_and_can_be_taken_back() {
    let scene = three();
    let judge = |args: &[&str]| scene.run(&[&["history", "judge"], args].concat());
    let said = judge(&["2", "ng", "--defect", "hole", "--note", "edge"]).must_succeed().stdout;
    assert!(said.contains("2") && said.contains("NG"), "{said}");
    let ng = scene.json(&["history", "--verdict", "ng", "--json"]);
    assert_eq!((&ng["total"], &ng["rows"][0]["id"]), (&1.into(), &2.into()));
    assert_eq!(ng["rows"][0]["judged"], "ng");
    assert_eq!(ng["rows"][0]["defect"], "hole");
    judge(&["2", "none"]).must_succeed();
    assert_eq!(scene.json(&["history", "--verdict", "ng", "--json"])["total"], 0);
    judge(&["99", "ok"]).must_fail_with(&["99"]);
    judge(&["two", "ok"]).must_fail_with(&["whole number"]);
}

#[test]
fn inspections_are_saved_as_pdf_and_csv() {
    let scene = three();
    let (pdf, csv) = (scene.path("all.pdf"), scene.path("all.csv"));
    let said = scene.run(&["history", "--pdf", arg(&pdf)]).must_succeed().stdout;
    assert!(said.contains('3') && said.contains("all.pdf"), "{said}");
    assert!(std::fs::read(&pdf).unwrap().starts_with(b"%PDF-"));
    let said = scene.run(&["history", "--pdf", arg(&pdf), "--id", "1,3"]).must_succeed().stdout;
    assert!(said.contains('2'), "{said}");
    scene.run(&["history", "--csv", arg(&csv), "--text", "b.png"]).must_succeed();
    assert_eq!(std::fs::read_to_string(&csv).unwrap().lines().count(), 2);
    scene.run(&["history", "--pdf", arg(&pdf), "--id", "99"]).must_fail_with(&["99"]);
    scene.run(&["history", "--id", "1"]).must_fail_with(&["--pdf"]);

    let out = scene.path("out");
    let image = scene.path("a.png");
    scene.run(&["inspect", arg(&image), "--no-llm", "--out", arg(&out)]).must_succeed();
    assert!(std::fs::read(out.join("report.pdf")).unwrap().starts_with(b"%PDF-"));
}
