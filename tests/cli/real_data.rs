//! Real parts and manuals of `../shared/data` with real networks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fettle_testing::data::{has_models, shared};

use crate::harness::{TestWorkspace, arg};

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// A held-out image of each steel defect finds its class among the top five.
#[test]
fn steel_defects_find_their_kind() {
    let Some(data) = shared("data/neu_det") else { return };
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "steel"]).must_succeed();
    let mut held_out: BTreeMap<String, PathBuf> = BTreeMap::new();
    for class in files(&data) {
        // A code has no '_', the file names' separator.
        let code = class.file_name().unwrap().to_str().unwrap().replace('_', "-");
        let images = files(&class);
        let (first, rest) = images.split_first().unwrap();
        held_out.insert(code.clone(), first.clone());
        let mut args = vec!["library", "add-defect", "steel", &code];
        args.extend(rest.iter().map(|path| arg(path)));
        workspace.run(&args).must_succeed();
    }
    assert_eq!(held_out.len(), 6);
    workspace.run(&["index", "build"]).must_succeed();
    for (code, image) in held_out {
        let found = workspace.json(&["inspect", arg(&image), "--product", "steel", "--json"]);
        let hits = found["similarity"]["result"]["hits"].as_array().unwrap();
        assert_eq!(hits.len(), 5);
        assert!(hits.iter().any(|hit| hit["defect"] == code.as_str()), "{code}: {hits:?}");
    }
}

/// A bank of 40 real castings: most held-out good ones are OK, most bad ones NG, and the two
/// kinds' scores lie apart. (`fettle eval` measures the quality on all of the data.)
#[test]
fn castings_are_told_apart() {
    let Some(data) = shared("data/casting") else { return };
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "prod1"]).must_succeed();
    let normals = files(&data.join("train/good"));
    let mut args = vec!["library", "add-normal", "prod1"];
    args.extend(normals.iter().step_by(5).map(|path| arg(path)));
    workspace.run(&args).must_succeed();
    workspace.run(&["bank", "fit", "prod1"]).must_succeed();
    let scores = |folder: &str| -> Vec<(f64, bool)> {
        files(&data.join(folder))
            .iter()
            .step_by(10)
            .map(|image| {
                let found =
                    workspace.json(&["inspect", arg(image), "--product", "prod1", "--json"]);
                let anomaly = &found["anomaly"]["result"];
                (anomaly["image_score"].as_f64().unwrap(), anomaly["verdict"] == "ng")
            })
            .collect()
    };
    let (good, bad) = (scores("test/good"), scores("test/def_front"));
    let pairs = good.len() * bad.len();
    let right =
        good.iter().flat_map(|(good, _)| bad.iter().filter(move |(bad, _)| bad > good)).count();
    assert!(right * 10 >= pairs * 8, "{right} of {pairs} pairs: {good:?} {bad:?}");
    let overkill = good.iter().filter(|(_, ng)| *ng).count();
    assert!(overkill * 5 <= good.len(), "{overkill} of {} good parts are NG", good.len());
}

/// The four real manuals through the program: 18 sections, each of a registered defect.
#[test]
fn real_manuals_are_ingested_whole() {
    let Some(data) = shared("data/manuals") else { return };
    let workspace = TestWorkspace::new();
    let products: [(&str, &str, &[&str]); 4] = [
        ("prod1", "prod1_menual.pdf", &["hole", "burr", "scratch"]),
        ("grid", "grid_manual.pdf", &["bent", "broken", "glue", "metal", "thread"]),
        ("carpet", "carpet_manual.pdf", &["color", "cut", "hole", "metal", "thread"]),
        ("leather", "leather_manual.pdf", &["color", "cut", "fold", "glue", "poke"]),
    ];
    let mut sections = 0;
    for (product, manual, defects) in products {
        workspace.run(&["library", "add-product", product]).must_succeed();
        for defect in defects {
            workspace.run(&["library", "add-defect", product, defect]).must_succeed();
        }
        workspace.run(&["library", "add-manual", product, arg(&data.join(manual))]).must_succeed();
        let read = workspace.json(&["manual", "ingest", product, "--json"]);
        let found = read[0]["text"]["sections"].as_array().unwrap().clone();
        let named: Vec<&str> = found.iter().map(|s| s["defect"].as_str().unwrap()).collect();
        assert_eq!(named, defects, "{product}");
        for section in &found {
            assert!(section["causes"].as_array().unwrap().len() >= 2, "{section}");
            assert!(section["actions"].as_array().unwrap().len() >= 3, "{section}");
        }
        sections += found.len();
    }
    assert_eq!(sections, 18);
}
