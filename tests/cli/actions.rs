//! `fettle actions`: import, list, export, removal.

use crate::harness::{TestWorkspace, arg};

const LIST: &str = "제품,불량,원인,시정 조치,담당,완료일\r\n\
                    p,hole,탈기 부족,탈기 5분,김철수,2026-10-12\r\n\
                    p,균열,피로,교체,이영희,\r\n";

fn workspace() -> TestWorkspace {
    let workspace = TestWorkspace::new();
    workspace.run(&["library", "add-product", "p"]).must_succeed();
    workspace.run(&["library", "add-defect", "p", "hole"]).must_succeed();
    workspace
}

#[test]
fn a_list_is_previewed_imported_listed_exported_and_taken_back() {
    let workspace = workspace();
    let file = workspace.file("capa.csv", LIST.as_bytes());
    let dry = workspace.run(&["actions", "import", arg(&file), "--dry-run"]).must_succeed().stdout;
    assert!(dry.contains("2 of 2") && dry.contains("2: p / hole — 탈기 5분 [imported]"), "{dry}");
    assert!(dry.contains("균열"), "{dry}");
    assert_eq!(workspace.json(&["actions", "list", "--json"]).as_array().unwrap().len(), 0);

    let said = workspace.run(&["actions", "import", arg(&file)]).must_succeed().stdout;
    assert!(said.contains("fettle actions undo-import 1"), "{said}");
    let again = workspace.json(&["actions", "import", arg(&file), "--json"]);
    let states: Vec<&str> = again["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["known", "known"]);
    let listed = workspace.json(&["actions", "list", "--defect", "hole", "--json"]);
    assert_eq!(listed[0]["entry"]["done"], "2026-10-12");
    assert_eq!(listed[0]["source"]["file"], "capa.csv");
    let text = workspace.run(&["actions", "list"]).must_succeed().stdout;
    assert!(text.contains("capa.1") && text.contains("김철수"), "{text}");

    let csv = workspace.file("out.csv", b"");
    workspace.run(&["actions", "export", arg(&csv)]).must_succeed();
    let written = std::fs::read_to_string(&csv).unwrap();
    assert!(written.contains("탈기 5분") && written.lines().count() == 3, "{written}");

    workspace.run(&["actions", "remove", "capa.1"]).must_succeed();
    workspace.run(&["actions", "remove", "99"]).must_fail_with(&["99", "fettle actions list"]);
    let count = |workspace: &TestWorkspace| {
        workspace.json(&["actions", "list", "--json"]).as_array().unwrap().len()
    };
    assert_eq!(count(&workspace), 1);
    workspace.run(&["actions", "restore", "1"]).must_succeed();
    assert_eq!(count(&workspace), 2);
    workspace.run(&["actions", "undo-import", "1"]).must_succeed();
    assert_eq!(count(&workspace), 0);
}

#[test]
fn a_file_without_records_says_what_to_choose() {
    let workspace = workspace();
    let file = workspace.file("letter.txt", "안녕하세요".as_bytes());
    workspace.run(&["actions", "import", arg(&file)]).must_fail_with(&["8D", "letter.txt"]);
    let missing = ["actions", "import", "/nowhere.csv"];
    workspace.run(&missing).must_fail_with(&["/nowhere.csv"]);
}

/// A quotation mark that nothing closes is named with its line, in the preview and in the import.
#[test]
fn what_of_a_file_may_be_read_wrongly_is_said() {
    let workspace = workspace();
    let text = "제품,불량,원인,시정 조치\np,hole,\"탈기 부족,탈기 5분\np,hole,습기,건조\n";
    let file = workspace.file("capa.csv", text.as_bytes());
    let dry = workspace.run(&["actions", "import", arg(&file), "--dry-run"]).must_succeed().stdout;
    assert!(dry.contains("⚠ line 2") && dry.contains("2 of 2"), "{dry}");
    let stored = workspace.json(&["actions", "import", arg(&file), "--json"]);
    assert_eq!(stored["warnings"][0]["page"], 2, "{stored}");
}
