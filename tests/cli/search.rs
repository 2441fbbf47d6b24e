//! `fettle search`, its index, and what registration says of the same photograph.

use std::path::{Path, PathBuf};

use image::{Rgb, RgbImage, imageops};
use serde_json::Value;

use crate::scene::{Ran, Scene, arg, has_models, png, shared};

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// `count` images of each steel defect, from the second on.
fn register_steel(scene: &Scene, data: &Path, count: usize) {
    scene.run(&["library", "add-product", "steel"]).must_succeed();
    for class in files(&data.join("neu_det")) {
        let code = class.file_name().unwrap().to_str().unwrap().replace('_', "-");
        let images = files(&class);
        let mut args = vec!["library", "add-defect", "steel", &code];
        args.extend(images[1..=count].iter().map(|path| arg(path)));
        scene.run(&args).must_succeed();
    }
}

#[test]
fn a_picture_a_part_of_one_and_a_picture_of_something_else() {
    let Some(data) = shared("data") else { return };
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let scene = Scene::new();
    let patched = files(&data.join("neu_det/patches"))[0].clone();
    scene.run(&["search", arg(&patched)]).must_fail_with(&["fettle index build"]);
    register_steel(&scene, &data, 12);
    scene.run(&["index", "build"]).must_succeed();

    let found = scene.json(&["search", arg(&patched), "-k", "7", "--json"]);
    let hits = found["hits"].as_array().unwrap();
    assert_eq!(hits.len(), 7);
    assert_eq!(found["suggestion"]["product"], "steel");
    assert_eq!(found["suggestion"]["defect"], "patches");
    let scores: Vec<f64> = hits.iter().map(|hit| hit["score"].as_f64().unwrap()).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    let best = hits[0]["path"].as_str().unwrap();
    assert!(scene.workspace().join(best).is_file());
    let text = scene.run(&["search", arg(&patched)]).must_succeed().stdout;
    assert!(text.contains("steel / patches") && text.contains(best), "{text}");

    // Only what was asked for.
    let among = ["search", arg(&patched), "--product", "steel", "--defect", "scratches", "--json"];
    let found = scene.json(&among);
    let hits = found["hits"].as_array().unwrap();
    assert_eq!(hits.len(), 10);
    assert!(hits.iter().all(|hit| hit["defect"] == "scratches"), "{hits:?}");
    scene.run(&["search", arg(&patched), "--product", "nobody"]).must_fail_with(&["nobody"]);

    // A patched plate in a large picture of other things.
    let mut scene_of_all = RgbImage::from_pixel(900, 700, Rgb([90, 120, 60]));
    let plate = image::open(&patched).unwrap().to_rgb8();
    imageops::replace(&mut scene_of_all, &plate, 500, 300);
    let picture = scene.path("scene.png");
    scene_of_all.save(&picture).unwrap();
    let region = ["search", arg(&picture), "--region", "500,300,200,200", "--json"];
    let found = scene.json(&region);
    let whole = scene.json(&["search", arg(&patched), "--json"]);
    assert_eq!(found["hits"][0]["path"], whole["hits"][0]["path"]);
    assert_eq!(found["suggestion"]["defect"], "patches");
    for (region, said) in [
        ("800,600,200,200", "900×700"),
        ("1,2,3", "X,Y,WIDTH,HEIGHT"),
        ("0,0,0,10", "X,Y,WIDTH,HEIGHT"),
    ] {
        scene.run(&["search", arg(&picture), "--region", region]).must_fail_with(&[said]);
    }

    // Castings and leather are not steel, and nobody says they are.
    for other in ["casting/test/def_front", "leather/test/cut", "kolektorsdd/test/defect"] {
        let image = &files(&data.join(other))[0];
        let found = scene.json(&["search", arg(image), "--json"]);
        assert!(found["suggestion"].is_null(), "{other}: {found}");
        let inspected = scene.json(&["inspect", arg(image), "--no-llm", "--json"]);
        assert!(inspected["product"].is_null(), "{other}");
        assert_eq!(inspected["anomaly"]["result"]["reason"], "no_product", "{other}");
        let text = scene.run(&["search", arg(image)]).must_succeed().stdout;
        assert!(text.contains("unknown product"), "{text}");
    }

    // This image embedder knows no words.
    let words = scene.run(&["search", "--words", "a scratch on steel"]);
    words.must_fail_with(&["efficientnet-lite0", "fettle models pull clip-vit-base-patch32"]);
}

