//! `fettle backup` and `fettle restore`.

use serde_json::Value;

use crate::harness::{RunOutput, TestWorkspace, arg, png};
use crate::thresholds::fitted;

/// What a verdict is made of.
fn verdict(workspace: &TestWorkspace, image: &str) -> Value {
    let found: RunOutput = workspace
        .command(&["inspect", image, "--product", "cloth", "--json", "--no-llm"])
        .output()
        .unwrap()
        .into();
    let found: Value = serde_json::from_str(&found.stdout).unwrap();
    let anomaly = &found["anomaly"]["result"];
    assert!(anomaly["image_score"].is_number(), "{found}");
    serde_json::json!([found["verdict"], anomaly["image_score"], anomaly["regions"]])
}

#[test]
fn a_restored_workspace_gives_the_same_verdicts() {
    let Some(old) = fitted(false) else { return };
    let images = ["normal/03.png", "stain/21.png"].map(|name| old.path(name));
    let before: Vec<Value> = images.iter().map(|image| verdict(&old, arg(image))).collect();
    assert_ne!(before[0][0], before[1][0]);
    let file = old.path("plant.zip");
    let made = old.json(&["backup", arg(&file), "--json"]);
    assert_eq!(made["missing"], serde_json::json!([]));
    let checked = old.run(&["backup", arg(&file), "--check"]).must_succeed().stdout;
    assert!(checked.contains("is whole"), "{checked}");

    let new = TestWorkspace::at(&old.path("another machine"));
    let said = new.run(&["restore", arg(&file)]).must_succeed().stdout;
    assert!(said.contains("Restored"), "{said}");
    let after: Vec<Value> = images.iter().map(|image| verdict(&new, arg(image))).collect();
    assert_eq!(after, before);

    // Never over a workspace that is there.
    new.run(&["restore", arg(&file)]).must_fail_with(&["There is a workspace already"]);
}

#[test]
fn a_file_that_is_no_backup_is_refused_with_what_to_do() {
    let workspace = TestWorkspace::new();
    let file = workspace.file("picture.png", &png(1));
    let words = ["cannot be restored", "no back-up of Fettle"];
    workspace.run(&["restore", arg(&file)]).must_fail_with(&words);
    workspace.run(&["backup", arg(&file), "--check"]).must_fail_with(&words);
    let gone = workspace.path("gone.zip");
    workspace.run(&["restore", arg(&gone)]).must_fail_with(&["does not exist"]);
    let said = workspace.run(&["backup", "--due"]).must_succeed().stdout;
    assert!(said.contains("No back-up is due"), "{said}");
}
