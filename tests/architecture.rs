//! Holds the invariants of ARCHITECTURE.md: who may import whom, and which library
//! lives in which room.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const LEAVES: &[&str] =
    &["settings", "i18n", "models", "vision", "retrieval", "manuals", "library", "report", "demo"];

/// What a room may import of this crate, besides itself and `domain`.
fn allowed(room: &str) -> Vec<&'static str> {
    match room {
        "domain" => vec![],
        leaf if LEAVES.contains(&leaf) => vec![],
        "engine" => LEAVES.to_vec(),
        "app" | "server" => vec!["engine", "settings", "i18n"],
        "cli" => vec!["engine", "app", "server", "settings", "i18n"],
        other => panic!("src/{other} is a room that neither ARCHITECTURE.md nor this test knows"),
    }
}

/// Libraries that live in certain rooms only.
const HOMES: &[(&str, &[&str])] = &[
    ("egui", &["app"]),
    ("eframe", &["app"]),
    ("rfd", &["app"]),
    ("arboard", &["app"]),
    ("candle_core", &["models", "vision", "engine"]),
    ("candle_nn", &["models", "vision", "engine"]),
    ("candle_transformers", &["models"]),
    ("tokenizers", &["models"]),
    ("faiss", &["retrieval"]),
    ("zip", &["models", "library", "manuals"]),
    ("rusqlite", &["library"]),
    ("encoding_rs", &["library", "manuals"]),
    ("axum", &["server"]),
    ("tokio", &["server"]),
    ("krilla", &["demo", "report", "manuals"]),
    ("hayro", &["manuals"]),
    ("lopdf", &["manuals"]),
    ("roxmltree", &["manuals"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("anyhow", &["cli"]),
    ("fluent_bundle", &["i18n"]),
];

struct Source {
    room: String,
    path: PathBuf,
    /// Without comments and without the tests at its end, which may reach further.
    code: String,
}

fn sources() -> Vec<Source> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                found.push(path);
            }
        }
    }
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    walk(&src, &mut paths);
    paths.sort();
    paths
        .into_iter()
        .filter_map(|path| {
            let inside = path.strip_prefix(&src).unwrap();
            let room = inside.iter().next().unwrap().to_str().unwrap().to_owned();
            // `lib.rs` and `main.rs` only name the rooms; what is called tests, or lies in a folder
            // called so, is tests.
            let is_test = inside.with_extension("").iter().any(|name| name == "tests");
            if !src.join(&room).is_dir() || is_test {
                return None;
            }
            let text = fs::read_to_string(&path).unwrap();
            let code: String = text
                .lines()
                .take_while(|line| line.trim() != "mod tests {")
                .map(|line| line.split("//").next().unwrap())
                .collect::<Vec<_>>()
                .join("\n");
            Some(Source { room, path, code })
        })
        .collect()
}

/// The rooms named after `crate::`, also in `use crate::{a, b}`.
fn rooms_named(code: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let mut named = Vec::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            None => named.push(word(rest)),
            Some(list) => {
                let mut depth = 0;
                let mut item = String::new();
                for c in list.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => named.push(word(std::mem::take(&mut item).trim())),
                        _ => {}
                    }
                    if depth == 0 && c != ',' {
                        item.push(c);
                    }
                }
                named.push(word(item.trim()));
            }
        }
    }
    named.retain(|name| !name.is_empty());
    named
}

#[test]
fn rooms_import_only_what_they_may() {
    let mut wrong = Vec::new();
    for source in sources() {
        let may = allowed(&source.room);
        for name in rooms_named(&source.code) {
            let fine = name == source.room || name == "domain" || may.contains(&name.as_str());
            if !fine {
                wrong.push(format!("{}: crate::{name}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "imports against the direction:\n{}", wrong.join("\n"));
}

#[test]
fn libraries_live_in_their_rooms() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (library, homes) in HOMES {
            let used = source.code.contains(&format!("{library}::"));
            if used && !homes.contains(&source.room.as_str()) {
                wrong.push(format!("{}: {library}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "libraries away from home:\n{}", wrong.join("\n"));
}

#[test]
fn no_room_is_empty_and_the_map_names_each() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let map = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let lib = fs::read_to_string(root.join("src/lib.rs")).unwrap();
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    for source in sources() {
        *lines.entry(source.room).or_default() += source.code.lines().count();
    }
    for (room, lines) in lines {
        assert!(lines > 20, "src/{room} is an empty room");
        assert!(map.contains(&format!("`{room}/`")), "ARCHITECTURE.md does not name {room}");
        assert!(lib.contains(&format!("pub mod {room};")), "lib.rs does not name {room}");
    }
}

#[test]
fn files_do_one_thing() {
    for source in sources() {
        let name = source.path.file_stem().unwrap().to_str().unwrap().to_owned();
        for vague in ["util", "utils", "helpers", "manager", "common", "misc"] {
            assert_ne!(name, vague, "{}", source.path.display());
        }
        let lines = source.code.lines().count();
        assert!(lines <= 600, "{} has {lines} lines: which two files?", source.path.display());
    }
}

#[test]
fn the_reader_of_imports_sees_all_forms() {
    let code = "use crate::domain::X; use crate::{vision::{a, b}, library, models::c}; crate::i18n::text()";
    assert_eq!(rooms_named(code), ["domain", "vision", "library", "models", "i18n"]);
}