#[test]
fn an_index_follows_the_library() {
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let scene = Scene::new();
    scene.run(&["library", "add-product", "p"]).must_succeed();
    let images: Vec<PathBuf> =
        (0..20).map(|n| scene.file(&format!("{n}.png"), &png(n * 5 + 1))).collect();
    let add = |range: std::ops::Range<usize>| {
        let mut args = vec!["library", "add-defect", "p", "hole"];
        args.extend(images[range].iter().map(|path| arg(path)));
        scene.run(&args).must_succeed();
    };
    let build = |said: &str| {
        let built = scene.run(&["index", "build"]).must_succeed().stdout;
        assert!(built.contains(said), "{built}");
    };
    add(0..9);
    build("9 images (9 added, 0 removed)");
    build("9 images (0 added, 0 removed)");
    add(9..20);
    build("20 images (11 added, 0 removed)");
    let found = scene.json(&["search", arg(&images[13]), "-k", "1", "--json"]);
    let gone = found["hits"][0]["path"].as_str().unwrap().to_owned();
    assert!(found["hits"][0]["score"].as_f64().unwrap() > 0.9999);
    scene.run(&["library", "remove", &gone, "data/def_split/p_hole_3.png"]).must_succeed();
    // Gone at once, before the index knows.
    let found = scene.json(&["search", arg(&images[13]), "-k", "20", "--json"]);
    let hits = found["hits"].as_array().unwrap();
    assert_eq!(hits.len(), 18);
    assert!(hits.iter().all(|hit| hit["path"] != gone.as_str()));
    assert!(scene.workspace().join(&gone).is_file(), "the file went");
    assert_eq!(scene.json(&["index", "info", "--json"])["behind"], 2);
    build("18 images (0 added, 2 removed)");
    scene.run(&["library", "remove", &gone]).must_fail_with(&["not a registered image"]);
    // A file that broke since is named; the rest is indexed.
    let broken = scene.workspace().join("data/def_split/p_hole_1.png");
    std::fs::write(&broken, b"broken").unwrap();
    let built = scene.run(&["index", "build", "--rebuild"]).must_succeed();
    assert!(built.stdout.contains("17 images (17 added, 0 removed)"), "{}", built.stdout);
    assert!(built.stderr.contains("p_hole_1.png"), "{}", built.stderr);
}

/// A part with a grain of its own, and a defect at this place.
fn spotted(scene: &Scene, seed: u32, (left, top): (u32, u32)) -> PathBuf {
    let picture = RgbImage::from_fn(300, 300, |x, y| {
        if x.wrapping_sub(left) < 40 && y.wrapping_sub(top) < 40 {
            let bright = ((x - left) / 5 + (y - top) / 8) % 2 == 0;
            return Rgb(if bright { [240, 200, 30] } else { [20, 30, 90] });
        }
        let value = ((x * (seed % 5 + 1) + y * (seed % 3 + 1)) / 7 * 13 + seed * 40) as u8;
        Rgb([value / 2 + 60, value / 3 + 80, 120])
    });
    let path = scene.path(&format!("spotted{seed}.png"));
    picture.save(&path).unwrap();
    path
}

