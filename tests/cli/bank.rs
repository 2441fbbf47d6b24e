//! `fettle bank add` and `undo`: extending a memory bank, and its previous version.

use std::io::{Cursor, Write as _};
use std::process::Stdio;

use fettle_testing::data::has_models;

use crate::harness::{TestWorkspace, arg, png};

/// A normal part unlike the others: a checkerboard instead of a gradient.
fn checkerboard_png() -> Vec<u8> {
    let picture = image::RgbImage::from_fn(64, 64, |x, y| {
        let bright = (x / 8 + y / 8) % 2 == 0;
        image::Rgb(if bright { [250, 240, 30] } else { [10, 20, 160] })
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A workspace with product `p` and a memory bank of twelve normal images.
fn fitted() -> TestWorkspace {
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    let folder = workspace.path("normals");
    std::fs::create_dir(&folder).unwrap();
    for n in 0..12 {
        std::fs::write(folder.join(format!("{n}.png")), png(n)).unwrap();
    }
    workspace.run(&["library", "add-normal", "p", arg(&folder)]).must_succeed();
    workspace.run(&["bank", "fit", "p"]).must_succeed();
    workspace
}

#[test]
fn a_part_called_ng_is_added_as_normal_after_a_preview_and_taken_back() {
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let workspace = fitted();
    let odd = workspace.file("odd.png", &checkerboard_png());
    let verdict = || {
        let found = workspace.json(&["inspect", arg(&odd), "--product", "p", "--json", "--no-llm"]);
        (found["verdict"].clone(), found["anomaly"]["result"]["bank"]["version"].clone())
    };
    let registered = || workspace.json(&["library", "list", "--json"])[0]["normal_images"].clone();
    let info = || workspace.json(&["bank", "info", "p", "--json"]);
    assert_eq!(verdict(), ("ng".into(), 1.into()));
    let known = workspace.path("normals/3.png");
    workspace.run(&["inspect", arg(&known), "--product", "p", "--no-llm"]).must_succeed();

    // The preview names the one inspection that would change, and changes nothing.
    let preview = workspace.json(&["bank", "add", "p", arg(&odd), "--preview", "--json"]);
    let impact = &preview["impact"];
    assert_eq!((&impact["rescored"], &impact["changed"][1]), (&2.into(), &().into()));
    let change = &impact["changed"][0];
    assert_eq!((&change["before"], &change["after"]), (&"ng".into(), &"ok".into()));
    assert!(change["source"].as_str().unwrap().ends_with("odd.png"));
    assert!(preview["added"][0]["rows"].as_u64().unwrap() > 0);
    assert_eq!((info()["bank"]["version"].clone(), registered()), (1.into(), 12.into()));
    assert_eq!(verdict(), ("ng".into(), 1.into()));

    // Added for good; an image that the bank has already is reported.
    let said = workspace.run(&["bank", "add", "p", arg(&odd), arg(&known)]).must_succeed().stdout;
    assert!(said.contains("bank version 2 extends version 1"), "{said}");
    assert!(said.contains("knows this image already") && said.contains("3.png"), "{said}");
    assert_eq!(registered(), 13);
    // As the preview said: the part is one of the bank's, and so is the light that it was taken in.
    assert_eq!(verdict(), ("ok".into(), 2.into()));
    assert_eq!((&info()["images"], &info()["unseen_images"]), (&13.into(), &0.into()));
    let again = workspace.json(&["bank", "add", "p", arg(&odd), "--json"]);
    assert_eq!(
        (&again["bank"]["version"], again["known"].as_array().unwrap().len()),
        (&2.into(), 1)
    );

    // Undone, with the registration of the image.
    let said = workspace.run(&["bank", "undo", "p"]).must_succeed().stdout;
    assert!(said.contains("version 1 is in use again"), "{said}");
    assert_eq!((registered(), verdict()), (12.into(), ("ng".into(), 1.into())));
    let list = workspace.run(&["bank", "list", "p"]).must_succeed().stdout;
    let lines: Vec<&str> = list.lines().collect();
    assert!(lines[0].starts_with("version 1 ") && lines[0].ends_with("in use"), "{list}");
    assert!(lines[1].contains("13 images") && lines[1].ends_with("extends version 1"), "{list}");
    workspace.run(&["bank", "undo", "p"]).must_fail_with(&["no memory bank before"]);
}

#[test]
fn a_bank_grows_by_the_images_in_a_zip() {
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let workspace = fitted();
    let zip = |name: &str, entries: &[(&str, &[u8])]| {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        workspace.file(name, &zip.finish().unwrap().into_inner())
    };
    let parts = zip("parts.zip", &[("line 1/부품.png", &checkerboard_png()), ("3.png", &png(3))]);
    let torn = zip("torn.zip", &[("a.png", &checkerboard_png()), ("b.png", b"no picture")]);
    workspace.run(&["bank", "add", "p", arg(&torn)]).must_fail_with(&["torn.zip/b.png"]);
    assert_eq!(workspace.json(&["library", "list", "--json"])[0]["normal_images"], 12);

    let added = workspace.json(&["bank", "add", "p", arg(&parts), "--json"]);
    assert_eq!(added["bank"]["version"], 2);
    let [new, known] = [&added["added"][0]["path"], &added["known"][0]];
    assert!(new.as_str().unwrap().ends_with("parts.zip/line 1/부품.png"), "{added}");
    assert!(known.as_str().unwrap().ends_with("parts.zip/3.png"), "{added}");
    assert_eq!(workspace.json(&["library", "list", "--json"])[0]["normal_images"], 13);
}

#[test]
fn a_bank_that_cannot_grow_says_why_and_stays() {
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let workspace = fitted();
    let odd = workspace.file("odd.png", &checkerboard_png());
    let text = workspace.file("notes.png", b"no picture");
    workspace.run(&["bank", "add", "p", arg(&odd), arg(&text)]).must_fail_with(&["notes.png"]);
    workspace.run(&["bank", "add", "q", arg(&odd)]).must_fail_with(&["no product"]);
    workspace.run(&["library", "add-product", "q"]).must_succeed();
    workspace.run(&["bank", "add", "q", arg(&odd)]).must_fail_with(&["no memory bank yet"]);
    workspace.run(&["bank", "undo", "q"]).must_fail_with(&["no memory bank yet"]);
    assert_eq!(workspace.json(&["library", "list", "--json"])[0]["normal_images"], 12);
    // A file of an earlier format is named, with the command that replaces it.
    let banks = workspace.root().join("data/banks/p");
    for entry in std::fs::read_dir(banks).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "bank") {
            let mut bytes = std::fs::read(&path).unwrap();
            let written = br#"format\":3"#;
            let at = bytes.windows(written.len()).position(|part| part == written).unwrap();
            bytes[at + written.len() - 1] = b'1';
            std::fs::write(&path, bytes).unwrap();
        }
    }
    let refused = workspace.run(&["bank", "add", "p", arg(&odd)]);
    refused.must_fail_with(&["its format is 1", "fettle bank fit p"]);
    let list = workspace.run(&["bank", "list", "p"]).must_succeed().stdout;
    assert!(list.contains("its file cannot be read"), "{list}");
}

#[test]
fn two_fits_at_once_both_end_with_a_version_of_their_own() {
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    let folder = workspace.path("normals");
    std::fs::create_dir(&folder).unwrap();
    for n in 0..6 {
        std::fs::write(folder.join(format!("{n}.png")), png(n)).unwrap();
    }
    workspace.run(&["library", "add-normal", "p", arg(&folder)]).must_succeed();
    let fits: Vec<_> = (0..3)
        .map(|_| workspace.command(&["bank", "fit", "p"]).stdout(Stdio::null()).spawn().unwrap())
        .collect();
    for mut fit in fits {
        assert!(fit.wait().unwrap().success());
    }
    let banks = workspace.json(&["bank", "list", "p", "--json"]);
    let versions: Vec<u64> = banks
        .as_array()
        .unwrap()
        .iter()
        .map(|bank| bank["bank"]["version"].as_u64().unwrap())
        .collect();
    assert_eq!(versions, [1, 2, 3]);
    let active = banks.as_array().unwrap().iter().filter(|bank| bank["active"] == true).count();
    assert_eq!(active, 1, "{banks}");
    // Each has its file, and no file is without a bank.
    let files = std::fs::read_dir(workspace.root().join("data/banks/p")).unwrap();
    let banks = files
        .filter(|file| {
            file.as_ref().unwrap().path().extension().is_some_and(|ending| ending == "bank")
        })
        .count();
    assert_eq!(banks, 3);
}
