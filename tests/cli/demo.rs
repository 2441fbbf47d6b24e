//! `fettle demo` from end to end: verdicts, masks, reports and references of rendered parts.

use std::path::Path;

use fettle_testing::data::has_models;
use serde_json::{Value, json};

use crate::harness::{TestWorkspace, arg};

#[test]
fn the_demo_is_inspected_right_and_a_second_run_fits_nothing_anew() {
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let workspace = TestWorkspace::new();
    workspace.run(&["demo", "--profile", "small", "--no-llm"]).must_succeed();
    let out = workspace.root().join("out/demo");
    let result = |name: &str| -> Value {
        let bytes = std::fs::read(out.join(name).join("result.json")).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    };
    let cases = [
        ("prod1_casting-ok", "ok", None),
        ("prod1_casting-hole", "ng", Some("hole")),
        ("leather_leather-cut", "ng", Some("cut")),
    ];
    for (name, verdict, defect) in cases {
        let found = result(name);
        assert_eq!(found["verdict"], verdict, "{name}");
        let anomaly = &found["anomaly"]["result"];
        // An OK part has no regions; the mask of an NG part begins at the pixel threshold or above.
        match anomaly["mask_threshold"].as_f64() {
            None => assert!(verdict == "ok" && anomaly["regions"] == json!([]), "{anomaly}"),
            Some(above) => {
                assert!(verdict == "ng" && anomaly["regions"][0].is_object(), "{anomaly}");
                let pixel = anomaly["thresholds"]["pixel"].as_f64().unwrap();
                let peak = anomaly["regions"][0]["peak_score"].as_f64().unwrap();
                assert!(pixel <= above && above < peak, "{anomaly}");
            }
        }
        let Some(defect) = defect else {
            assert_eq!(found["manual"]["result"]["reason"], "part_is_ok");
            continue;
        };
        let manual = &found["manual"]["result"];
        assert_eq!(manual["defect"], defect);
        // The report's actions are exactly the manual's, in its order.
        let actions: Vec<&Value> =
            manual["section"]["actions"].as_array().unwrap().iter().map(|a| &a["text"]).collect();
        let written = found["report"]["result"]["sections"][2].clone();
        assert_eq!(written["part"], "actions");
        let written: Vec<&Value> =
            written["lines"].as_array().unwrap().iter().map(|line| &line["text"]).collect();
        assert!(!actions.is_empty());
        assert_eq!(written, actions);
        let report = std::fs::read_to_string(out.join(name).join("report.md")).unwrap();
        for action in actions {
            assert!(report.contains(action.as_str().unwrap()), "{report}");
        }
    }
    let reference = &result("prod1_casting-ok")["anomaly"]["result"]["reference"];
    assert!(reference["path"].as_str().unwrap().starts_with("data/patchCore/prod1/ok/"));
    the_reference_lies_over_the_part(&out, &result("prod1_casting-hole"));
    the_texture_is_not_registered(&out, &result("leather_leather-cut"));
    the_mask_is_where_the_defect_is(&workspace, "prod1_casting-hole");
    the_mask_is_where_the_defect_is(&workspace, "leather_leather-cut");

    workspace.run(&["demo", "--no-llm"]).must_succeed();
    let library = workspace.json(&["library", "list", "--json"]);
    for product in library.as_array().unwrap() {
        assert_eq!(product["bank_version"], 1);
        assert_eq!(product["normal_images"], 40);
    }
    one_image_of_unknown_product(&workspace);
    without_a_chat_model_the_manual_speaks(&workspace);
    a_damaged_reference_index_leaves_the_verdict(&workspace);
}

/// The difference to the aligned normal image is small where the part is sound and large in the
/// hole.
fn the_reference_lies_over_the_part(out: &Path, found: &Value) {
    let alignment = &found["anomaly"]["result"]["reference"]["alignment"];
    assert!(alignment["quality"].as_f64().unwrap() > 0.45, "{alignment}");
    let open =
        |name: &str| image::open(out.join("prod1_casting-hole").join(name)).unwrap().to_luma8();
    let (difference, truth) = (open("difference.png"), open("truth.png"));
    assert_eq!(open("reference.png").dimensions(), truth.dimensions());
    let mean = |inside: bool| {
        let values: Vec<f64> = difference
            .pixels()
            .zip(truth.pixels())
            .filter(|(_, truth)| (truth.0[0] > 127) == inside)
            .map(|(value, _)| f64::from(value.0[0]))
            .collect();
        values.iter().sum::<f64>() / values.len() as f64
    };
    assert!(
        mean(true) > 3.0 * mean(false),
        "{} in the hole, {} elsewhere",
        mean(true),
        mean(false)
    );
}

