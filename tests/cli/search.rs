//! `fettle search`, the index behind it, and near duplicates reported at registration.

use std::path::{Path, PathBuf};

use fettle_testing::data::{golden, has_models, put_model, shared};
use image::{Rgb, RgbImage, imageops};
use serde_json::Value;

use crate::harness::{RunOutput, TestWorkspace, arg, png};

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Registers `count` images of each steel defect, without the first of each.
fn register_steel(workspace: &TestWorkspace, data: &Path, count: usize) {
    workspace.run(&["library", "add-product", "steel"]).must_succeed();
    for class in files(&data.join("neu_det")) {
        let code = class.file_name().unwrap().to_str().unwrap().replace('_', "-");
        let images = files(&class);
        let mut args = vec!["library", "add-defect", "steel", &code];
        args.extend(images[1..=count].iter().map(|path| arg(path)));
        workspace.run(&args).must_succeed();
    }
}

#[test]
fn a_picture_a_part_of_one_and_a_picture_of_something_else() {
    let Some(data) = shared("data") else { return };
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let workspace = TestWorkspace::new();
    let patched = files(&data.join("neu_det/patches"))[0].clone();
    workspace.run(&["search", arg(&patched)]).must_fail_with(&["fettle index build"]);
    register_steel(&workspace, &data, 12);
    workspace.run(&["index", "build"]).must_succeed();

    let found = workspace.json(&["search", arg(&patched), "-k", "7", "--json"]);
    let hits = found["hits"].as_array().unwrap();
    assert_eq!(hits.len(), 7);
    assert_eq!(found["suggestion"]["product"], "steel");
    assert_eq!(found["suggestion"]["defect"], "patches");
    let scores: Vec<f64> = hits.iter().map(|hit| hit["score"].as_f64().unwrap()).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    let best = hits[0]["path"].as_str().unwrap();
    assert!(workspace.root().join(best).is_file());
    let text = workspace.run(&["search", arg(&patched)]).must_succeed().stdout;
    assert!(text.contains("steel / patches") && text.contains(best), "{text}");

    // Only what was asked for.
    let among = ["search", arg(&patched), "--product", "steel", "--defect", "scratches", "--json"];
    let found = workspace.json(&among);
    let hits = found["hits"].as_array().unwrap();
    assert_eq!(hits.len(), 10);
    assert!(hits.iter().all(|hit| hit["defect"] == "scratches"), "{hits:?}");
    workspace.run(&["search", arg(&patched), "--product", "nobody"]).must_fail_with(&["nobody"]);

    // A patched plate in a large picture of other things.
    let mut scene_of_all = RgbImage::from_pixel(900, 700, Rgb([90, 120, 60]));
    let plate = image::open(&patched).unwrap().to_rgb8();
    imageops::replace(&mut scene_of_all, &plate, 500, 300);
    let picture = workspace.path("scene.png");
    scene_of_all.save(&picture).unwrap();
    let region = ["search", arg(&picture), "--region", "500,300,200,200", "--json"];
    let found = workspace.json(&region);
    let whole = workspace.json(&["search", arg(&patched), "--json"]);
    assert_eq!(found["hits"][0]["path"], whole["hits"][0]["path"]);
    assert_eq!(found["suggestion"]["defect"], "patches");
    for (region, said) in [
        ("800,600,200,200", "900×700"),
        ("1,2,3", "X,Y,WIDTH,HEIGHT"),
        ("0,0,0,10", "X,Y,WIDTH,HEIGHT"),
    ] {
        workspace.run(&["search", arg(&picture), "--region", region]).must_fail_with(&[said]);
    }

    // Castings and leather are not steel, and nobody says they are.
    for other in ["casting/test/def_front", "leather/test/cut", "kolektorsdd/test/defect"] {
        let image = &files(&data.join(other))[0];
        let found = workspace.json(&["search", arg(image), "--json"]);
        assert!(found["suggestion"].is_null(), "{other}: {found}");
        let inspected = workspace.json(&["inspect", arg(image), "--no-llm", "--json"]);
        assert!(inspected["product"].is_null(), "{other}");
        assert_eq!(inspected["anomaly"]["result"]["reason"], "no_product", "{other}");
        let text = workspace.run(&["search", arg(image)]).must_succeed().stdout;
        assert!(text.contains("unknown product"), "{text}");
    }

    // This image embedder knows no words.
    let words = workspace.run(&["search", "--words", "a scratch on steel"]);
    words.must_fail_with(&["efficientnet-lite0", "fettle models pull clip-vit-base-patch32"]);
}

