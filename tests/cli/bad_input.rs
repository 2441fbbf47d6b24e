//! Damaged, empty and mislabelled files: a clear message for each, and no data lost.

use std::fs;
use std::io::Write as _;

use fettle_testing::data::has_models;

use crate::harness::{TestWorkspace, arg, png};

#[test]
fn an_image_that_cannot_be_inspected_is_named_with_its_reason() {
    let workspace = TestWorkspace::new();
    let whole = png(1);
    // A header that promises 30,000 × 30,000 pixels, and nothing behind it.
    let mut huge = whole.clone();
    huge[16..20].copy_from_slice(&30_000_u32.to_be_bytes());
    huge[20..24].copy_from_slice(&30_000_u32.to_be_bytes());
    let crc = crc32(&huge[12..29]);
    huge[29..33].copy_from_slice(&crc.to_be_bytes());
    let cases: [(&str, &[u8], &str); 4] = [
        ("words.png", b"this is no image at all", "is not an image"),
        ("cut.png", &whole[..whole.len() / 2], "damaged or truncated"),
        ("empty.png", b"", "is empty (0 bytes)"),
        ("huge.png", &huge, "too large: 30000×30000"),
    ];
    for (name, bytes, says) in cases {
        let file = workspace.file(name, bytes);
        workspace.run(&["inspect", arg(&file)]).must_fail_with(&[name, says]);
    }
    let absent = workspace.path("absent.png");
    workspace.run(&["inspect", arg(&absent)]).must_fail_with(&["absent.png", "does not exist"]);
    // Nothing was recorded.
    assert_eq!(workspace.json(&["history", "--json"])["total"], 0);
}

#[test]
fn the_message_is_in_the_readers_language() {
    let workspace = TestWorkspace::new();
    let file = workspace.file("empty.png", b"");
    let output = workspace.run(&["--lang", "ko", "inspect", arg(&file)]);
    // clap takes the last of a repeated global option.
    output.must_fail_with(&["빈 파일(0바이트)"]);
}

#[test]
fn bad_images_do_not_keep_good_ones_out() {
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    let folder = workspace.path("normals");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("a.png"), png(1)).unwrap();
    fs::write(folder.join("b.png"), b"no image").unwrap();
    fs::write(folder.join("c.png"), png(2)).unwrap();
    let output = workspace.run(&["library", "add-normal", "p", arg(&folder)]).must_succeed();
    assert!(output.stdout.contains("2 images registered"), "{}", output.stdout);
    assert!(output.stderr.contains("b.png"), "{}", output.stderr);
    // Again: nothing is copied twice.
    let output = workspace.run(&["library", "add-normal", "p", arg(&folder)]).must_succeed();
    assert!(
        output.stdout.contains("0 images registered, 2 were already there"),
        "{}",
        output.stdout
    );
    assert_eq!(workspace.json(&["library", "list", "--json"])[0]["normal_images"], 2);
}

