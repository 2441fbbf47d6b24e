//! Folders and zips as people copy them: every file is registered, refused with its reason, or said
//! to be passed over.

use std::path::{Path, PathBuf};

use fettle_testing::data::shared;
use serde_json::Value;

use crate::harness::{TestWorkspace, arg, png};

/// A JPEG of 32×32 pixels.
fn jpeg(shade: u8) -> Vec<u8> {
    let picture =
        image::RgbImage::from_fn(32, 32, |x, y| image::Rgb([shade, (x * 8) as u8, (y * 8) as u8]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

fn workspace_with_product() -> TestWorkspace {
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    workspace
}

fn put(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// Counts of a registration's JSON.
fn counts(outcome: &Value) -> [usize; 4] {
    ["new", "known", "refused", "passed_over"].map(|name| outcome[name].as_array().unwrap().len())
}

#[test]
fn a_folder_is_taken_by_content_and_all_else_is_accounted_for() {
    let workspace = workspace_with_product();
    let folder = workspace.path("copied");
    for (name, bytes) in [
        ("ok_0.png", png(1)),
        ("ok_8.jfif", jpeg(1)),
        ("ok_9.jpe", jpeg(2)),
        ("no_ending", jpeg(3)),
        ("._ok_0.png", b"\0\x05\x16\x07\0\x02".to_vec()),
        (".DS_Store", b"-".to_vec()),
        ("Thumbs.db", b"-".to_vec()),
        ("desktop.ini", b"-".to_vec()),
        ("__MACOSX/ok_0.png", png(1)),
        ("clip.gif", b"GIF89a".to_vec()),
        ("IMG_1.HEIC", b"\0\0\0\x18ftypheic".to_vec()),
        ("notes.txt", b"notes".to_vec()),
        ("2024-05-01/cam1_0.png", png(4)),
        ("2024-05-02/line A/cam1_0.png", png(5)),
    ] {
        put(&folder.join(name), &bytes);
    }
    let output = workspace.run(&["library", "add-normal", "p", arg(&folder)]).must_succeed();
    for said in [
        "4 images registered",
        "2 could not be registered",
        "1 file is no image",
        "notes.txt",
        "2 sub-folders with 2 images",
        "--recursive",
    ] {
        assert!(output.stdout.contains(said), "no {said:?} in {}", output.stdout);
    }
    let refused: Vec<&str> =
        output.stderr.lines().filter(|line| line.starts_with("Not registered")).collect();
    assert_eq!(refused.len(), 2, "{refused:?}");
    for litter in ["._ok_0", ".DS_Store", "Thumbs", "desktop", "__MACOSX"] {
        assert!(!output.stdout.contains(litter) && !output.stderr.contains(litter), "{litter}");
    }
    let json = ["library", "add-normal", "p", arg(&folder), "-r", "--json"];
    let outcome = workspace.json(&json);
    assert_eq!(counts(&outcome), [2, 4, 2, 1]);
    assert_eq!(outcome["subfolders"]["images"], 0);
}

#[test]
fn nothing_registered_is_a_failure_also_as_json() {
    let workspace = workspace_with_product();
    let place = |name: &str, files: &[(&str, &[u8])]| -> PathBuf {
        let folder = workspace.path(name);
        std::fs::create_dir(&folder).unwrap();
        for (file, bytes) in files {
            put(&folder.join(file), bytes);
        }
        folder
    };
    let picture = png(1);
    let cases: [(PathBuf, &[&str]); 4] = [
        (
            place("only_subfolders", &[("a/0.png", &picture), ("b/0.png", &picture)]),
            &["only_subfolders", "2 in 2 sub-folders", "--recursive"],
        ),
        (place("empty", &[]), &["empty", "no image in the folder"]),
        (place("texts", &[("a.txt", b"-"), (".DS_Store", b"-")]), &["no image in the folder"]),
        (place("broken", &[("a.png", b"no picture")]), &["a.png", "not an image"]),
    ];
    for (folder, says) in &cases {
        for json in [&[][..], &["--json"]] {
            let args = [&["library", "add-normal", "p", arg(folder)], json].concat();
            workspace.run(&args).must_fail_with(says);
            let args = [&["library", "add-defect", "p", "hole", arg(folder)], json].concat();
            workspace.run(&args).must_fail_with(says);
        }
    }
    // What is known already is no failure.
    let only = &cases[0].0;
    let args = ["library", "add-normal", "p", arg(only), "--recursive", "--json"];
    assert_eq!(counts(&workspace.json(&args))[..2], [1, 1]);
    assert_eq!(counts(&workspace.json(&args))[..2], [0, 2]);
}

#[test]
fn the_copied_folder_and_the_zips_that_failed() {
    let Some(cases) = shared("data/cases") else { return };
    let workspace = workspace_with_product();
    let folder = cases.join("19-folder-as-copied/good");
    let outcome = workspace.json(&["library", "add-normal", "p", arg(&folder), "--json"]);
    assert_eq!(counts(&outcome), [5, 0, 0, 0]);
    assert_eq!(outcome["subfolders"], serde_json::json!({ "folders": 2, "images": 4 }));
    let only = cases.join("19-folder-as-copied/only_subfolders");
    workspace
        .run(&["library", "add-normal", "p", arg(&only), "--json"])
        .must_fail_with(&["2 in 2 sub-folders"]);
    // Twelve files: those that are read are taken, each other one is named.
    let formats = cases.join("10-other-formats");
    let outcome = workspace.json(&["library", "add-normal", "p", arg(&formats), "--json"]);
    let [new, _, refused, passed_over] = counts(&outcome);
    assert!(new >= 2, "{outcome}");
    assert_eq!((new + refused, passed_over), (12, 0), "{outcome}");
    for (name, says) in [
        ("lzma_method.zip", &["packed with LZMA", "not read"][..]),
        ("sevenzip_called.zip", &["a 7z archive"]),
        ("cut_download.zip", &["its end is missing", "Download or copy it again"]),
        ("zip_in_zip.zip", &["zip_in_zip.zip/", "an archive within"]),
    ] {
        let zip = cases.join("21-zips").join(name);
        let output = workspace.run(&["library", "add-normal", "p", arg(&zip)]);
        assert!(!output.stderr.contains("password"), "{}", output.stderr);
        output.must_fail_with(&[&[name], says].concat());
    }
}

#[test]
fn a_code_is_the_same_however_it_is_typed() {
    const LEATHER: &str = "\u{1100}\u{1161}\u{110c}\u{116e}\u{11a8}";
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", LEATHER, "--name-ko", LEATHER]).must_succeed();
    workspace.run(&["library", "add-product", "가죽"]).must_succeed();
    let listed = workspace.json(&["library", "list", "--json"]);
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed[0]["product"]["code"], "가죽");
    assert_eq!(listed[0]["product"]["name_ko"], "가죽");
    let image = workspace.file("n.png", &png(1));
    workspace.run(&["library", "add-normal", LEATHER, arg(&image)]).must_succeed();
    // Folders of the workspace, as a Mac writes their names.
    put(&workspace.root().join(format!("data/patchCore/{LEATHER}/ok/a.png")), &png(2));
    put(&workspace.root().join(format!("data/def_split/{LEATHER}_hole_1.png")), &png(3));
    workspace.run(&["library", "scan"]).must_succeed();
    let listed = workspace.json(&["library", "list", "--json"]);
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed[0]["normal_images"], 2);
    // A letter that nobody sees.
    workspace.run(&["library", "add-product", "p\u{3164}"]).must_fail_with(&["cannot be a code"]);
}

#[test]
fn a_database_that_cannot_be_opened_says_why_and_what_to_do() {
    for file in ["fettle.db-shm", "fettle.db-wal"] {
        let workspace = workspace_with_product();
        let folder = workspace.root().join("data").join(file);
        let _absent = std::fs::remove_file(&folder);
        std::fs::create_dir(&folder).unwrap();
        workspace.run(&["library", "list"]).must_fail_with(&[
            file,
            "is a folder",
            "network drive",
            "local disk",
        ]);
        let doctor = workspace.run(&["doctor"]).must_succeed();
        assert!(doctor.stdout.contains("local disk"), "{}", doctor.stdout);
    }
}

#[test]
fn a_registered_picture_that_is_gone_is_named() {
    let workspace = workspace_with_product();
    let image = workspace.file("d.png", &png(3));
    workspace.run(&["library", "add-defect", "p", "hole", arg(&image)]).must_succeed();
    let kept = "data/def_split/p_hole_1.png";
    std::fs::remove_file(workspace.root().join(kept)).unwrap();
    let said = workspace.run(&["library", "scan"]).must_succeed().stderr;
    assert!(said.contains(kept) && said.contains("is gone"), "{said}");
    // The way out works.
    workspace.run(&["library", "remove", kept]).must_succeed();
    let said = workspace.run(&["library", "scan"]).must_succeed().stderr;
    assert_eq!(said, "");
}
