//! Masks of data sets under other names, in other places and of other levels, for `fettle eval`.

use std::path::{Path, PathBuf};

use fettle_testing::data::{has_models, shared};
use serde_json::Value;

use crate::harness::{TestWorkspace, arg};

/// Copies the files below `from` to `to`.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// What an evaluation found, and what it said.
struct Evaluated {
    class: Value,
    said: String,
}

impl Evaluated {
    fn metric(&self, name: &str) -> f64 {
        self.class["quality"][name].as_f64().unwrap_or_else(|| panic!("no {name}: {}", self.class))
    }

    fn noted(&self, name: &str) -> usize {
        self.class["masks"][name].as_array().unwrap().len()
    }
}

/// Evaluates the drawn class with the masks in `masks` at `place`.
fn evaluate(cases: &Path, masks: &str, place: &str) -> Evaluated {
    let workspace = TestWorkspace::new();
    let class: PathBuf = workspace.path("plates");
    copy(&cases.join("dataset"), &class);
    copy(&cases.join("masks").join(masks), &class.join(place));
    let out = workspace.path("measured");
    let output = workspace.run(&["eval", arg(&class), "--out", arg(&out)]).must_succeed();
    let found: Value =
        serde_json::from_slice(&std::fs::read(out.join("eval.json")).unwrap()).unwrap();
    Evaluated { class: found["classes"][0].clone(), said: output.stdout }
}

#[test]
fn masks_are_found_and_what_was_assumed_is_said() {
    let Some(cases) = shared("data/cases/23-masks") else { return };
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let reference = evaluate(&cases, "reference255", "ground_truth/pit");
    assert!(reference.metric("pixel_auroc") > 0.999 && reference.metric("pro") > 0.998);
    let iou = reference.metric("mask_iou");
    for silent in ["two-level", "whole picture", "mark nothing", "no test image", "beside"] {
        assert!(!reference.said.contains(silent), "{}", reference.said);
    }
    // Other names and places: the same figures.
    for (masks, place) in [
        ("same_stem", "ground_truth"),
        ("label_bmp", "ground_truth"),
        ("loco_folders", "ground_truth"),
        ("upper_case", "ground_truth"),
        ("beside/pit", "test/pit"),
    ] {
        let found = evaluate(&cases, masks, place);
        assert_eq!(found.class["defective"], 4, "{masks}");
        assert_eq!(found.class["masked"], 4, "{masks}");
        assert_eq!(found.class["quality"], reference.class["quality"], "{masks}");
        assert_eq!(found.noted("unused"), 0, "{masks}");
        let beside = if masks.starts_with("beside") { 4 } else { 0 };
        assert_eq!(found.noted("beside"), beside, "{masks}");
    }
    let jpeg = evaluate(&cases, "was_jpeg", "ground_truth/pit");
    assert!((jpeg.metric("mask_iou") - iou).abs() < 0.05, "{}", jpeg.class["quality"]);
    let blurred = evaluate(&cases, "antialiased", "ground_truth/pit");
    for found in [&jpeg, &blurred] {
        assert_eq!(found.noted("not_two_level"), 4);
        assert!(found.said.contains("4 masks are not two-level"), "{}", found.said);
        assert!(found.said.contains("ground_truth/pit/000_mask.png"), "{}", found.said);
    }
    for (masks, note, says) in [
        ("all_white", "all_white", "4 masks mark the whole picture"),
        ("all_black", "all_black", "4 masks of defective images mark nothing"),
    ] {
        let found = evaluate(&cases, masks, "ground_truth/pit");
        assert_eq!(found.noted(note), 4, "{masks}");
        assert!(found.said.contains(says) && found.said.contains("003_mask.png"), "{}", found.said);
    }
    // Masks of no picture.
    let foreign = evaluate(&cases, "same_stem", "ground_truth/other");
    assert_eq!((foreign.noted("unused"), &foreign.class["masks"]["unmasked"]), (4, &4.into()));
    for says in ["4 of its defective images have no mask", "4 mask files belong to no test image"] {
        assert!(foreign.said.contains(says), "{}", foreign.said);
    }
}
