//! `--fit`, `--size` and `--layers`: how images become the input of the backbone.

use std::path::Path;

use fettle_testing::data::has_models;
use image::{Rgb, RgbImage};

use crate::eval::{cloth, save};
use crate::harness::{TestWorkspace, arg};

/// A picture of rough metal: grey noise, smoothed vertically.
fn rough(width: u32, height: u32, seed: u32) -> RgbImage {
    let grain = |x: u32, y: u32| {
        let mut v = x.wrapping_mul(374_761_393) ^ y.wrapping_mul(668_265_263) ^ seed;
        v = (v ^ (v >> 13)).wrapping_mul(1_274_126_177);
        (v >> 16) % 60
    };
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([(100 + (grain(x, y) + grain(x, y + 1) + grain(x, y + 2)) / 3) as u8; 3])
    })
}

fn fitted(pictures: impl Iterator<Item = RgbImage>, options: &[&str]) -> TestWorkspace {
    let workspace = TestWorkspace::new();
    for (n, picture) in pictures.enumerate() {
        save(&workspace.path(&format!("normal/{n}.png")), &picture);
    }
    workspace.run(&["library", "add-product", "part"]).must_succeed();
    workspace
        .run(&["library", "add-normal", "part", arg(&workspace.path("normal"))])
        .must_succeed();
    workspace.run(&[&["bank", "fit", "part"], options].concat()).must_succeed();
    workspace
}

fn inspect(workspace: &TestWorkspace, picture: &Path) -> serde_json::Value {
    workspace.json(&["inspect", arg(picture), "--product", "part", "--json"])["anomaly"]["result"]
        .clone()
}

#[test]
fn a_hairline_is_seen_at_native_scale_where_it_is() {
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let normals = (0..4).map(|seed| rough(500, 1260, seed));
    let workspace = fitted(normals, &["--fit", "native", "--ratio", "0.02"]);
    let mut cracked = rough(500, 1260, 9);
    // Two pixels high, 140 long, in the second of two tiles.
    for x in 200..340 {
        let y = 900 + (x - 200) / 10;
        for y in [y, y + 1] {
            cracked.put_pixel(x, y, Rgb([25; 3]));
        }
    }
    let path = workspace.path("cracked.png");
    save(&path, &cracked);
    let found = inspect(&workspace, &path);
    assert_eq!(found["verdict"], "ng", "{found}");
    let region = &found["regions"][0]["rect_in_image"];
    let [x, y, width, height] =
        ["x", "y", "width", "height"].map(|name| region[name].as_u64().unwrap());
    assert!(x + width > 210 && x < 330, "{region}");
    assert!(y + height > 900 && y < 914, "{region}");
    assert!(width < 260 && height < 120, "{region}");
}

#[test]
fn every_fit_takes_pictures_of_every_size() {
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    for fit in ["shorter", "crop", "square", "letterbox", "native"] {
        let options = ["--fit", fit, "--size", "96", "--layers", "4,10"];
        let workspace = fitted((0..4).map(cloth), &options);
        for (width, height) in [(1, 1), (37, 2000), (131, 97)] {
            let path = workspace.path("odd.png");
            save(&path, &rough(width, height, 1));
            let found = inspect(&workspace, &path);
            assert!(found["image_score"].as_f64().is_some_and(f64::is_finite), "{fit}: {found}");
        }
    }
}

#[test]
fn a_layer_that_is_not_there_is_named() {
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let workspace = TestWorkspace::new();
    for n in 0..4 {
        save(&workspace.path(&format!("normal/{n}.png")), &cloth(n));
    }
    workspace.run(&["library", "add-product", "part"]).must_succeed();
    workspace
        .run(&["library", "add-normal", "part", arg(&workspace.path("normal"))])
        .must_succeed();
    workspace.run(&["bank", "fit", "part", "--layers", "4,77"]).must_fail_with(&["77", "0, 1, 2"]);
    workspace.run(&["bank", "fit", "part", "--size", "3"]).must_fail_with(&["--size"]);
}
