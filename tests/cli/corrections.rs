//! `fettle manual corrections`: from a file, listed, exported, taken out and taken back.

use serde_json::{Value, json};

use crate::harness::{TestWorkspace, arg};

const MANUAL: &str = "기공 (hole)\n발생 원인\n- 탈기 불량\n다음은 하지 마십시오:\n- 사포로 문지른다\n\
                      조치 가이드\n- 탈기 강화\n- 온도 유지\n";

fn workspace() -> TestWorkspace {
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    workspace.run(&["library", "add-defect", "p", "hole", "--name-ko", "기공"]).must_succeed();
    let manual = workspace.file("m.txt", MANUAL.as_bytes());
    workspace.run(&["library", "add-manual", "p", arg(&manual)]).must_succeed();
    workspace
}

/// The actions that the manual says.
fn actions(workspace: &TestWorkspace) -> Vec<String> {
    let read = workspace.json(&["manual", "ingest", "p", "--json"]);
    let actions = read[0]["text"]["sections"][0]["actions"].as_array().unwrap();
    actions.iter().map(|one| one["text"].as_str().unwrap().to_owned()).collect()
}

fn place(text: &str, kind: &str) -> Value {
    let section = json!({"heading": "기공 (hole)"});
    json!({"edit": "place", "line": {"text": text, "section": section}, "section": section, "kind": kind})
}

#[test]
fn corrections_go_from_file_to_file_and_can_be_taken_back() {
    let workspace = workspace();
    let none = workspace.run(&["manual", "corrections", "list", "1"]).must_succeed().stdout;
    assert!(none.contains("p_manual.txt"), "{none}");
    let edits = [place("온도 유지", "prevention"), place("없는 줄", "cause")];
    let file = workspace.file("in.json", json!({ "edits": edits }).to_string().as_bytes());
    let applied = ["manual", "corrections", "apply", "1", arg(&file)];
    let said = workspace.run(&applied).must_succeed().stdout;
    assert!(said.contains("온도 유지") && said.contains("⚠") && said.contains("없는 줄"), "{said}");
    assert_eq!(actions(&workspace), ["탈기 강화"]);

    let out = workspace.path("out.json");
    workspace.run(&["manual", "corrections", "export", "1", arg(&out)]).must_succeed();
    let written: Value = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
    assert_eq!(written["edits"].as_array().unwrap().len(), 2, "{written}");

    let removed = workspace.run(&["manual", "corrections", "remove", "1"]).must_succeed().stdout;
    assert!(removed.contains("corrections undo 1"), "{removed}");
    assert_eq!(actions(&workspace), ["탈기 강화", "온도 유지"]);
    workspace.run(&["manual", "corrections", "undo", "1"]).must_succeed();
    assert_eq!(actions(&workspace), ["탈기 강화"]);
    let listed = workspace.json(&["manual", "corrections", "list", "1", "--json"]);
    assert_eq!(listed["missed"], json!(["없는 줄"]));
}

/// What a manual forbids stays forbidden where a correction makes an action of it.
#[test]
fn what_is_forbidden_keeps_its_label() {
    let workspace = workspace();
    let edits = [place("사포로 문지른다", "action")];
    let file = workspace.file("in.json", json!({ "edits": edits }).to_string().as_bytes());
    workspace.run(&["manual", "corrections", "apply", "1", arg(&file)]).must_succeed();
    let actions = actions(&workspace);
    assert!(actions.contains(&"다음은 하지 마십시오: 사포로 문지른다".to_owned()), "{actions:?}");
}

#[test]
fn a_file_that_holds_no_corrections_says_what_to_choose() {
    let workspace = workspace();
    let file = workspace.file("in.json", b"[1, 2]");
    let applied = ["manual", "corrections", "apply", "1", arg(&file)];
    workspace.run(&applied).must_fail_with(&["in.json", "corrections export"]);
    workspace
        .run(&["manual", "corrections", "apply", "1", "/nowhere.json"])
        .must_fail_with(&["/nowhere.json"]);
}