fn the_texture_is_not_registered(out: &Path, found: &Value) {
    let reference = &found["anomaly"]["result"]["reference"];
    assert!(reference["path"].is_string() && reference["alignment"].is_null(), "{reference}");
    assert!(found["notices"].to_string().contains("could not be laid over"), "{found}");
    assert!(out.join("leather_leather-cut/reference.png").is_file());
    assert!(!out.join("leather_leather-cut/difference.png").exists());
}

fn a_damaged_reference_index_leaves_the_verdict(workspace: &TestWorkspace) {
    for entry in std::fs::read_dir(workspace.root().join("data/banks/leather")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "normals") {
            std::fs::write(path, b"damaged").unwrap();
        }
    }
    let image = workspace.root().join("out/demo/leather_leather-cut/part.png");
    let found =
        workspace.json(&["inspect", arg(&image), "--product", "leather", "--json", "--no-llm"]);
    assert_eq!(found["verdict"], "ng");
    assert!(found["anomaly"]["result"]["reference"].is_null());
    let notice = found["notices"].to_string();
    assert!(notice.contains("no normal part to compare with"), "{notice}");
}

/// A missing chat model is reported, and the report is composed without it.
fn without_a_chat_model_the_manual_speaks(workspace: &TestWorkspace) {
    let settings = workspace.root().join("settings.json");
    std::fs::write(
        &settings,
        r#"{"models": {"chat": "mistral-7b-instruct-v0.2"}, "profile": "small"}"#,
    )
    .unwrap();
    let image = workspace.root().join("out/demo/leather_leather-cut/part.png");
    let found = workspace.json(&["inspect", arg(&image), "--product", "leather", "--json"]);
    assert_eq!(found["report"]["result"]["author"]["by"], "evidence");
    let notice = found["notices"].to_string();
    assert!(notice.contains("fettle models pull mistral-7b-instruct-v0.2"), "{notice}");
}

/// The mask holds most of the drawn defect and covers at most 5 % of the picture, although a
/// strong small defect raises the scores of all wide cells that see it.
fn the_mask_is_where_the_defect_is(workspace: &TestWorkspace, name: &str) {
    let path = workspace.root().join("out/demo").join(name);
    let open = |name: &str| image::open(path.join(name)).unwrap().to_luma8();
    let (part, truth, mask) = (open("part.png"), open("truth.png"), open("mask.png"));
    assert_eq!((mask.dimensions(), truth.dimensions()), (part.dimensions(), part.dimensions()));
    let drawn = truth.pixels().filter(|pixel| pixel.0[0] > 127).count();
    let found = truth
        .pixels()
        .zip(mask.pixels())
        .filter(|(truth, mask)| truth.0[0] > 127 && mask.0[0] > 127)
        .count();
    assert!(found * 10 >= drawn * 8, "{name}: {found} of {drawn} pixels of the defect");
    let marked = mask.pixels().filter(|pixel| pixel.0[0] > 127).count();
    assert!(marked * 20 <= mask.pixels().len(), "{name}: {marked} pixels are marked");
    for picture in ["heatmap.png", "overlay.png"] {
        assert_eq!(open(picture).dimensions(), part.dimensions());
    }
}

/// Without `--product` the nearest known defects vote for the product.
fn one_image_of_unknown_product(workspace: &TestWorkspace) {
    let image = workspace.root().join("out/demo/leather_leather-cut/part.png");
    let found = workspace.json(&["inspect", arg(&image), "--json", "--no-llm"]);
    assert_eq!(found["product"], "leather");
    assert_eq!(found["verdict"], "ng");
    let question = ["manual", "ask", "칼날이 무뎌졌다", "--product", "leather", "--json"];
    if has_models(&["multilingual-e5-small"]) {
        let passages = workspace.json(&question);
        let first = passages["reply"]["passages"][0]["chunk"]["statement"].as_str().unwrap();
        assert!(first.starts_with("cut."), "{passages}");
    }
}
