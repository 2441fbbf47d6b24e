//! How commands end: when nothing can be printed, when the disk is full, when the system asks them to.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use fettle_testing::data::has_models;

use crate::harness::{RunOutput, TestWorkspace, arg, png};
use crate::workspace::{SmallDisk, fill};

/// Longest time from the signal to the end: the program's own grace, and a slow machine.
const LIMIT: Duration = Duration::from_secs(90);
/// Exit status of a cancelled command.
const CANCELLED: i32 = 130;

/// A workspace with a product, an inspection and settings that are warned about.
fn workspace() -> TestWorkspace {
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    let part = workspace.file("part.png", &png(1));
    workspace.run(&["inspect", arg(&part), "-p", "p", "--no-llm"]).must_succeed();
    std::fs::write(workspace.root().join("settings.json"), r#"{"threads": 65536}"#).unwrap();
    workspace
}

/// Commands that print, one of each way to do it.
const PRINTING: &[&[&str]] = &[
    &["--help"],
    &["--version"],
    &["doctor"],
    &["doctor", "--json"],
    &["library", "list"],
    &["history"],
    &["history", "--json"],
    &["history", "judge", "1", "ng"],
    &["actions", "list"],
    &["index", "info"],
    &["models", "list"],
];

#[test]
fn what_cannot_be_printed_is_an_exit_status() {
    let workspace = workspace();
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    for args in PRINTING {
        let before = workspace.run(args);
        let output =
            workspace.command(args).stdout(full()).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!said.contains("panicked"), "{args:?}: {said}");
        // Nor where the complaint cannot be written either.
        let silent = workspace.command(args).stdout(full()).stderr(full()).status().unwrap();
        assert_eq!(silent.code(), Some(1), "{args:?}");
        // A reader that has enough is no failure.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let closed = workspace.command(args).stdout(writer).stderr(full()).status().unwrap();
        assert_eq!(closed.success(), before.ok, "{args:?}: {closed}");
    }
    let mut list = workspace.command(&["library", "list"]);
    let said = list.stdout(full()).stderr(Stdio::piped()).output().unwrap();
    RunOutput::from(said).must_fail_with(&["could not be written"]);
    // What the command did is done.
    assert_eq!(workspace.json(&["history", "--json"])["rows"][0]["judged"], "ng");
}

#[test]
fn a_verdict_is_given_on_a_full_disk() {
    let outside = tempfile::TempDir::new().unwrap();
    let Some(_disk) = SmallDisk::mount(outside.path(), "1m") else { return };
    let workspace = TestWorkspace::at(&outside.path().join("workspace"));
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    let part = workspace.file("part.png", &png(1));
    let inspect = ["inspect", arg(&part), "-p", "p", "--no-llm", "--exit-code"];
    assert_eq!(workspace.command(&inspect).output().unwrap().status.code(), Some(3));
    let filler = outside.path().join("filler");
    fill(&filler);
    let output = workspace.command(&inspect).output().unwrap();
    let status = output.status.code();
    let said = RunOutput::from(output);
    assert_eq!(status, Some(1), "{}{}", said.stdout, said.stderr);
    assert!(said.stdout.contains("Verdict: unsure"), "{}{}", said.stdout, said.stderr);
    said.must_fail_with(&["not recorded", "disk is full"]);
    std::fs::remove_file(&filler).unwrap();
    // Nothing half is left, and there is room again.
    assert_eq!(workspace.json(&["history", "--json"])["total"], 1);
    assert_eq!(workspace.command(&inspect).output().unwrap().status.code(), Some(3));
}

#[cfg(target_os = "linux")]
#[test]
fn asked_to_end_every_command_ends_whatever_it_does() {
    let workspace = workspace();
    let banks = workspace.root().join("data/banks/p");
    std::fs::create_dir_all(&banks).unwrap();
    let lock = |path: &Path| {
        let file = File::options().create(true).append(true).open(path).unwrap();
        file.lock().unwrap();
        file
    };
    for signal in ["TERM", "HUP"] {
        // Where another process makes the product's bank.
        let held = lock(&banks.join(".lock"));
        let waiting = start(&workspace, &["bank", "fit", "p"]);
        assert_eq!(ended(waiting, signal).code(), Some(CANCELLED), "{signal}: the bank's lock");
        drop(held);
        // Where another process has the library for itself.
        let held = lock(&workspace.root().join("data/fettle.lock"));
        let waiting = start(&workspace, &["library", "list"]);
        assert_eq!(ended(waiting, signal).code(), Some(CANCELLED), "{signal}: the library's lock");
        drop(held);
    }
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let folder = workspace.path("normals");
    std::fs::create_dir(&folder).unwrap();
    for n in 0..60 {
        std::fs::write(folder.join(format!("{n}.png")), png(n)).unwrap();
    }
    workspace.run(&["library", "add-normal", "p", arg(&folder)]).must_succeed();
    for signal in ["TERM", "HUP"] {
        let fit = start(&workspace, &["bank", "fit", "p", "--ratio", "1"]);
        until(|| {
            std::fs::read_dir(workspace.root().join("data/unfinished"))
                .is_ok_and(|it| it.count() > 0)
        });
        assert_eq!(ended(fit, signal).code(), Some(CANCELLED), "{signal}: a fit");
        let left = std::fs::read_dir(&banks).unwrap().flatten().map(|entry| entry.file_name());
        assert_eq!(left.collect::<Vec<_>>(), [".lock"], "{signal}: no bank, and nothing half");
    }
}

/// Starts a command and waits until it listens to signals.
fn start(workspace: &TestWorkspace, args: &[&str]) -> Child {
    let mut command = workspace.command(args);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    // Bit 14 of the mask of caught signals is SIGTERM.
    let listens = || {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let caught = text.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        caught
            .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
            .is_some_and(|mask| mask & 1 << 14 != 0)
    };
    until(listens);
    child
}

/// Sends the signal, and waits for the end.
fn ended(mut child: Child, signal: &str) -> ExitStatus {
    let id = child.id().to_string();
    assert!(Command::new("kill").args([&format!("-{signal}"), &id]).status().unwrap().success());
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if begun.elapsed() > LIMIT {
            child.kill().unwrap();
            panic!("SIG{signal} does not end it");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits for something that happens.
fn until(happens: impl Fn() -> bool) {
    let begun = Instant::now();
    while !happens() {
        assert!(begun.elapsed() < LIMIT, "it never happens");
        std::thread::sleep(Duration::from_millis(10));
    }
}
