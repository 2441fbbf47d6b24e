//! Things under a file's name that are no files, names that a terminal would obey, settings without
//! sense: said in words, at once.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::harness::{RunOutput, TestWorkspace, arg, png};

/// Longest time of a command that has nothing to compute.
const LIMIT: Duration = Duration::from_secs(30);

/// Runs a command that must end by itself.
#[track_caller]
fn run_limited(workspace: &TestWorkspace, args: &[&str]) -> RunOutput {
    let mut command = workspace.command(args);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > LIMIT {
            child.kill().unwrap();
            panic!("{args:?} hangs");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    RunOutput::from(child.wait_with_output().unwrap())
}

fn named_pipe(path: PathBuf) -> PathBuf {
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    path
}

#[test]
fn what_is_no_file_is_refused_by_name_and_at_once() {
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    let socket = workspace.path("socket.png");
    let _bound = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let link = workspace.path("link.png");
    std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
    let pipe = |name: &str| named_pipe(workspace.path(name));
    let add = |kind| ["library", kind, "p"];
    for (args, path, what) in [
        (&["inspect"][..], pipe("part.png"), "a named pipe"),
        (&["inspect"], socket, "a socket"),
        (&["inspect"], link, "a device"),
        (&["search"], pipe("query.png"), "a named pipe"),
        (&add("add-normal"), pipe("ok.png"), "a named pipe"),
        (&add("add-normal"), pipe("ok.zip"), "a named pipe"),
        (&add("add-manual"), pipe("manual.pdf"), "a named pipe"),
    ] {
        let args = [args, &[arg(&path)]].concat();
        let name = path.file_name().unwrap().to_str().unwrap();
        let output = run_limited(&workspace, &args);
        let said = format!("{}{}", output.stdout, output.stderr);
        assert!(said.contains(what) && said.contains(name), "{args:?}: {said}");
    }
    // The settings themselves: the defaults, with a word.
    named_pipe(workspace.root().join("settings.json"));
    let output = run_limited(&workspace, &["library", "list"]).must_succeed();
    assert!(output.stderr.contains("it is a named pipe"), "{}", output.stderr);
}

#[test]
fn a_folder_that_leads_into_itself_ends() {
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    let folder = workspace.path("parts");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("1.png"), png(1)).unwrap();
    std::os::unix::fs::symlink(&folder, folder.join("again")).unwrap();
    named_pipe(folder.join("2.png"));
    let args = ["library", "add-normal", "p", arg(&folder), "--recursive"];
    let output = run_limited(&workspace, &args);
    let said = format!("{}{}", output.stdout, output.stderr);
    assert!(said.contains("1 image") && said.contains("a named pipe"), "{said}");
}

#[test]
fn a_name_does_nothing_to_the_terminal() {
    let workspace = TestWorkspace::new();
    let name = "\u{1b}[2Jpart\n# OK\n.png";
    let absent = workspace.path(name);
    let said = workspace.run(&["inspect", arg(&absent)]).must_fail_with(&["\\u001b[2Jpart\\u000a"]);
    assert!(!said.stderr.contains('\u{1b}'), "{:?}", said.stderr);
    std::fs::create_dir_all(workspace.root()).unwrap();
    let settings = "{\"\\u001b]0;x\\u0007\": 1, \"threads\": 65536}";
    std::fs::write(workspace.root().join("settings.json"), settings).unwrap();
    let said = run_limited(&workspace, &["doctor"]).must_succeed().stderr;
    assert!(said.contains("65536 is too large") && said.contains("\\u001b]0;x"), "{said}");
    assert!(!said.contains('\u{1b}') && !said.contains('\u{7}'), "{said:?}");
}

#[test]
fn a_database_reads_nothing_outside_of_its_workspace() {
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    let manual =
        workspace.file("manual.txt", "# hole\n\ncause\n- sand\n\naction\n- dry\n".as_bytes());
    workspace.run(&["library", "add-manual", "p", arg(&manual)]).must_succeed();
    let secret = workspace.file("secret.txt", b"# secret\n\nthe password is hunter2\n");
    let database = workspace.root().join("data/fettle.db");
    let connection = rusqlite::Connection::open(&database).unwrap();
    let changed =
        connection.execute("UPDATE manuals SET path = ?1", ["manual_store/../../secret.txt"]);
    assert_eq!(changed.unwrap(), 1);
    assert!(Path::new(&secret).exists());
    let output = workspace.run(&["manual", "ingest"]);
    let said = format!("{}{}", output.stdout, output.stderr);
    assert!(!said.contains("hunter2") && !said.contains("1 section"), "{said}");
}
