//! `assets/licences.json`, which the window's *About* shows: the crates that are linked into the
//! program, with their licences.

use std::fs;
use std::process::Command;

use serde_json::Value;

/// The crates that the package `fettle` is built of on Linux, as `cargo tree` says: neither tests,
/// nor build scripts, nor procedural macros, and none of our own. Each as an object of JSON.
fn linked_crates() -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "-p", "fettle", "-e", "normal,no-proc-macro"])
        .args(["--target", "x86_64-unknown-linux-gnu", "--prefix", "none", "--no-dedupe"])
        .args(["-f", "{p}\t{l}\t{r}"])
        .current_dir(crate::root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    lines.dedup();
    lines
        .into_iter()
        .map(|line| line.split('\t').collect::<Vec<_>>())
        // Our own crates stand in a folder: "fettle-app v0.1.0 (/…/src/app)".
        .filter(|columns| !columns[0].contains(" ("))
        .map(|columns| {
            let (name, version) = columns[0].split_once(" v").expect("NAME vVERSION");
            // "MIT/Apache-2.0" is how old manifests write "or".
            let licence = columns[1].replace(" / ", "/").replace('/', " OR ");
            assert!(!licence.is_empty(), "{name} names no licence");
            let of = |value: &str| Value::from(value).to_string();
            format!(
                r#"{{"name":{},"version":{},"licence":{},"source":{}}}"#,
                of(name),
                of(version),
                of(&licence),
                of(columns[2])
            )
        })
        .collect()
}

/// One crate a line, so that a difference can be read.
fn written(crates: &[String]) -> String {
    format!("[\n{}\n]\n", crates.join(",\n"))
}

#[test]
fn the_list_of_licences_is_that_of_the_linked_crates() {
    let path = crate::root().join("assets/licences.json");
    let known = written(&linked_crates());
    if std::env::var_os("UPDATE_LICENCES").is_some() {
        fs::write(&path, &known).unwrap();
    }
    let shown = fs::read_to_string(&path).unwrap();
    let missing: Vec<&str> = known.lines().filter(|line| !shown.contains(line)).collect();
    let left: Vec<&str> = shown.lines().filter(|line| !known.contains(line)).collect();
    assert!(
        missing.is_empty() && left.is_empty(),
        "assets/licences.json lacks {missing:#?}\nand has beside them {left:#?}\n\
         bash packaging/licences.sh writes it anew"
    );
}
