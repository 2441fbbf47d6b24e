//! The log of the server: its files, `fettle logs`, and the bundle of `fettle doctor`.

use std::io::Read as _;

use serde_json::Value;

use crate::harness::{TestWorkspace, arg, png};
use crate::live_server::{Field, LiveServer, copy};

/// A workspace whose server was asked a few things and stopped; the ids of two requests.
fn asked() -> (TestWorkspace, [String; 2]) {
    let server = LiveServer::start(TestWorkspace::new(), &[]);
    let id = |answer: &crate::live_server::Answer| answer.header("x-request-id").to_owned();
    let secret = "fettle_abcdef_secret";
    let bearer = format!("Bearer {secret}");
    let wrong = server.send("GET", "/api/v1/products", &[("authorization", &bearer)], Vec::new());
    assert_eq!(wrong.status, 401);
    server.get("/parts/1?link=1.secret").must_be(401);
    let image = [Field::File("image", "a.png", png(4))];
    let inspected = server.post_form("/api/v1/inspections", &image).must_be(201);
    let found = [id(&wrong), id(&inspected)];
    let root = server.workspace.root().to_owned();
    let kept = TestWorkspace::new();
    let (code, said) = server.terminate_and(|| copy(&root, kept.root()));
    assert_eq!(code, Some(0), "{said}");
    (kept, found)
}

#[test]
fn requests_and_jobs_are_found_in_the_log_by_their_numbers() {
    let (workspace, [wrong, inspected]) = asked();
    assert!(wrong.len() == 16 && wrong != inspected, "{wrong} {inspected}");
    let lines = workspace.run(&["logs", "--since", "1h", "--json"]).must_succeed().stdout;
    let entries: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let span = |entry: &Value, name: &str, key: &str| -> Option<Value> {
        let spans = entry["spans"].as_array()?;
        spans.iter().find(|span| span["name"] == name).map(|span| span[key].clone())
    };
    let of = |id: &str| -> Vec<&Value> {
        let id = Value::from(id);
        entries.iter().filter(|entry| span(entry, "request", "id").as_ref() == Some(&id)).collect()
    };
    let answered = of(&wrong);
    assert_eq!(answered.len(), 1, "{lines}");
    assert_eq!((&answered[0]["status"], &answered[0]["level"]), (&401.into(), &"INFO".into()));
    let route = span(answered[0], "request", "route");
    assert_eq!(route, Some("/api/v1/products".into()));
    // The job of an inspection stands below the request that asked for it.
    let job = of(&inspected).into_iter().find(|entry| entry["message"] == "job ended");
    let job = job.unwrap_or_else(|| panic!("{lines}"));
    assert_eq!((span(job, "job", "id"), &job["is_done"]), (Some(1.into()), &true.into()));
    // What lets somebody in is in no log.
    assert!(!lines.contains("secret"), "{lines}");

    let text = workspace.run(&["logs"]).must_succeed().stdout;
    assert!(
        text.contains(&format!("request{{id={wrong} ")) && text.contains("status=401"),
        "{text}"
    );
    workspace.run(&["logs", "--since", "1w"]).must_fail_with(&["30m"]);
}

#[test]
fn nothing_is_in_a_log_that_nobody_wrote() {
    let workspace = TestWorkspace::new();
    let empty = workspace.run(&["logs"]).must_succeed();
    assert!(empty.stdout.is_empty() && empty.stderr.contains("Nothing is in the log"));
    assert!(!workspace.root().exists(), "asking for a log makes no workspace");
}

#[test]
fn the_log_on_standard_error_is_json_where_it_is_asked_for() {
    let workspace = TestWorkspace::new();
    let none = workspace.path("none.png");
    // What failed is in the log, beside what a person is told.
    let run = workspace.run(&["--log-format", "json", "-vv", "inspect", arg(&none)]);
    let entries: Vec<_> = run.stderr.lines().filter(|line| line.starts_with('{')).collect();
    assert!(entries.iter().any(|line| line.contains("job failed")), "{}", run.stderr);
    for line in entries {
        let entry: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert!(entry["timestamp"].is_string() && entry["level"].is_string(), "{line}");
    }
}

#[test]
fn a_bundle_has_what_helps_and_no_secret_and_no_picture() {
    let (workspace, [wrong, _]) = asked();
    let settings = r#"{"language": "en", "colour": "secret-of-mine",
        "remote": {"chat": {"address": "https://me:secret@host/v1", "model": "m"}}}"#;
    std::fs::write(workspace.root().join("settings.json"), settings).unwrap();
    let path = workspace.path("help.zip");
    workspace.run(&["doctor", "--bundle", arg(&path)]).must_succeed();
    let mut bundle = zip::ZipArchive::new(std::fs::File::open(&path).unwrap()).unwrap();
    let mut names: Vec<_> = bundle.file_names().map(|name| name.unwrap().into_owned()).collect();
    names.sort();
    assert_eq!(names, ["about.txt", "doctor.json", "logs/server.log", "settings.json"]);
    let mut all = String::new();
    for name in &names {
        let mut text = String::new();
        bundle.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        assert!(!text.contains("secret"), "{name}: {text}");
        all.push_str(&text);
    }
    for word in [env!("CARGO_PKG_VERSION"), &wrong, "https://host/v1", "\"language\": \"en\""] {
        assert!(all.contains(word), "{word}");
    }
    // One that is there is not written over.
    let before = std::fs::read(&path).unwrap();
    workspace.run(&["doctor", "--bundle", arg(&path)]).must_fail_with(&["help.zip"]);
    assert_eq!(std::fs::read(&path).unwrap(), before);
}
