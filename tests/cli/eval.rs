//! `fettle eval` on a drawn data set and on real leather.

use std::path::Path;

use fettle_testing::data::{has_models, shared};
use image::{GrayImage, Luma, Rgb, RgbImage};
use serde_json::Value;

use crate::harness::{TestWorkspace, arg};

/// A picture of grey cloth whose threads are shifted differently for each seed.
pub(crate) fn cloth(seed: u32) -> RgbImage {
    RgbImage::from_fn(96, 96, |x, y| {
        let weave = ((x + seed) % 8 * 9 + (y + 3 * seed) % 6 * 7) as u8;
        Rgb([90 + weave, 92 + weave, 88 + weave])
    })
}

pub(crate) fn is_stain(x: u32, y: u32) -> bool {
    (30..54).contains(&x) && (48..68).contains(&y)
}

pub(crate) fn save(path: &Path, picture: &RgbImage) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    picture.save(path).unwrap();
}

/// Writes a data set: twelve normal pictures for training, four good and four stained ones to
/// test, one of them without a mask.
fn draw(class: &Path) {
    for seed in 0..12 {
        save(&class.join(format!("train/good/{seed}.png")), &cloth(seed));
    }
    for seed in 20..24 {
        save(&class.join(format!("test/good/{seed}.png")), &cloth(seed));
        let stained = RgbImage::from_fn(96, 96, |x, y| {
            if is_stain(x, y) { Rgb([20, 10, 70]) } else { *cloth(seed).get_pixel(x, y) }
        });
        save(&class.join(format!("test/stain/{seed}.png")), &stained);
        if seed > 20 {
            let mask =
                GrayImage::from_fn(96, 96, |x, y| Luma([if is_stain(x, y) { 255 } else { 0 }]));
            let path = class.join(format!("ground_truth/stain/{seed}_mask.png"));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            mask.save(path).unwrap();
        }
    }
}

#[track_caller]
fn metric(quality: &Value, name: &str) -> f64 {
    let value = quality[name].as_f64().unwrap_or_else(|| panic!("no {name} in {quality}"));
    assert!((0.0..=1.0).contains(&value), "{name} = {value}");
    value
}

#[test]
fn a_drawn_data_set_is_measured_without_a_library() {
    let workspace = TestWorkspace::new();
    let dataset = workspace.path("cloths");
    draw(&dataset.join("two_tone"));
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let out = workspace.path("measured");
    let output = workspace.run(&["eval", arg(&dataset), "--out", arg(&out)]).must_succeed();
    for words in ["two_tone", "12/4/4", "1 of its defective images has no mask", "eval.json"] {
        assert!(output.stdout.contains(words), "no {words:?} in {}", output.stdout);
    }
    let written = std::fs::read(out.join("eval.json")).unwrap();
    let found: Value = serde_json::from_slice(&written).unwrap();
    let class = &found["classes"][0];
    assert_eq!(class["masked"], 3);
    assert_eq!(class["images"].as_array().unwrap().len(), 8);
    for name in ["image_auroc", "image_ap", "image_f1_max"] {
        assert_eq!(metric(&class["quality"], name), 1.0, "{class}");
    }
    assert!(metric(&class["quality"], "pixel_auroc") > 0.9, "{class}");
    assert!(metric(&class["quality"], "pro") > 0.5, "{class}");
    // The stain lies in the mask, which is not much larger.
    assert!(metric(&class["quality"], "mask_recall") > 0.9, "{class}");
    assert!(metric(&class["quality"], "mask_iou") > 0.4, "{class}");
    assert_eq!(found["mean"], class["quality"]);
    assert_eq!(class["rates"]["overkill"]["trials"], 4);
    assert_eq!(class["rates"]["escape"]["events"], 0);
    let expected = &class["rates"]["expected"];
    assert!((metric(expected, "expected_overkill") - 0.005).abs() < 1e-3, "{expected}");
    let [unsure, good, defective] =
        ["unsure", "unsure_good", "unsure_defective"].map(|name| metric(&class["quality"], name));
    assert!((8.0 * unsure - 4.0 * (good + defective)).abs() < 1e-6, "{class}");
    for picture in ["scores.png", "roc.png"] {
        let drawn = image::open(out.join("two_tone").join(picture)).unwrap();
        assert!(drawn.width() > 1000 && drawn.height() > 800, "{picture}");
    }
    assert!(!workspace.root().join("data/fettle.db").exists());

    // The same class by its own folder, and the same numbers from the same input.
    let alone = dataset.join("two_tone");
    let args = ["eval", arg(&alone), "--product", "two_tone", "--json"];
    let again = workspace.json(&args);
    assert_eq!(again["classes"][0]["images"], class["images"]);
    assert_eq!(again["mean"], found["mean"]);
}

#[test]
fn what_cannot_be_measured_is_said() {
    let workspace = TestWorkspace::new();
    let dataset = workspace.path("cloths");
    workspace.run(&["eval", arg(&dataset)]).must_fail_with(&["cloths", "does not exist"]);
    std::fs::create_dir(&dataset).unwrap();
    workspace.run(&["eval", arg(&dataset)]).must_fail_with(&["holds no data set", "train/good"]);
    draw(&dataset.join("weave"));
    let absent = ["eval", arg(&dataset), "--product", "felt"];
    workspace.run(&absent).must_fail_with(&["no class \"felt\""]);
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let mask = dataset.join("weave/ground_truth/stain/21_mask.png");
    GrayImage::new(5, 5).save(&mask).unwrap();
    workspace
        .run(&["eval", arg(&dataset)])
        .must_fail_with(&["21_mask.png", "not as wide and high"]);
    for seed in 2..12 {
        std::fs::remove_file(dataset.join(format!("weave/train/good/{seed}.png"))).unwrap();
    }
    workspace.run(&["eval", arg(&dataset)]).must_fail_with(&[
        "weave",
        "2 normal images",
        "at least 3",
    ]);
}

/// MVTec's leather: the reference implementation reaches 0.987 (images) and 0.912 (pixels).
#[test]
fn leather_is_told_apart() {
    let Some(data) = shared("data/leather") else { return };
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let found = TestWorkspace::new().json(&["eval", arg(&data), "--ratio", "0.02", "--json"]);
    let class = &found["classes"][0];
    assert_eq!(
        ["train", "good", "defective", "masked"].map(|name| class[name].as_u64().unwrap()),
        [64, 64, 100, 100]
    );
    let quality = &class["quality"];
    for (name, least) in [("image_auroc", 0.9), ("image_ap", 0.9), ("pixel_auroc", 0.85)] {
        let value = metric(quality, name);
        assert!(value >= least, "{name} = {value}");
    }
    for name in ["image_f1_max", "pro", "overkill", "escape"] {
        metric(quality, name);
    }
    // At one threshold for all pictures it was 0.30.
    assert!(metric(quality, "mask_iou") > 0.45, "{quality}");
}
