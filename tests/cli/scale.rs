//! `fettle product scale`: millimetres of a pixel, by a known length or a checkerboard.

use image::{Rgb, RgbImage};

use crate::harness::{TestWorkspace, arg};

#[test]
fn a_scale_is_set_shown_and_taken_away() {
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "lid"]).must_succeed();
    let scale = |options: &[&str]| workspace.run(&[&["product", "scale", "lid"], options].concat());
    let none = scale(&[]).must_succeed().stdout;
    assert!(none.contains("lid has no scale"), "{none}");
    // Options, what is printed.
    for (options, printed) in [
        (&["--mm-per-px", "0.025"][..], "lid: 0.0250 mm a pixel (stated)"),
        (&["--length-mm", "10", "--px", "250"], "lid: 0.0400 mm a pixel (by a known length)"),
    ] {
        let set = scale(options).must_succeed().stdout;
        let shown = scale(&[]).must_succeed().stdout;
        assert!(set.contains(printed) && shown.contains(printed), "{options:?}: {set}{shown}");
    }
    let json = workspace.json(&["product", "scale", "lid", "--json"]);
    assert_eq!(json["mm_per_px"], 0.04);
    assert_eq!(json["found"]["by"], "known_length");

    // A board with squares of 30 pixels, and a picture without one.
    let board = workspace.path("board.png");
    let picture = RgbImage::from_fn(300, 260, |x, y| {
        let inside = (30..270).contains(&x) && (30..240).contains(&y);
        let dark = (x / 30 + y / 30).is_multiple_of(2);
        Rgb(match (inside, dark) {
            (false, _) => [150; 3],
            (true, true) => [15; 3],
            (true, false) => [235; 3],
        })
    });
    picture.save(&board).unwrap();
    let found = scale(&["--checker", arg(&board), "--square-mm", "1.5"]).must_succeed().stdout;
    assert!(found.contains("0.0500 mm a pixel (by a checkerboard: 42 corners"), "{found}");
    assert!(found.contains("300 × 260 px"), "{found}");
    let bare = workspace.path("bare.png");
    RgbImage::from_pixel(200, 200, Rgb([90; 3])).save(&bare).unwrap();
    scale(&["--checker", arg(&bare), "--square-mm", "1.5"])
        .must_fail_with(&["No checkerboard is seen"]);
    let json = workspace.json(&["product", "scale", "lid", "--json"]);
    assert_eq!(json["found"]["by"], "checkerboard");

    // What does not go together, or is no length.
    for options in [
        &["--length-mm", "10"][..],
        &["--px", "10"],
        &["--square-mm", "10"],
        &["--mm-per-px", "0.1", "--clear"],
        &["--mm-per-px", "x"],
    ] {
        scale(options).must_fail_with(&["error"]);
    }
    for options in [&["--mm-per-px", "0"][..], &["--length-mm", "1", "--px", "0"]] {
        scale(options).must_fail_with(&["No camera has this scale"]);
    }
    workspace.run(&["product", "scale", "none"]).must_fail_with(&["none"]);
    scale(&["--clear"]).must_succeed();
    assert_eq!(workspace.json(&["product", "scale", "lid", "--json"]), serde_json::Value::Null);
    // The trail says who changed it.
    let trail = workspace.run(&["audit", "list"]).must_succeed().stdout;
    assert!(trail.contains("product_settings"), "{trail}");
}
