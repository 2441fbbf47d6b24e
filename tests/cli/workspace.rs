//! One workspace, several processes; a disk that fills up.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use fettle_testing::data::{Skip, has_models, skipped};

use crate::harness::{RunOutput, TestWorkspace, arg, png};

#[test]
fn two_processes_register_into_one_workspace() {
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    let folders = ["first", "second"].map(|name| {
        let folder = workspace.path(name);
        std::fs::create_dir(&folder).unwrap();
        for n in 0..10 {
            let noise = n + if name == "first" { 1 } else { 101 };
            std::fs::write(folder.join(format!("{n}.png")), png(noise)).unwrap();
        }
        folder
    });
    thread::scope(|scope| {
        let runs = folders.each_ref().map(|folder| {
            scope.spawn(|| workspace.run(&["library", "add-normal", "p", arg(folder)]))
        });
        for run in runs {
            let output = run.join().unwrap().must_succeed();
            assert!(output.stdout.contains("10 images registered"), "{}", output.stdout);
        }
    });
    assert_eq!(workspace.json(&["library", "list", "--json"])[0]["normal_images"], 20);
    let files = std::fs::read_dir(workspace.root().join("data/patchCore/p/ok")).unwrap().count();
    assert_eq!(files, 20);
}

#[test]
fn two_processes_inspect_in_one_workspace() {
    let workspace = TestWorkspace::new();
    let image = workspace.file("part.png", &png(1));
    thread::scope(|scope| {
        let runs: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| workspace.json(&["inspect", arg(&image), "--json"])["id"].clone())
            })
            .collect();
        let mut ids: Vec<i64> =
            runs.into_iter().map(|run| run.join().unwrap().as_i64().unwrap()).collect();
        ids.sort_unstable();
        assert_eq!(ids, [1, 2, 3, 4]);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_nothing_registered_is_lost() {
    let outside = tempfile::TempDir::new().unwrap();
    let Some(disk) = SmallDisk::mount(outside.path(), "1m") else { return };
    let workspace = TestWorkspace::at(&outside.path().join("workspace"));
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    let small = workspace.file("small.png", &png(1));
    workspace.run(&["library", "add-normal", "p", arg(&small)]).must_succeed();
    let filler = outside.path().join("filler");
    fill(&filler);
    let large = workspace.file("large.png", &noise_png());
    workspace.run(&["library", "add-normal", "p", arg(&large)]).must_fail_with(&["disk is full"]);
    std::fs::remove_file(&filler).unwrap();
    assert_eq!(workspace.json(&["library", "list", "--json"])[0]["normal_images"], 1);
    workspace.run(&["library", "add-normal", "p", arg(&large)]).must_succeed();
    drop(disk);
}

/// A file system of its own, gone with the value.
pub(crate) struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    pub(crate) fn mount(at: &Path, size: &str) -> Option<Self> {
        let option = format!("size={size}");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &option, "fettle-test"])
            .arg(at)
            .stderr(Stdio::null())
            .status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self(at.to_owned()));
        }
        skipped(Skip::Privilege, "to mount a tmpfs");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _unmounted = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Writes until nothing more fits.
pub(crate) fn fill(path: &Path) {
    use std::io::Write;
    let mut file = std::fs::File::create(path).unwrap();
    for size in [4096, 512] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}

/// Some hundred kilobytes that do not compress.
fn noise_png() -> Vec<u8> {
    let mut state = 1_u32;
    let picture = image::RgbImage::from_fn(300, 300, |_, _| {
        image::Rgb([0; 3].map(|_: u8| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        }))
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[cfg(unix)]
#[test]
fn ctrl_c_cancels_a_fit_and_the_old_bank_stays() {
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    let folder = workspace.path("normals");
    std::fs::create_dir(&folder).unwrap();
    for n in 0..60 {
        std::fs::write(folder.join(format!("{n}.png")), png(n)).unwrap();
    }
    workspace.run(&["library", "add-normal", "p", arg(&folder)]).must_succeed();
    workspace.run(&["bank", "fit", "p"]).must_succeed();
    let mut fit = workspace.command(&["bank", "fit", "p", "--ratio", "1"]);
    let fit = fit.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    thread::sleep(std::time::Duration::from_millis(600));
    let pid = fit.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = fit.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    RunOutput::from(output).must_fail_with(&["Cancelled"]);
    assert_eq!(workspace.json(&["bank", "info", "p", "--json"])["bank"]["version"], 1);
}

#[test]
fn a_manual_that_somebody_writes_over_is_the_next_version() {
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    workspace.run(&["library", "add-defect", "p", "hole", "--name-ko", "기공"]).must_succeed();
    let says = |cause: &str| format!("기공\n원인\n- {cause}\n조치\n- 탈기 강화\n");
    let file = workspace.file("manual.txt", says("탈기 불량").as_bytes());
    workspace.run(&["library", "add-manual", "p", arg(&file)]).must_succeed();
    let causes = || {
        let read = workspace.json(&["manual", "ingest", "p", "--json"]);
        read[0]["text"]["sections"][0]["causes"][0]["text"].as_str().unwrap().to_owned()
    };
    assert_eq!(causes(), "탈기 불량");
    let stored = workspace.root().join("manual_store/p_manual.txt");
    std::fs::write(stored, says("습기")).unwrap();
    assert_eq!(causes(), "습기");
    let versions = workspace.json(&["manual", "versions", "p", "--json"]);
    let state = |at: usize| {
        let version = &versions[at];
        (version["manual"]["id"].as_i64(), version["replaced_at"].is_null(), &version["cited"])
    };
    let none = serde_json::json!(0);
    assert_eq!([state(0), state(1)], [(Some(1), false, &none), (Some(2), true, &none)]);
    let listed = workspace.run(&["manual", "versions"]).must_succeed();
    assert!(listed.stdout.contains("in force until"), "{}", listed.stdout);
    workspace.run(&["manual", "remove", "2"]).must_succeed();
    workspace.run(&["manual", "remove", "2"]).must_fail_with(&["2"]);
    assert_eq!(workspace.json(&["manual", "ingest", "p", "--json"]), serde_json::json!([]));
}