#[test]
fn an_index_follows_the_library() {
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    let images: Vec<PathBuf> =
        (0..20).map(|n| workspace.file(&format!("{n}.png"), &png(n * 5 + 1))).collect();
    let add = |range: std::ops::Range<usize>| {
        let mut args = vec!["library", "add-defect", "p", "hole"];
        args.extend(images[range].iter().map(|path| arg(path)));
        workspace.run(&args).must_succeed();
    };
    let build = |said: &str| {
        let built = workspace.run(&["index", "build"]).must_succeed().stdout;
        assert!(built.contains(said), "{built}");
    };
    add(0..9);
    build("9 images (9 added, 0 removed)");
    build("9 images (0 added, 0 removed)");
    add(9..20);
    build("20 images (11 added, 0 removed)");
    let found = workspace.json(&["search", arg(&images[13]), "-k", "1", "--json"]);
    let gone = found["hits"][0]["path"].as_str().unwrap().to_owned();
    assert!(found["hits"][0]["score"].as_f64().unwrap() > 0.9999);
    workspace.run(&["library", "remove", &gone, "data/def_split/p_hole_3.png"]).must_succeed();
    // Gone at once, before the index knows.
    let found = workspace.json(&["search", arg(&images[13]), "-k", "20", "--json"]);
    let hits = found["hits"].as_array().unwrap();
    assert_eq!(hits.len(), 18);
    assert!(hits.iter().all(|hit| hit["path"] != gone.as_str()));
    assert!(workspace.root().join(&gone).is_file(), "the file went");
    assert_eq!(workspace.json(&["index", "info", "--json"])["behind"], 2);
    build("18 images (0 added, 2 removed)");
    workspace.run(&["library", "remove", &gone]).must_fail_with(&["not a registered image"]);
    // A file that broke since is named; the rest is indexed.
    let broken = workspace.root().join("data/def_split/p_hole_1.png");
    std::fs::write(&broken, b"broken").unwrap();
    let built = workspace.run(&["index", "build", "--rebuild"]).must_succeed();
    assert!(built.stdout.contains("17 images (17 added, 0 removed)"), "{}", built.stdout);
    assert!(built.stderr.contains("p_hole_1.png"), "{}", built.stderr);
}

/// Writes a picture with a pattern of its own and a defect of 40×40 pixels at this place.
fn spotted(workspace: &TestWorkspace, seed: u32, (left, top): (u32, u32)) -> PathBuf {
    let picture = RgbImage::from_fn(300, 300, |x, y| {
        if x.wrapping_sub(left) < 40 && y.wrapping_sub(top) < 40 {
            let bright = ((x - left) / 5 + (y - top) / 8) % 2 == 0;
            return Rgb(if bright { [240, 200, 30] } else { [20, 30, 90] });
        }
        let value = ((x * (seed % 5 + 1) + y * (seed % 3 + 1)) / 7 * 13 + seed * 40) as u8;
        Rgb([value / 2 + 60, value / 3 + 80, 120])
    });
    let path = workspace.path(&format!("spotted{seed}.png"));
    picture.save(&path).unwrap();
    path
}

