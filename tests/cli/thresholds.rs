//! `fettle bank stats`, `threshold` and `check` on drawn cloths.

use fettle_testing::data::has_models;
use image::{Rgb, RgbImage};

use crate::eval::{cloth, is_stain, save};
use crate::harness::{TestWorkspace, arg};

fn stained(seed: u32) -> RgbImage {
    RgbImage::from_fn(96, 96, |x, y| {
        if is_stain(x, y) { Rgb([20, 10, 70]) } else { *cloth(seed).get_pixel(x, y) }
    })
}

/// A workspace with eight normal cloths, with `soiled` a stained one among them, and three images
/// of known stains.
pub(crate) fn fitted(soiled: bool) -> Option<TestWorkspace> {
    if !has_models(&["efficientnet-lite0"]) {
        return None;
    }
    let workspace = TestWorkspace::new();
    for seed in 0..8 {
        save(&workspace.path(&format!("normal/{seed:02}.png")), &cloth(seed));
    }
    if soiled {
        save(&workspace.path("normal/99.png"), &stained(40));
    }
    for seed in 20..23 {
        save(&workspace.path(&format!("stain/{seed}.png")), &stained(seed));
    }
    workspace.run(&["library", "add-product", "cloth"]).must_succeed();
    workspace
        .run(&["library", "add-normal", "cloth", arg(&workspace.path("normal"))])
        .must_succeed();
    let stains = workspace.path("stain");
    workspace.run(&["library", "add-defect", "cloth", "stain", arg(&stains)]).must_succeed();
    workspace.run(&["bank", "fit", "cloth", "--max-overkill", "0.02"]).must_succeed();
    Some(workspace)
}

/// Runs the binary with an empty models folder: no network can run.
fn without_models(workspace: &TestWorkspace, args: &[&str]) -> crate::harness::RunOutput {
    let empty = workspace.path("no-models");
    std::fs::create_dir_all(&empty).unwrap();
    workspace.command(args).env("FETTLE_MODELS", &empty).output().unwrap().into()
}

/// The text with every number as `#` and without the lines of the histogram.
fn masked_numbers(text: &str) -> String {
    let mut masked = String::new();
    for line in text.lines().filter(|line| !line.starts_with(' ')) {
        for letter in line.chars() {
            let part_of_number =
                letter.is_ascii_digit() || (letter == '.' && masked.ends_with('#'));
            if !part_of_number {
                masked.push(letter);
            } else if !masked.ends_with('#') {
                masked.push('#');
            }
        }
        masked.push('\n');
    }
    masked
}

#[test]
fn a_dirty_image_among_the_normals_is_named_with_its_place() {
    let Some(workspace) = fitted(true) else { return };
    let found = workspace.json(&["bank", "check", "cloth", "--json"]);
    let worst = &found[0];
    assert_eq!(worst["path"], "data/patchCore/cloth/ok/cloth_ok_9.png", "{found}");
    // The stain covers 30..54 × 48..68.
    let at = |name: &str| worst["rect_in_image"][name].as_f64().unwrap();
    let middle = (at("x") + at("width") / 2.0, at("y") + at("height") / 2.0);
    assert!((24.0..60.0).contains(&middle.0) && (42.0..74.0).contains(&middle.1), "{worst}");
    assert!(worst["nearest"].as_str().unwrap().starts_with("data/patchCore/cloth/ok/"));
    let text = workspace.run(&["bank", "check", "cloth"]).must_succeed().stdout;
    assert!(text.contains("cloth_ok_9.png looks abnormal"), "{text}");

    // It moved no limit: those are the clean bank's, but for what its rows made nearer.
    let limit = |workspace: &TestWorkspace| {
        workspace.json(&["bank", "info", "cloth", "--json"])["thresholds"]["image"].as_f64()
    };
    let clean = fitted(false).unwrap();
    let (soiled, clean) = (limit(&workspace).unwrap(), limit(&clean).unwrap());
    assert!((soiled / clean - 1.0).abs() < 0.25, "{soiled} and {clean}");
}

