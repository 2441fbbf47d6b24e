//! Words that leave the program: exports without characters that a terminal obeys, warnings in the
//! reader's language, answers to what does not exist.

use crate::harness::{TestWorkspace, arg, png};

#[test]
fn nothing_that_is_exported_does_anything_to_a_terminal() {
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    // Escape, its form in one character, a bell, and letters that run from right to left.
    let part = workspace.file("\u{1b}[2J\u{9b}31m\u{7}\u{202e}part.png", &png(1));
    let out = workspace.path("out");
    let note = "\u{1b}]0;title\u{7}\u{9b}m\u{202e}";
    workspace
        .run(&["inspect", arg(&part), "-p", "p", "--no-llm", "--out", arg(&out)])
        .must_succeed();
    workspace.run(&["history", "judge", "1", "ng", "--note", note]).must_succeed();
    workspace.run(&["feedback", "report", "1", "bad", "--note", note]).must_succeed();
    let [list, feedback, json] =
        ["list.csv", "feedback.csv", "list.json"].map(|name| out.join(name));
    workspace.run(&["history", "--csv", arg(&list)]).must_succeed();
    workspace.run(&["feedback", "export", "--out", arg(&feedback)]).must_succeed();
    std::fs::write(&json, workspace.run(&["history", "--json"]).must_succeed().stdout).unwrap();
    let files = ["report.md", "result.json"].map(|name| out.join(name));
    for file in files.into_iter().chain([list, feedback, json]) {
        let text = std::fs::read_to_string(&file).unwrap();
        let acting = |c: char| (c.is_control() && !"\r\n\t".contains(c)) || c == '\u{202e}';
        assert!(!text.contains(acting), "{}: {text:?}", file.display());
        assert!(text.contains("u001b"), "{}: what was there is said: {text}", file.display());
    }
}

#[test]
fn warnings_about_settings_are_in_the_readers_language() {
    let workspace = TestWorkspace::new();
    std::fs::create_dir_all(workspace.root()).unwrap();
    let settings = r#"{"threads": 65536, "keep_pictures_days": 0, "colour": 1, "language": "fr",
                       "backups": {"folder": "b", "days": 1, "keep": 7}, "version": 9}"#;
    std::fs::write(workspace.root().join("settings.json"), settings).unwrap();
    let said = workspace.run(&["library", "list", "--lang", "ko"]).stderr;
    // The last --lang counts: the harness asks in English.
    let korean = if said.contains("settings.json") { said } else { panic!("{said}") };
    for words in
        ["너무 커서", "사이가 아닙니다", "절대 경로가 아닙니다", "모르는 설정", "더 새로운 버전"]
    {
        assert!(korean.contains(words), "no {words:?} in {korean}");
    }
    let english = workspace.run(&["library", "list"]).stderr;
    for words in ["too large", "does not lie between", "no absolute path", "not known", "newer"] {
        assert!(english.contains(words), "no {words:?} in {english}");
    }
}

#[test]
fn what_does_not_exist_is_named_with_what_does() {
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    workspace.run(&["actions", "undo-import", "999"]).must_fail_with(&["no import 999"]);
    let part = workspace.file("part.png", &png(1));
    let inspect = ["inspect", arg(&part), "-p", "p", "--no-llm"];
    workspace.run(&inspect).must_succeed();
    workspace.run(&["demo", "--profile", "nope"]).must_fail_with(&["nope", "starter", "small"]);
    std::fs::write(workspace.root().join("settings.json"), r#"{"profile": "nope"}"#).unwrap();
    for args in [&inspect[..], &["index", "build"], &["search", arg(&part)], &["doctor"]] {
        workspace.run(args).must_fail_with(&["nope", "starter", "small", "workstation"]);
    }
    // No inspection by models that nobody chose.
    assert_eq!(workspace.json(&["history", "--json"])["total"], 1);
}

#[test]
fn doctor_looks_and_touches_nothing() {
    let workspace = TestWorkspace::new();
    let said = workspace.run(&["doctor"]).must_succeed().stdout;
    assert!(said.contains("product"), "{said}");
    assert!(!workspace.root().exists(), "it made a workspace");
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    // Where another has the library for itself, and in the schema of before.
    let lock =
        std::fs::File::options().append(true).open(workspace.root().join("data/fettle.lock"));
    let lock = lock.unwrap();
    lock.lock().unwrap();
    let report = workspace.json(&["doctor", "--json"]);
    assert_eq!(report["library"]["products"], 1, "{report}");
    drop(lock);
    let database = workspace.root().join("data/fettle.db");
    let older = rusqlite::Connection::open(&database).unwrap();
    older.pragma_update(None, "user_version", 9).unwrap();
    drop(older);
    let before = std::fs::read(&database).unwrap();
    let said = workspace.run(&["doctor"]).must_succeed().stdout;
    assert!(said.contains("earlier Fettle"), "{said}");
    assert_eq!(std::fs::read(&database).unwrap(), before, "it migrated");
    assert!(!workspace.root().join("data/backups").exists());
}