#[test]
fn a_marked_defect_is_found_by_a_part_of_a_picture() {
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    let add = |image: &Path, region: &str| {
        workspace.json(&[
            "library",
            "add-defect",
            "p",
            "spot",
            arg(image),
            "--region",
            region,
            "--json",
        ])
    };
    let images: Vec<PathBuf> =
        (0..5).map(|n| spotted(&workspace, n, (20 + n * 40, 220 - n * 30))).collect();
    let mut args = vec!["library", "add-defect", "p", "spot"];
    args.extend(images.iter().map(|path| arg(path)));
    workspace.run(&args).must_succeed();
    let build = |said: &str| {
        let built = workspace.run(&["index", "build"]).must_succeed().stdout;
        assert!(built.contains(said), "{built}");
    };
    build("5 images (5 added, 0 removed)");
    let query = spotted(&workspace, 9, (130, 90));
    let found = || {
        let found = workspace.json(&["search", arg(&query), "--region", "130,90,40,40", "--json"]);
        let hits = found["hits"].as_array().unwrap().clone();
        assert_eq!(hits.len(), 5, "each image once: {hits:?}");
        let path = hits[0]["path"].as_str().unwrap().to_owned();
        (path, hits[0]["score"].as_f64().unwrap(), hits[0]["region"]["x"].clone())
    };
    assert!(found().1 < 0.9, "{:?}", found());

    // The defect of the third is marked: it is the very part that is searched for.
    let again = add(&images[2], "100,160,40,40");
    assert_eq!((&again["known"][0], &again["redrawn"][0]), (&3.into(), &3.into()));
    assert!(again["new"].as_array().unwrap().is_empty());
    assert_eq!(workspace.json(&["index", "info", "--json"])["behind"], 1);
    build("5 images (0 added, 0 removed)");
    let (path, score, x) = found();
    assert_eq!((path.as_str(), x), ("data/def_split/p_spot_3.png", 100.into()));
    assert!(score > 0.999, "{score}");
    let info = workspace.json(&["index", "info", "--json"]);
    assert_eq!((&info["behind"], &info["images"]), (&0.into(), &5.into()));

    // Marked elsewhere, it is not found by what is not marked any more.
    add(&images[2], "0,0,30,30");
    assert!(found().1 < 0.9, "before the index knows: {:?}", found());
    build("5 images (0 added, 0 removed)");
    assert!(found().1 < 0.9, "{:?}", found());

    // A region that is no part of it, or of more than one image.
    let new = spotted(&workspace, 7, (0, 0));
    let args =
        ["library", "add-defect", "p", "spot", arg(&new), "--region", "290,0,20,20", "--json"];
    let output = workspace.run(&args).must_fail_with(&["does not lie in the picture"]);
    let refused: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(refused["refused"].as_array().unwrap().len(), 1, "{refused}");
    build("5 images (0 added, 0 removed)");
    let two = ["library", "add-defect", "p", "spot", arg(&images[0]), arg(&images[1])];
    workspace.run(&[&two[..], &["--region", "0,0,9,9"]].concat()).must_fail_with(&["exactly one"]);
}

/// A tiny CLIP with random weights: hits are arbitrary, but text takes the real path through the
/// program.
#[test]
fn words_find_pictures_where_the_model_knows_words() {
    let workspace = TestWorkspace::new();
    let model = workspace.path("models/clip-vit-base-patch32");
    put_model(&golden("clip_tiny"), &model);
    std::fs::write(model.join("tokenizer.json"), TOKENIZER).unwrap();
    std::fs::create_dir_all(workspace.root()).unwrap();
    let settings = r#"{"models": {"image_embedder": "clip-vit-base-patch32"}}"#;
    std::fs::write(workspace.root().join("settings.json"), settings).unwrap();
    let run = |args: &[&str]| -> RunOutput {
        let mut command = workspace.command(args);
        RunOutput::from(command.env("FETTLE_MODELS", workspace.path("models")).output().unwrap())
    };
    run(&["library", "add-product", "p"]).must_succeed();
    for n in 0..6 {
        let image = workspace.file(&format!("{n}.png"), &png(n * 40 + 1));
        let defect = if n % 2 == 0 { "hole" } else { "scratch" };
        run(&["library", "add-defect", "p", defect, arg(&image)]).must_succeed();
    }
    run(&["index", "build"]).must_succeed();
    let search = |words: &str| -> Value {
        let output = run(&["search", "--words", words, "-k", "4", "--json"]).must_succeed();
        serde_json::from_str(&output.stdout).unwrap()
    };
    let (hole, scratch) = (search("a hole"), search("a deep scratch"));
    assert_eq!(hole["hits"].as_array().unwrap().len(), 4);
    assert!(hole["suggestion"].is_null());
    assert_eq!(hole, search("a hole"));
    assert_ne!(hole["hits"][0]["score"], scratch["hits"][0]["score"]);
    // More words than CLIP reads are cut off.
    search(&"scratch ".repeat(200));
    let text = run(&["search", "--words", "a hole"]).must_succeed().stdout;
    assert!(text.contains("p / ") && !text.contains("Suggested"), "{text}");
    run(&["search", "--words", "x", "--region", "1,2,3,4"]).must_fail_with(&["--region"]);
    run(&["search"]).must_fail_with(&["--words"]);
}

