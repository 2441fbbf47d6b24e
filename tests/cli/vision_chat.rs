//! The view of a vision-language model in the output of `fettle inspect`, with the tiny network of
//! `tests/golden/qwen3_vl_tiny`: its Korean text says whether a picture is bright or dark.

use std::path::Path;

use fettle_testing::data::put_tiny_vision_model;

use crate::harness::{RunOutput, TestWorkspace, arg};

const MODEL: &str = "qwen3-vl-2b-instruct";

/// Runs the binary with the models in `models`.
fn run(workspace: &TestWorkspace, models: &Path, args: &[&str]) -> RunOutput {
    workspace.command(args).env("FETTLE_MODELS", models).output().unwrap().into()
}

#[test]
fn a_models_view_is_printed_as_its_view_and_one_that_is_not_here_is_named() {
    let workspace = TestWorkspace::new();
    let image = workspace.path("part.png");
    image::RgbImage::from_pixel(64, 48, image::Rgb([230; 3])).save(&image).unwrap();
    let models = workspace.path("models");
    let inspect = ["inspect", arg(&image)];
    let without = run(&workspace, &models, &inspect).must_succeed().stdout;
    assert!(!without.contains("model's view"), "nobody chose one: {without}");
    let doctor = run(&workspace, &models, &["doctor"]).must_succeed().stdout;
    assert!(doctor.contains("vision chat: none; none is needed"), "{doctor}");

    let settings = format!(r#"{{"models": {{"vision_chat": "{MODEL}"}}}}"#);
    std::fs::write(workspace.root().join("settings.json"), settings).unwrap();
    let missing = run(&workspace, &models, &inspect).must_succeed().stdout;
    assert!(
        missing.contains("model's view") && missing.contains(&format!("pull {MODEL}")),
        "{missing}"
    );

    assert_eq!(put_tiny_vision_model(&models), MODEL);
    let seen = run(&workspace, &models, &inspect).must_succeed().stdout;
    for said in ["[The model's view]", "not from the manual", MODEL, "밝은 부품이 보입니다."]
    {
        assert!(seen.contains(said), "no {said} in {seen}");
    }
    let json =
        run(&workspace, &models, &[&inspect[..], &["--json"]].concat()).must_succeed().stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["view"]["state"], "done");
    assert_eq!(json["view"]["result"]["shown"], serde_json::json!(["part"]));
    let quiet =
        run(&workspace, &models, &[&inspect[..], &["--no-llm"]].concat()).must_succeed().stdout;
    assert!(!quiet.contains("model's view"), "{quiet}");
}
