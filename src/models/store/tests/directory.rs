use std::fs;
use std::path::Path;

use serde_json::json;

use super::scene::{PARTS, Scene, sha256, write};
use crate::ModelsError;
use crate::store::{PullOptions, Verdict};
use fettle_domain::{ContentHash, NullProgress};

#[test]
fn a_directory_may_hold_the_file_in_many_forms() {
    type Put = fn(&Scene, &Path);
    let forms: [(&str, Put); 9] = [
        ("<id>/<file>", |s, d| write(d.join("m/weights.bin"), &s.content)),
        ("<file>", |s, d| write(d.join("weights.bin"), &s.content)),
        ("deeper", |s, d| write(d.join("a/b/weights.bin"), &s.content)),
        ("another name", |s, d| write(d.join("download (1)"), &s.content)),
        ("numbered parts", |s, d| {
            for n in 1..=PARTS {
                write(d.join(format!("weights.bin.{n:03}")), s.piece(n));
            }
        }),
        ("named parts", |s, d| {
            for (n, piece) in s.content.chunks(20_000).enumerate() {
                write(d.join(format!("weights.bin.part{n}")), piece);
            }
        }),
        ("wheels", |s, d| {
            for n in 1..=PARTS {
                let wheel = s.wheel(n);
                fs::copy(&wheel, d.join(wheel.file_name().unwrap())).unwrap();
            }
        }),
        ("members", |s, d| {
            for n in 1..=PARTS {
                write(d.join(format!("fettle_test_part{n}/data/part.bin")), s.piece(n));
            }
        }),
        ("after wrong ones", |s, d| {
            write(d.join("m/weights.bin"), b"too short");
            write(d.join("weights.bin"), &vec![0; s.content.len()]);
            write(d.join("weights.bin.part1"), b"x");
            write(d.join("right"), &s.content);
        }),
    ];
    for (form, put) in forms {
        let scene = Scene::new();
        let usb = scene.dir.path().join("usb");
        fs::create_dir(&usb).unwrap();
        put(&scene, &usb);
        let report = scene.pull(&scene.store(), &scene.from(usb.clone())).unwrap();
        assert!(scene.is_whole(), "{form}");
        assert_eq!(report.files[0].source, Some(usb.display().to_string()), "{form}");
        assert_eq!(scene.left(), [""; 0], "{form}");
    }
}

#[test]
fn a_directory_without_the_file_is_an_error() {
    let scene = Scene::new();
    let usb = scene.dir.path().join("usb");
    write(usb.join("weights.bin"), b"too short");
    let error = scene.pull(&scene.store(), &scene.from(usb.clone())).unwrap_err().to_string();
    assert!(error.contains("it has 9 bytes, not 300000"), "{error}");

    let absent = scene.dir.path().join("absent");
    let error = scene.pull(&scene.store(), &scene.from(absent)).unwrap_err();
    assert!(matches!(error, ModelsError::Io { .. }), "{error}");

    let offline = PullOptions { offline: true, ..PullOptions::default() };
    let error = scene.pull(&scene.store(), &offline).unwrap_err().to_string();
    assert!(error.contains("no place for it"), "{error}");
}

#[test]
fn without_a_known_hash_only_the_full_path_counts() {
    let scene = Scene::new();
    let store = scene.store_with(json!(null), json!(null), json!([]));
    let usb = scene.dir.path().join("usb");
    write(usb.join("weights.bin"), &scene.content);
    assert!(scene.pull(&store, &scene.from(usb.clone())).is_err());
    write(usb.join("m/weights.bin"), &scene.content);
    scene.pull(&store, &scene.from(usb)).unwrap();

    let verdict = || store.verify(&scene.id, &NullProgress).unwrap()[0].verdict.clone();
    assert_eq!(verdict(), Verdict::AsFetched);
    fs::write(scene.file(), b"changed").unwrap();
    assert_eq!(verdict(), Verdict::Differs(ContentHash(sha256(&scene.content))));
    fs::remove_file(scene.models().join("m/SHA256SUMS")).unwrap();
    assert_eq!(verdict(), Verdict::Unknown);
}