const TOKENIZER: &str = r#"{
  "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
  "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"}, "decoder": null,
  "post_processor": {
    "type": "TemplateProcessing", "pair": [{"Sequence": {"id": "A", "type_id": 0}}],
    "single": [
      {"SpecialToken": {"id": "<s>", "type_id": 0}},
      {"Sequence": {"id": "A", "type_id": 0}},
      {"SpecialToken": {"id": "</s>", "type_id": 0}}
    ],
    "special_tokens": {
      "<s>": {"id": "<s>", "ids": [97], "tokens": ["<s>"]},
      "</s>": {"id": "</s>", "ids": [98], "tokens": ["</s>"]}
    }
  },
  "model": {
    "type": "WordLevel", "unk_token": "?",
    "vocab": {"?": 0, "a": 1, "deep": 2, "hole": 3, "scratch": 4, "<s>": 97, "</s>": 98}
  }
}"#;

/// The same photograph resized or re-encoded is registered and reported as a near duplicate.
#[test]
fn the_same_photograph_is_pointed_out_and_a_sibling_is_not() {
    let Some(data) = shared("data/casting/test/def_front") else { return };
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "prod1"]).must_succeed();
    let castings = files(&data);
    let mut args = vec!["library", "add-defect", "prod1", "hole"];
    args.extend(castings[..60].iter().map(|path| arg(path)));
    args.push("--json");
    let first = workspace.json(&args);
    assert_eq!(first["new"].as_array().unwrap().len(), 60);
    assert_eq!(first["twins"], Value::Array(Vec::new()), "castings look alike, but are not one");

    let original = image::open(&castings[7]).unwrap();
    let smaller = workspace.path("smaller.png");
    original.resize(150, 150, imageops::FilterType::Lanczos3).save(&smaller).unwrap();
    let brighter = workspace.path("brighter.jpeg");
    original.brighten(12).to_rgb8().save(&brighter).unwrap();
    let other = workspace.path("other.png");
    image::open(&castings[70]).unwrap().save(&other).unwrap();
    let again = workspace.path("again.bmp");
    image::open(&other).unwrap().save(&again).unwrap();
    // As another defect, as a normal image, and two of one photograph in one call.
    let asked =
        ["library", "add-normal", "prod1", arg(&brighter), arg(&other), arg(&again), "--json"];
    let found = workspace.json(&asked);
    assert_eq!(found["new"].as_array().unwrap().len(), 3);
    let twins: Vec<(&str, &str)> = found["twins"]
        .as_array()
        .unwrap()
        .iter()
        .map(|twin| (twin["path"].as_str().unwrap(), twin["of"]["path"].as_str().unwrap()))
        .collect();
    assert_eq!(
        twins,
        [
            (arg(&brighter), "data/def_split/prod1_hole_8.jpeg"),
            (arg(&again), "data/patchCore/prod1/ok/prod1_ok_2.png"),
        ]
    );
    let said =
        workspace.run(&["library", "add-defect", "prod1", "burr", arg(&smaller)]).must_succeed();
    let hint = "fettle library remove data/def_split/prod1_hole_8.jpeg";
    assert!(
        said.stderr.contains(hint) || said.stderr.contains("prod1_ok_1.jpeg"),
        "{}",
        said.stderr
    );
    // The same bytes are not registered twice.
    let known =
        workspace.json(&["library", "add-defect", "prod1", "hole", arg(&castings[7]), "--json"]);
    assert_eq!(
        (&known["new"], known["known"].as_array().unwrap().len()),
        (&Value::Array(Vec::new()), 1)
    );
    // A damaged file of fingerprints is rebuilt.
    std::fs::write(workspace.root().join("data/index/fingerprints"), b"lost").unwrap();
    let copy = workspace.path("copy.bmp");
    image::open(&castings[30]).unwrap().save(&copy).unwrap();
    let found = workspace.json(&["library", "add-defect", "prod1", "burr", arg(&copy), "--json"]);
    assert_eq!(found["twins"][0]["of"]["path"], "data/def_split/prod1_hole_31.jpeg");
}
