//! What a vision-language model sees, as it is printed: with the tiny network of
//! `tests/golden/qwen3_vl_tiny`, which says in Korean whether a picture is bright or dark.

use std::path::Path;

use crate::scene::{Ran, Scene, arg};

const MODEL: &str = "qwen3-vl-2b-instruct";

/// Runs the program with the models in `models`.
fn run(scene: &Scene, models: &Path, args: &[&str]) -> Ran {
    scene.command(args).env("FETTLE_MODELS", models).output().unwrap().into()
}

#[test]
fn a_models_view_is_printed_as_its_view_and_one_that_is_not_here_is_named() {
    let scene = Scene::new();
    let image = scene.path("part.png");
    image::RgbImage::from_pixel(64, 48, image::Rgb([230; 3])).save(&image).unwrap();
    let models = scene.path("models");
    let inspect = ["inspect", arg(&image)];
    let without = run(&scene, &models, &inspect).must_succeed().stdout;
    assert!(!without.contains("model's view"), "nobody chose one: {without}");
    let doctor = run(&scene, &models, &["doctor"]).must_succeed().stdout;
    assert!(doctor.contains("vision chat: none; none is needed"), "{doctor}");

    let settings = format!(r#"{{"models": {{"vision_chat": "{MODEL}"}}}}"#);
    std::fs::write(scene.workspace().join("settings.json"), settings).unwrap();
    let missing = run(&scene, &models, &inspect).must_succeed().stdout;
    assert!(
        missing.contains("model's view") && missing.contains(&format!("pull {MODEL}")),
        "{missing}"
    );

    let folder = models.join(MODEL);
    std::fs::create_dir_all(&folder).unwrap();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/qwen3_vl_tiny");
    for file in std::fs::read_dir(golden).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
    let seen = run(&scene, &models, &inspect).must_succeed().stdout;
    for said in ["[The model's view]", "not from the manual", MODEL, "밝은 부품이 보입니다."]
    {
        assert!(seen.contains(said), "no {said} in {seen}");
    }
    let json = run(&scene, &models, &[&inspect[..], &["--json"]].concat()).must_succeed().stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["view"]["state"], "done");
    assert_eq!(json["view"]["result"]["shown"], serde_json::json!(["part"]));
    let quiet = run(&scene, &models, &[&inspect[..], &["--no-llm"]].concat()).must_succeed().stdout;
    assert!(!quiet.contains("model's view"), "{quiet}");
}
