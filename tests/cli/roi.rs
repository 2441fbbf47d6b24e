//! `fettle product roi`: an inspection area from its shapes to the verdict.

use std::path::{Path, PathBuf};

use fettle_testing::data::has_models;
use image::{Rgb, RgbImage};
use serde_json::Value;

use crate::harness::{TestWorkspace, arg, png};

const SIDE: u32 = 224;

/// A brushed sheet, with a stain `stain` pixels from the left and from above.
fn sheet(seed: u32, stain: Option<u32>) -> RgbImage {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    let mut sheet = RgbImage::from_fn(SIDE, SIDE, |_, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Rgb([110 + (y * 37 % 11) as u8 * 3 + (state >> 28) as u8; 3])
    });
    for (x, y) in (0..32 * 32).map(|i| (i % 32, i / 32)) {
        if let Some(at) = stain {
            let colour = if (x / 4 + y / 4) % 2 == 0 { [250, 20, 20] } else { [10, 10, 60] };
            sheet.put_pixel(at + x, at + y, Rgb(colour));
        }
    }
    sheet
}

struct Parts {
    sound: PathBuf,
    /// Stained in the upper left quarter.
    stained_above: PathBuf,
    /// Stained in the lower right quarter.
    stained_below: PathBuf,
}

fn fitted(workspace: &TestWorkspace) -> Parts {
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    let folder = workspace.path("normals");
    std::fs::create_dir(&folder).unwrap();
    for seed in 1..=12 {
        sheet(seed, None).save(folder.join(format!("{seed}.png"))).unwrap();
    }
    workspace.run(&["library", "add-normal", "p", arg(&folder)]).must_succeed();
    workspace.run(&["bank", "fit", "p"]).must_succeed();
    let save = |name: &str, stain| {
        let path = workspace.path(name);
        sheet(99, stain).save(&path).unwrap();
        path
    };
    Parts {
        sound: save("sound.png", None),
        stained_above: save("above.png", Some(16)),
        stained_below: save("below.png", Some(160)),
    }
}

fn inspect(workspace: &TestWorkspace, part: &Path) -> Value {
    workspace.json(&["inspect", arg(part), "--product", "p", "--json", "--no-llm"])
}

fn says_refit(inspection: &Value) -> bool {
    inspection["notices"]
        .as_array()
        .unwrap()
        .iter()
        .any(|n| n.as_str().unwrap().contains("was changed"))
}

#[test]
fn what_is_ignored_changes_no_verdict_and_the_rest_does() {
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let workspace = TestWorkspace::new();
    let parts = fitted(&workspace);
    // Twelve normal sheets leave the sound one, which is a thirteenth, at the first limit: OK or unsure.
    // A stain is NG and marked where it is, and one that is not inspected changes not even the score.
    let verdicts = |when: &str, [is_seen_above, is_seen_below]: [bool; 2]| {
        let sound = inspect(&workspace, &parts.sound);
        assert_ne!(sound["verdict"], "ng", "{when}: {}", sound["anomaly"]);
        for (part, at, is_seen) in [
            (&parts.stained_above, 16 + 16, is_seen_above),
            (&parts.stained_below, 160 + 16, is_seen_below),
        ] {
            let found = inspect(&workspace, part);
            let anomaly = &found["anomaly"]["result"];
            if is_seen {
                assert_eq!(found["verdict"], "ng", "{when}: {part:?}: {anomaly}");
                let rect = &anomaly["regions"][0]["rect_in_image"];
                let covers = |from: &str, size: &str| {
                    let from = rect[from].as_u64().unwrap();
                    (from..from + rect[size].as_u64().unwrap()).contains(&at)
                };
                assert!(covers("x", "width") && covers("y", "height"), "{when}: {rect}");
            } else {
                let expected = &sound["anomaly"]["result"]["image_score"];
                assert_eq!(&anomaly["image_score"], expected, "{when}: {part:?}");
                assert_eq!(found["verdict"], sound["verdict"], "{when}: {part:?}");
            }
        }
    };
    verdicts("before", [true, true]);

    let ignore = ["product", "roi", "p", "--ignore", "--rect", "0%,0%,50%,50%"];
    let output = workspace.run(&ignore).must_succeed();
    assert!(
        output.stdout.contains("75.0 %") && output.stdout.contains("fettle bank fit p"),
        "{}",
        output.stdout
    );
    nothing_is_marked_in_the_ignored_quarter(&workspace, &parts.stained_above);
    assert_eq!(inspect(&workspace, &parts.stained_below)["verdict"], "ng");
    assert!(says_refit(&inspect(&workspace, &parts.sound)));
    let lacks = workspace.json(&["doctor", "--json"])["lacks"].clone();
    let refit = |lacks: &Value| lacks.as_array().unwrap().iter().any(|l| l["lack"] == "refit");
    assert!(refit(&lacks), "{lacks}");
    assert_eq!(workspace.json(&["bank", "info", "p", "--json"])["area_changed"], true);

    workspace.run(&["bank", "fit", "p"]).must_succeed();
    verdicts("ignored, fitted so", [false, true]);
    let found = inspect(&workspace, &parts.stained_below);
    assert!(!says_refit(&found));
    assert!(!refit(&workspace.json(&["doctor", "--json"])["lacks"]));
    let anomaly = &found["anomaly"]["result"];
    assert_eq!(anomaly["area"].as_str().unwrap().len(), 64);
    let region = &anomaly["regions"][0];
    assert_eq!(
        (&region["place"], &region["share_of"]),
        (&"lower_right".into(), &"inspection_area".into())
    );
    nothing_is_marked_in_the_ignored_quarter(&workspace, &parts.stained_above);

    workspace.run(&["product", "roi", "p", "--clear"]).must_succeed();
    workspace.run(&["bank", "fit", "p"]).must_succeed();
    verdicts("taken back", [true, true]);
    // A region of interest, as a picture and in pixels.
    let mask = image::GrayImage::from_fn(30, 30, |x, y| {
        image::Luma([if x > 14 && y > 14 { 255 } else { 0 }])
    });
    let file = workspace.path("mask.png");
    mask.save(&file).unwrap();
    workspace.run(&["product", "roi", "p", "--mask", arg(&file)]).must_succeed();
    workspace.run(&["bank", "fit", "p"]).must_succeed();
    verdicts("a mask to inspect", [false, true]);
    workspace.run(&["product", "roi", "p", "--clear", "--rect", "0,0,112,112"]).must_succeed();
    workspace.run(&["bank", "fit", "p"]).must_succeed();
    verdicts("a rectangle in pixels to inspect", [true, false]);
}