#[test]
fn a_zip_stands_for_the_images_in_it() {
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in
        [("a.png", png(1)), ("../../b.png", png(2)), ("c.png", b"no image".to_vec())]
    {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    let whole = workspace.file("parts.zip", &bytes);
    let output = workspace.run(&["library", "add-normal", "p", arg(&whole)]).must_succeed();
    assert!(output.stdout.contains("2 images registered"), "{}", output.stdout);
    assert!(output.stderr.contains("parts.zip/c.png"), "{}", output.stderr);
    let cut = workspace.file("cut.zip", &bytes[..bytes.len() / 2]);
    workspace
        .run(&["library", "add-normal", "p", arg(&cut)])
        .must_fail_with(&["cut.zip", "cannot be unpacked"]);
    assert_eq!(workspace.json(&["library", "list", "--json"])[0]["normal_images"], 2);
}

#[test]
fn a_pdf_that_cannot_be_a_manual_is_refused_and_not_registered() {
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    let cases: [(&str, Vec<u8>, &str); 7] = [
        ("old.hwp", b"\xD0\xCF\x11\xE0".to_vec(), "Save it in Hangul as HWPX or PDF"),
        ("cut.docx", b"PK\x03\x04".to_vec(), "is damaged"),
        ("picture.txt", b"\0\0\x01\x02".to_vec(), "cannot be read. Save it as UTF-8"),
        ("not.pdf", b"no PDF".to_vec(), "is not a PDF"),
        ("scan.pdf", pdf_without_text(), "has no text"),
        ("locked.pdf", encrypted_pdf(), "is encrypted"),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Cat".to_vec(), "is damaged"),
    ];
    for (name, bytes, says) in cases {
        let file = workspace.file(name, &bytes);
        workspace.run(&["library", "add-manual", "p", arg(&file)]).must_fail_with(&[name, says]);
    }
    assert_eq!(workspace.json(&["library", "list", "--json"])[0]["manuals"], serde_json::json!([]));
}

#[test]
fn a_corrupt_index_says_how_to_rebuild_it_and_the_other_stages_run() {
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    let image = workspace.file("d.png", &png(3));
    workspace.run(&["library", "add-defect", "p", "hole", arg(&image)]).must_succeed();
    workspace.run(&["index", "build"]).must_succeed();
    let index = workspace.root().join("data/index/defects-efficientnet-lite0.index");
    for damage in [damaged as fn(&[u8]) -> Vec<u8>, halved] {
        let whole = fs::read(&index).unwrap();
        fs::write(&index, damage(&whole)).unwrap();
        workspace.run(&["index", "build"]).must_fail_with(&["fettle index build --rebuild"]);
        let inspected =
            workspace.json(&["inspect", arg(&image), "--product", "p", "--json", "--no-llm"]);
        assert_eq!(inspected["similarity"]["state"], "failed");
        let says = inspected["similarity"]["message"]
            .as_str()
            .or_else(|| inspected["similarity"]["result"]["message"].as_str());
        assert!(says.unwrap().contains("fettle index build --rebuild"), "{inspected}");
        assert_eq!(inspected["anomaly"]["result"]["reason"], "no_bank");
        workspace.run(&["index", "build", "--rebuild"]).must_succeed();
        assert_eq!(workspace.json(&["index", "info", "--json"])["images"], 1);
    }
    // One advice, which works, also where the whole file is something else.
    fs::write(&index, b"garbage".repeat(99)).unwrap();
    for args in [&["search", arg(&image)][..], &["index", "build"]] {
        let output = workspace.run(args);
        assert_eq!(output.stderr.matches("fettle index build").count(), 1, "{}", output.stderr);
        output.must_fail_with(&["defects-efficientnet-lite0.index", "index build --rebuild"]);
    }
    workspace.run(&["index", "build", "--rebuild"]).must_succeed();
    workspace.run(&["search", arg(&image)]).must_succeed();
    // A picture that is gone is named, whether the index knows it or not.
    let kept = "data/def_split/p_hole_1.png";
    fs::remove_file(workspace.root().join(kept)).unwrap();
    for args in [&["index", "build"][..], &["index", "build", "--rebuild"]] {
        let output = workspace.run(args).must_succeed();
        assert!(output.stderr.contains(kept), "{}", output.stderr);
        assert!(output.stderr.contains("is gone"), "{}", output.stderr);
    }
}

#[test]
fn weights_cut_short_are_named_and_the_image_is_still_recorded() {
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let workspace = TestWorkspace::new();
    let models = workspace.path("models");
    let dir = models.join("efficientnet-lite0");
    fs::create_dir_all(&dir).unwrap();
    let name = "efficientnet-lite0-57934424.pth";
    let real = workspace.run(&["models", "path", "efficientnet-lite0"]).must_succeed();
    let whole = fs::read(real.stdout.trim()).unwrap();
    // Right in size, wrong inside: half of it is zeros.
    let mut bytes = whole[..whole.len() / 2].to_vec();
    bytes.resize(whole.len(), 0);
    fs::write(dir.join(name), bytes).unwrap();
    let with_models = |args: &[&str]| {
        workspace
            .command(args)
            .env("FETTLE_MODELS", &models)
            .output()
            .map(crate::harness::RunOutput::from)
            .unwrap()
    };
    with_models(&["models", "verify"]).must_fail_with(&[name]);
    // Wrong in size: never loaded.
    fs::write(dir.join(name), &whole[..whole.len() / 2]).unwrap();
    let image = workspace.file("part.png", &png(1));
    let output = with_models(&["inspect", arg(&image), "--json"]).must_succeed();
    let inspected: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(inspected["verdict"], "unsure");
    let says = inspected["similarity"].to_string();
    assert!(says.contains(name) && says.contains("models pull"), "{says}");
    assert_eq!(inspected["id"], 1);
}

#[test]
fn a_corrupt_library_is_not_touched_and_its_files_can_be_found_again() {
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    let image = workspace.file("n.png", &png(1));
    workspace.run(&["library", "add-normal", "p", arg(&image)]).must_succeed();
    let database = workspace.root().join("data/fettle.db");
    for log in ["fettle.db-wal", "fettle.db-shm"] {
        let _absent = fs::remove_file(workspace.root().join("data").join(log));
    }
    fs::write(&database, b"this is not a database, and long enough to be looked at").unwrap();
    workspace.run(&["library", "list"]).must_fail_with(&["fettle.db", "fettle library scan"]);
    workspace.run(&["doctor"]).must_succeed();
    fs::remove_file(&database).unwrap();
    let output = workspace.run(&["library", "scan"]).must_succeed();
    assert!(output.stdout.contains("1 imported"), "{}", output.stdout);
    assert_eq!(workspace.json(&["library", "list", "--json"])[0]["normal_images"], 1);
}

fn damaged(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    bytes
}

fn halved(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.len() / 2].to_vec()
}

fn pdf_without_text() -> Vec<u8> {
    let mut document = krilla::Document::new();
    document.start_page().finish();
    document.finish().unwrap()
}

fn encrypted_pdf() -> Vec<u8> {
    use lopdf::{EncryptionState, EncryptionVersion, Permissions};
    let mut document = lopdf::Document::load_mem(&pdf_without_text()).unwrap();
    if document.trailer.get(b"ID").is_err() {
        let id = lopdf::Object::string_literal("0123456789abcdef");
        document.trailer.set("ID", vec![id.clone(), id]);
    }
    let state = EncryptionState::try_from(EncryptionVersion::V2 {
        document: &document,
        owner_password: "owner",
        user_password: "user",
        key_length: 128,
        permissions: Permissions::all(),
    })
    .unwrap();
    document.encrypt(&state).unwrap();
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

/// The checksum of a PNG chunk.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}