#[test]
fn a_marked_defect_is_found_by_a_part_of_a_picture() {
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let scene = Scene::new();
    scene.run(&["library", "add-product", "p"]).must_succeed();
    let add = |image: &Path, region: &str| {
        scene.json(&[
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
        (0..5).map(|n| spotted(&scene, n, (20 + n * 40, 220 - n * 30))).collect();
    let mut args = vec!["library", "add-defect", "p", "spot"];
    args.extend(images.iter().map(|path| arg(path)));
    scene.run(&args).must_succeed();
    let build = |said: &str| {
        let built = scene.run(&["index", "build"]).must_succeed().stdout;
        assert!(built.contains(said), "{built}");
    };
    build("5 images (5 added, 0 removed)");
    let query = spotted(&scene, 9, (130, 90));
    let found = || {
        let found = scene.json(&["search", arg(&query), "--region", "130,90,40,40", "--json"]);
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
    assert_eq!(scene.json(&["index", "info", "--json"])["behind"], 1);
    build("5 images (0 added, 0 removed)");
    let (path, score, x) = found();
    assert_eq!((path.as_str(), x), ("data/def_split/p_spot_3.png", 100.into()));
    assert!(score > 0.999, "{score}");
    let info = scene.json(&["index", "info", "--json"]);
    assert_eq!((&info["behind"], &info["images"]), (&0.into(), &5.into()));

    // Marked elsewhere, it is not found by what is not marked any more.
    add(&images[2], "0,0,30,30");
    assert!(found().1 < 0.9, "before the index knows: {:?}", found());
    build("5 images (0 added, 0 removed)");
    assert!(found().1 < 0.9, "{:?}", found());

    // A region that is no part of it, or of more than one image.
    let new = spotted(&scene, 7, (0, 0));
    let refused = add(&new, "290,0,20,20");
    assert_eq!(refused["refused"].as_array().unwrap().len(), 1, "{refused}");
    build("5 images (0 added, 0 removed)");
    let two = ["library", "add-defect", "p", "spot", arg(&images[0]), arg(&images[1])];
    scene.run(&[&two[..], &["--region", "0,0,9,9"]].concat()).must_fail_with(&["exactly one"]);
}

/// CLIP at a toy's size with random weights: what the words mean is luck, but the way of the
/// words through the program is the real one.
#[test]
fn words_find_pictures_where_the_model_knows_words() {
    let Some(weights) = shared("reference/clip_tiny") else { return };
    let scene = Scene::new();
    let model = scene.path("models/clip-vit-base-patch32");
    std::fs::create_dir_all(&model).unwrap();
    for name in ["model.safetensors", "config.json"] {
        std::fs::copy(weights.join(name), model.join(name)).unwrap();
    }
    std::fs::write(model.join("tokenizer.json"), TOKENIZER).unwrap();
    std::fs::create_dir_all(scene.workspace()).unwrap();
    let settings = r#"{"models": {"image_embedder": "clip-vit-base-patch32"}}"#;
    std::fs::write(scene.workspace().join("settings.json"), settings).unwrap();
    let run = |args: &[&str]| -> Ran {
        let mut command = scene.command(args);
        Ran::from(command.env("FETTLE_MODELS", scene.path("models")).output().unwrap())
    };
    run(&["library", "add-product", "p"]).must_succeed();
    for n in 0..6 {
        let image = scene.file(&format!("{n}.png"), &png(n * 40 + 1));
        let defect = if n % 2 == 0 { "hole" } else { "scratch" };
        run(&["library", "add-defect", "p", defect, arg(&image)]).must_succeed();
    }
    run(&["index", "build"]).must_succeed();
    let search = |words: &str| -> Value {
        let ran = run(&["search", "--words", words, "-k", "4", "--json"]).must_succeed();
        serde_json::from_str(&ran.stdout).unwrap()
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

/// The same photograph again, saved otherwise: registered, and pointed out.
#[test]
fn the_same_photograph_is_pointed_out_and_a_sibling_is_not() {
    let Some(data) = shared("data/casting/test/def_front") else { return };
    let scene = Scene::new();
    scene.run(&["library", "add-product", "prod1"]).must_succeed();
    let castings = files(&data);
    let mut args = vec!["library", "add-defect", "prod1", "hole"];
    args.extend(castings[..60].iter().map(|path| arg(path)));
    args.push("--json");
    let first = scene.json(&args);
    assert_eq!(first["new"].as_array().unwrap().len(), 60);
    assert_eq!(first["twins"], Value::Array(Vec::new()), "castings look alike, but are not one");

    let original = image::open(&castings[7]).unwrap();
    let smaller = scene.path("smaller.png");
    original.resize(150, 150, imageops::FilterType::Lanczos3).save(&smaller).unwrap();
    let brighter = scene.path("brighter.jpeg");
    original.brighten(12).to_rgb8().save(&brighter).unwrap();
    let other = scene.path("other.png");
    image::open(&castings[70]).unwrap().save(&other).unwrap();
    let again = scene.path("again.bmp");
    image::open(&other).unwrap().save(&again).unwrap();
    // As another defect, as a normal image, and two of one photograph in one call.
    let asked =
        ["library", "add-normal", "prod1", arg(&brighter), arg(&other), arg(&again), "--json"];
    let found = scene.json(&asked);
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
    let said = scene.run(&["library", "add-defect", "prod1", "burr", arg(&smaller)]).must_succeed();
    let hint = "fettle library remove data/def_split/prod1_hole_8.jpeg";
    assert!(
        said.stderr.contains(hint) || said.stderr.contains("prod1_ok_1.jpeg"),
        "{}",
        said.stderr
    );
    // The same bytes are not registered twice.
    let known =
        scene.json(&["library", "add-defect", "prod1", "hole", arg(&castings[7]), "--json"]);
    assert_eq!(
        (&known["new"], known["known"].as_array().unwrap().len()),
        (&Value::Array(Vec::new()), 1)
    );
    // What is kept of them may be lost: it is made anew.
    std::fs::write(scene.workspace().join("data/index/fingerprints"), b"lost").unwrap();
    let copy = scene.path("copy.bmp");
    image::open(&castings[30]).unwrap().save(&copy).unwrap();
    let found = scene.json(&["library", "add-defect", "prod1", "burr", arg(&copy), "--json"]);
    assert_eq!(found["twins"][0]["of"]["path"], "data/def_split/prod1_hole_31.jpeg");
}