#[test]
fn limits_are_set_anew_and_taken_back_without_any_network() {
    let Some(workspace) = fitted(false) else { return };
    let stats = |workspace: &TestWorkspace| {
        let output =
            without_models(workspace, &["bank", "stats", "cloth", "--json"]).must_succeed();
        serde_json::from_str::<serde_json::Value>(&output.stdout).unwrap()
    };
    let at_fit = stats(&workspace);
    assert_eq!(at_fit["rule"]["rule"], "max_overkill");
    assert_eq!(at_fit["rule"]["rate"], 0.02);
    assert_eq!(at_fit["rates"]["escape"]["trials"], 3);
    assert_eq!(at_fit["normals"].as_array().unwrap().len(), 8);
    let counted = at_fit["histogram"]["normal"].as_array().unwrap();
    assert_eq!(counted.iter().map(|n| n.as_u64().unwrap()).sum::<u64>(), 8);

    // What looks abnormal to the others moves no limit.
    let paths = |list: &str| -> Vec<serde_json::Value> {
        at_fit[list].as_array().unwrap().iter().map(|image| image["path"].clone()).collect()
    };
    let suspicious = paths("suspicious");
    let normals = at_fit["normals"].as_array().unwrap().iter();
    let highest = normals
        .filter(|normal| !suspicious.contains(&normal["path"]))
        .map(|normal| normal["score"].as_f64().unwrap())
        .fold(0.0, f64::max);

    // Typed, and the image threshold that comes of it, where that is known.
    let cost: &[&str] = &["--cost-escape", "50", "--cost-overkill", "1"];
    let changes: [(&[&str], Option<f64>); 4] = [
        (&["--max-overkill", "0.2"], None),
        (&["--quantile", "1"], Some(highest)),
        (cost, None),
        (&["--image", "123.5", "--pixel", "100"], Some(123.5)),
    ];
    let mut limits = vec![at_fit["thresholds"].clone()];
    for (typed, expected) in changes {
        let args = [&["bank", "threshold", "cloth"], typed].concat();
        without_models(&workspace, &args).must_succeed();
        let now = stats(&workspace);
        let image = now["thresholds"]["image"].as_f64().unwrap();
        if let Some(expected) = expected {
            assert!((image - expected).abs() < 1e-3, "{typed:?}: {now}");
        }
        assert_eq!(now["changes"], limits.len());
        limits.push(now["thresholds"].clone());
    }
    assert_eq!(limits[4]["pixel"], 100.0);
    // Less strict than 2 %, so lower.
    assert!(limits[1]["image"].as_f64().unwrap() < limits[0]["image"].as_f64().unwrap());
    // Inspections hold scores against the limits in force.
    let part = workspace.path("stain/20.png");
    let inspected =
        workspace.json(&["inspect", arg(&part), "--product", "cloth", "--no-llm", "--json"]);
    assert_eq!(inspected["anomaly"]["result"]["thresholds"], limits[4]);

    for before in limits.iter().rev().skip(1) {
        without_models(&workspace, &["bank", "threshold", "cloth", "--undo"]).must_succeed();
        assert_eq!(&stats(&workspace)["thresholds"], before);
    }
    without_models(&workspace, &["bank", "threshold", "cloth", "--undo"])
        .must_fail_with(&["no change to take back"]);
    for (typed, words) in [
        (["--max-overkill", "0"], "between 0 and 1"),
        (["--quantile", "1.5"], "between 0 and 1"),
        (["--image", "nan"], "a threshold is a number"),
    ] {
        let args = [&["bank", "threshold", "cloth"][..], &typed].concat();
        without_models(&workspace, &args).must_fail_with(&[words]);
    }
    assert_eq!(stats(&workspace)["thresholds"], limits[0]);
}

#[test]
fn stats_are_told_in_words_and_drawn() {
    let Some(workspace) = fitted(true) else { return };
    let plot = workspace.path("plots/scores.png");
    let output = without_models(&workspace, &["bank", "stats", "cloth", "--plot", arg(&plot)])
        .must_succeed();
    assert!(output.stdout.contains(arg(&plot)), "{}", output.stdout);
    let drawn = image::open(&plot).unwrap().into_rgb8();
    assert_eq!(drawn.dimensions(), (1520, 880));
    let without_path: String = output
        .stdout
        .lines()
        .filter(|line| !line.contains("scores.png"))
        .map(|l| format!("{l}\n"))
        .collect();
    insta::assert_snapshot!("stats_en", masked_numbers(&without_path));
    let korean =
        without_models(&workspace, &["--lang", "ko", "bank", "stats", "cloth"]).must_succeed();
    insta::assert_snapshot!("stats_ko", masked_numbers(&korean.stdout));
}

#[test]
fn without_bank_or_known_defects_it_is_said() {
    let workspace = TestWorkspace::new();
    workspace.run(&["bank", "stats", "cloth"]).must_fail_with(&["no product"]);
    workspace.run(&["library", "add-product", "cloth"]).must_succeed();
    for command in ["stats", "check"] {
        workspace.run(&["bank", command, "cloth"]).must_fail_with(&["no memory bank"]);
    }
    for seed in 0..4 {
        save(&workspace.path(&format!("normal/{seed}.png")), &cloth(seed));
    }
    workspace
        .run(&["library", "add-normal", "cloth", arg(&workspace.path("normal"))])
        .must_succeed();
    let by_cost = ["bank", "fit", "cloth", "--cost-escape", "5", "--cost-overkill", "1"];
    workspace.run(&by_cost).must_fail_with(&["need known defects"]);
}

#[test]
fn a_fit_takes_the_rule_of_the_settings_unless_told_otherwise() {
    let Some(workspace) = fitted(false) else { return };
    let settings = workspace.root().join("settings.json");
    let rule = |args: &[&str]| {
        workspace.run(&[&["bank", "fit", "cloth"], args].concat()).must_succeed();
        workspace.json(&["bank", "stats", "cloth", "--json"])["rule"].clone()
    };
    std::fs::write(&settings, r#"{"threshold_rule": {"rule": "quantile", "share": 0.5}}"#).unwrap();
    assert_eq!(rule(&[]), serde_json::json!({ "rule": "quantile", "share": 0.5 }));
    let told = rule(&["--max-overkill", "0.02"]);
    assert_eq!(told, serde_json::json!({ "rule": "max_overkill", "rate": 0.02 }));
    // What cannot be everybody's is said and not taken.
    let manual = r#"{"threshold_rule": {"rule": "manual", "image": 2.5, "pixel": null}}"#;
    std::fs::write(&settings, manual).unwrap();
    let warned = workspace.run(&["bank", "fit", "cloth"]).must_succeed().stderr;
    assert!(warned.contains("\"threshold_rule\""), "{warned}");
}
