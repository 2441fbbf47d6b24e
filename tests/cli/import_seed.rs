//! The seed system's folder, taken over.

use std::fs;
use std::path::Path;

use crate::scene::{Scene, arg, png};

/// A folder as the seed system leaves it: names in `web/`, a defect with a `_` in its name, a
/// bank that its own program saved.
fn seed(root: &Path) {
    let write = |path: &str, bytes: &[u8]| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    write(
        "web/defect_mapping.json",
        r#"{"products": {"prod1": {"name_ko": "주조제품 A형", "defects": {
            "hole": {"en": "hole", "ko": "기공"},
            "Open_Seam": {"en": "Open_Seam", "ko": "측면뜯김"}}}}}"#
            .as_bytes(),
    );
    write(
        "web/defect_config.json",
        r#"{"products": {"prod1": {"name": "제품1", "defects": ["hole", "burr"]}}}"#.as_bytes(),
    );
    write("data/def_split/prod1_hole_0.png", &png(1));
    write("data/def_split/prod1_Open_Seam_1.png", &png(2));
    write("data/def_split/unnamed.png", &png(3));
    write("data/patchCore/prod1/ok/a.png", &png(4));
    write("data/patchCore/prod1/ok/b.png", &png(5));
    write("data/patchCore/prod1/memory_bank.pt", include_bytes!("../golden/seed_bank.pt"));
    write("data/patchCore/prod1/bank_config.json", br#"{"shorter": 512, "layers": ["layer2"]}"#);
    write("data/patchCore/prod1/tau.json", br#"{"pixel": 0.5, "image": 0.75}"#);
    write("data/patchCore/other/ok/c.png", &png(6));
    write("data/patchCore/other/memory_bank.pt", b"cos\nsystem\n(S'true'\ntR.");
    write("manual_store/prod1_menual.pdf", b"not a pdf");
}

#[test]
fn a_seed_folder_is_taken_over_once_and_its_own_files_stay() {
    let scene = Scene::new();
    let folder = scene.path("seed");
    seed(&folder);

    let ran = scene.run(&["import-seed", arg(&folder)]).must_succeed();
    for words in [
        "2 products, 3 defect types, 5 images, 0 manuals (0 were here already)",
        "Old bank of prod1, for comparison only: 6 rows of 4 (layer2)",
    ] {
        assert!(ran.stdout.contains(words), "no {words:?} in {}", ran.stdout);
    }
    for refused in ["unnamed.png", "other/memory_bank.pt", "prod1_menual.pdf"] {
        assert!(ran.stderr.contains(refused), "no {refused:?} in {}", ran.stderr);
    }
    let library = scene.json(&["library", "list", "--json"]);
    let prod1 = &library.as_array().unwrap()[1];
    assert_eq!(prod1["product"]["name_ko"], "주조제품 A형");
    assert_eq!(prod1["normal_images"], 2);
    let mut defects: Vec<(&str, u64)> = prod1["defects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row[0]["full_name"].as_str().unwrap(), row[1].as_u64().unwrap()))
        .collect();
    defects.sort_unstable();
    assert_eq!(defects, [("Open_Seam (측면뜯김)", 1), ("burr", 0), ("hole (기공)", 1)]);

    let again = scene.run(&["import-seed", arg(&folder)]).must_succeed();
    let words = "0 products, 0 defect types, 0 images, 0 manuals (5 were here already)";
    assert!(again.stdout.contains(words), "{}", again.stdout);
    assert_eq!(fs::read(folder.join("data/def_split/prod1_hole_0.png")).unwrap(), png(1));
}

#[test]
fn a_folder_of_something_else_is_said_to_be_so() {
    let scene = Scene::new();
    let folder = scene.path("empty");
    fs::create_dir(&folder).unwrap();
    scene.run(&["import-seed", arg(&folder)]).must_fail_with(&["holds nothing", "data/def_split"]);
    scene.run(&["import-seed", arg(&scene.path("absent"))]).must_fail_with(&["holds nothing"]);
}
