//! `fettle feedback`: given, listed, exported, and what it teaches, reviewed. By words alone.

use serde_json::Value;

use crate::harness::{RunOutput, TestWorkspace, arg};

const MANUAL: &str = "기공 (hole)
발생 원인
- 용탕 내 가스가 배출되지 않음
조치 가이드
- 탈기 장치 점검

날개 버 (burr)
발생 원인
- 클램프 압력 부족
조치 가이드
- 클램프 압력 보정
";

/// Runs the program without models: which answers are found does not hang on a network.
fn run(workspace: &TestWorkspace, args: &[&str]) -> RunOutput {
    let mut command = workspace.command(args);
    RunOutput::from(command.env("FETTLE_MODELS", workspace.path("none")).output().unwrap())
}

fn json(workspace: &TestWorkspace, args: &[&str]) -> Value {
    serde_json::from_str(&run(workspace, args).must_succeed().stdout).unwrap()
}

/// A workspace with a product and its manual of two sections.
fn workspace() -> TestWorkspace {
    let workspace = TestWorkspace::new();
    run(&workspace, &["library", "add-product", "p"]).must_succeed();
    run(&workspace, &["library", "add-defect", "p", "hole", "--name-ko", "기공"]).must_succeed();
    let manual = workspace.file("p.txt", MANUAL.as_bytes());
    run(&workspace, &["library", "add-manual", "p", arg(&manual)]).must_succeed();
    workspace
}

#[test]
fn a_site_s_word_is_taught_reviewed_and_used() {
    let workspace = workspace();
    let kind = |question: &str| {
        let output = run(&workspace, &["manual", "ask", question, "-p", "p", "--json"]);
        let answer: Value = serde_json::from_str(&output.stdout).unwrap();
        answer["reply"]["kind"].as_str().unwrap().to_owned()
    };
    let (taught, other) = ("곰보가 잔뜩 올라왔어요", "곰보 잡으려면 어디를 손봐요?");
    assert_eq!((kind(taught), kind(other)), ("not_said".to_owned(), "not_said".to_owned()));
    let give = |args: &[&str]| run(&workspace, &[&["feedback", "answer", taught], args].concat());
    give(&["bad", "-p", "p", "--right", "nosuch"]).must_fail_with(&["nosuch", "기공 (hole)"]);
    let said = give(&["bad", "-p", "p", "--right", "hole", "--note", "=기공"]).must_succeed();
    assert!(said.stdout.contains("Not helpful"), "{}", said.stdout);
    assert_eq!(kind(other), "not_said");

    let lessons = json(&workspace, &["feedback", "review", "--json"]);
    let lessons = lessons.as_array().unwrap();
    let is_word = |lesson: &&Value| lesson["lesson"]["kind"] == "word";
    let word = lessons.iter().find(is_word).unwrap();
    assert_eq!((&word["lesson"]["word"], &word["questions"][0]), (&"곰보".into(), &taught.into()));
    let id = word["id"].as_str().unwrap();
    let listed = run(&workspace, &["feedback", "review"]).must_succeed().stdout;
    assert!(listed.contains(&format!("{id}  [to review] p  곰보 → 기공, hole")), "{listed}");
    run(&workspace, &["feedback", "accept", "nosuch"]).must_fail_with(&["nosuch", "review"]);
    let accepted = run(&workspace, &["feedback", "accept", id]).must_succeed().stdout;
    assert!(accepted.contains("[in use]"), "{accepted}");
    assert_eq!(kind(other), "found");
    run(&workspace, &["feedback", "reopen", id]).must_succeed();
    assert_eq!(kind(other), "not_said");
    run(&workspace, &["feedback", "refuse", id]).must_succeed();
    assert_eq!(kind(other), "not_said");
}

#[test]
fn feedback_is_listed_exported_and_taken_back() {
    let workspace = workspace();
    let none = run(&workspace, &["feedback", "list"]).must_succeed().stdout;
    assert!(none.contains("Nobody"), "{none}");
    let answer = ["feedback", "answer", "클램프 압력 보정", "good", "-p", "p"];
    run(&workspace, &answer).must_succeed();
    run(&workspace, &["feedback", "report", "9", "bad"]).must_fail_with(&["9"]);
    let file = workspace.path("feedback.csv");
    let said = run(&workspace, &["feedback", "export", "--out", arg(&file)]).must_succeed().stdout;
    assert!(said.contains("feedback.csv"), "{said}");
    let csv = std::fs::read_to_string(&file).unwrap();
    assert!(csv.contains("answer,,클램프 압력 보정,p,,found,p,날개 버 (burr),good,,"), "{csv}");
    let listed = json(&workspace, &["feedback", "list", "--json"]);
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["opinion"]["rating"], "good");
    let answer = ["feedback", "answer", " 클램프  압력 보정", "none", "-p", "p"];
    run(&workspace, &answer).must_succeed();
    assert_eq!(json(&workspace, &["feedback", "list", "--json"]).as_array().unwrap().len(), 0);
}
