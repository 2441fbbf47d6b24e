//! The whole of Fettle on the world that it renders itself.

use serde_json::Value;

use crate::scene::{Scene, arg, has_models};

#[test]
fn the_demo_is_inspected_right_and_a_second_run_fits_nothing_anew() {
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let scene = Scene::new();
    scene.run(&["demo", "--profile", "small", "--no-llm"]).must_succeed();
    let out = scene.workspace().join("out/demo");
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
    the_mask_is_where_the_defect_is(&scene, &result("prod1_casting-hole"));

    scene.run(&["demo", "--no-llm"]).must_succeed();
    let library = scene.json(&["library", "list", "--json"]);
    for product in library.as_array().unwrap() {
        assert_eq!(product["bank_version"], 1);
        assert_eq!(product["normal_images"], 40);
    }
    one_image_of_unknown_product(&scene);
    without_a_chat_model_the_manual_speaks(&scene);
}

/// A model that is not here is said, and the report is there all the same.
fn without_a_chat_model_the_manual_speaks(scene: &Scene) {
    let settings = scene.workspace().join("settings.json");
    std::fs::write(
        &settings,
        r#"{"models": {"chat": "mistral-7b-instruct-v0.2"}, "profile": "small"}"#,
    )
    .unwrap();
    let image = scene.workspace().join("out/demo/leather_leather-cut/part.png");
    let found = scene.json(&["inspect", arg(&image), "--product", "leather", "--json"]);
    assert_eq!(found["report"]["result"]["author"]["by"], "evidence");
    let notice = found["notices"][0].as_str().unwrap();
    assert!(notice.contains("fettle models pull mistral-7b-instruct-v0.2"), "{notice}");
}

/// The first region's centre is dark in the picture: the hole itself.
fn the_mask_is_where_the_defect_is(scene: &Scene, found: &Value) {
    let rect = &found["anomaly"]["result"]["regions"][0]["rect_in_image"];
    let side = |name: &str| rect[name].as_u64().unwrap() as u32;
    let path = scene.workspace().join("out/demo/prod1_casting-hole");
    let part = image::open(path.join("part.png")).unwrap().to_luma8();
    let inside =
        image::imageops::crop_imm(&part, side("x"), side("y"), side("width"), side("height"));
    let darkest = inside.to_image().pixels().map(|p| p.0[0]).min().unwrap();
    assert!(darkest < 60, "nothing dark in the region: {darkest}");
    for picture in ["heatmap.png", "mask.png", "overlay.png"] {
        let picture = image::open(path.join(picture)).unwrap();
        assert_eq!((picture.width(), picture.height()), part.dimensions());
    }
}

/// Without `--product` the neighbours say which it is.
fn one_image_of_unknown_product(scene: &Scene) {
    let image = scene.workspace().join("out/demo/leather_leather-cut/part.png");
    let found = scene.json(&["inspect", arg(&image), "--json", "--no-llm"]);
    assert_eq!(found["product"], "leather");
    assert_eq!(found["verdict"], "ng");
    let question = ["manual", "search", "칼날이 무뎌졌다", "--product", "leather", "--json"];
    if has_models(&["multilingual-e5-small"]) {
        let passages = scene.json(&question);
        let first = passages[0]["chunk"]["statement"].as_str().unwrap();
        assert!(first.starts_with("cut."), "{passages}");
    }
}