fn nothing_is_marked_in_the_ignored_quarter(workspace: &TestWorkspace, part: &Path) {
    let out = workspace.path("out");
    workspace.json(&[
        "inspect",
        arg(part),
        "--product",
        "p",
        "--json",
        "--no-llm",
        "--out",
        arg(&out),
    ]);
    let mask = image::open(out.join("mask.png")).unwrap().to_luma8();
    let marked = mask.enumerate_pixels().filter(|(x, y, p)| *x < 112 && *y < 112 && p.0[0] > 0);
    assert_eq!(marked.count(), 0);
    // The overlay is dark there.
    let overlay = image::open(out.join("overlay.png")).unwrap().to_rgb8();
    let lightness = |x, y| overlay.get_pixel(x, y).0.iter().map(|v| u32::from(*v)).sum::<u32>();
    assert!(
        lightness(80, 80) * 2 < lightness(150, 80),
        "{} {}",
        lightness(80, 80),
        lightness(150, 80)
    );
}

#[test]
fn an_area_that_cannot_be_is_refused_and_changes_nothing() {
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    let text = workspace.file("mask.png", b"no picture");
    let black = workspace.path("black.png");
    image::GrayImage::new(8, 8).save(&black).unwrap();
    let roi = |args: &[&str]| workspace.run(&[&["product", "roi", "p"], args].concat());
    roi(&["--mask", arg(&text)]).must_fail_with(&["mask.png", "is not an image"]);
    roi(&["--mask", arg(&black)]).must_fail_with(&["nothing of p's images"]);
    roi(&["--ignore", "--rect", "0%,0%,100%,100%"]).must_fail_with(&["nothing of p's images"]);
    roi(&["--rect", "0,0,10,10"]).must_fail_with(&["percent"]);
    roi(&["--rect", "1,2,3"]).must_fail_with(&["four numbers"]);
    roi(&["--polygon", "1%,2%,3%,4%"]).must_fail_with(&["three corners"]);
    workspace.run(&["product", "roi", "q"]).must_fail_with(&["no product \"q\""]);
    let state = workspace.json(&["product", "roi", "p", "--json"]);
    assert_eq!(state["area"]["shapes"], Value::Array(vec![]));
    // With normal images, pixels have a meaning.
    let normal = workspace.file("normal.png", &png(1));
    workspace.run(&["library", "add-normal", "p", arg(&normal)]).must_succeed();
    roi(&["--polygon", "0,0,64,0,0,64", "--ignore"]).must_succeed();
    let inspected =
        workspace.json(&["product", "roi", "p", "--json"])["inspected"].as_f64().unwrap();
    assert!((inspected - 0.5).abs() < 0.01, "{inspected}");
}
