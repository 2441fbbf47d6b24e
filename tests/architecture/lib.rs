//! Holds what ARCHITECTURE.md says: which crate may use which, where each library lives, that no files import
//! each other in a circle, and that the map names what there is.

#![cfg(test)]

mod imports;
mod licences;
mod modules;
mod workspace;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use workspace::{Room, rooms};

/// Circles of files that are allowed, each with why.
const ALLOWED_CIRCLES: &[(&[&str], &str)] = &[];

/// Libraries that many rooms use; ARCHITECTURE.md does not repeat them room by room.
const EVERYWHERE: &[&str] = &[
    "hex",
    "jiff",
    "rayon",
    "serde",
    "serde_json",
    "sha2",
    "tempfile",
    "thiserror",
    "tracing",
    "walkdir",
];

/// The root of the checkout.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("tests/architecture")
}

fn map() -> String {
    fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap()
}

/// What a room may use of the workspace. The crates say what they do use.
fn allowed(room: &str) -> BTreeSet<&'static str> {
    const LEAVES: [&str; 9] = [
        "settings",
        "i18n",
        "models",
        "vision",
        "retrieval",
        "manuals",
        "library",
        "report",
        "demo",
    ];
    let mut may = BTreeSet::new();
    match room {
        "domain" | "kernels" | "system" => {}
        "models" => may.extend(["domain", "kernels", "system"]),
        leaf if LEAVES.contains(&leaf) => may.extend(["domain", "system"]),
        "engine" => {
            may.extend(["domain", "system"]);
            may.extend(LEAVES);
        }
        "app" | "server" => may.extend(["domain", "engine", "settings", "i18n"]),
        "cli" => may.extend(["domain", "engine", "app", "server", "settings", "i18n"]),
        other => panic!("src/{other} is a room that neither ARCHITECTURE.md nor this test knows"),
    }
    may
}

#[test]
fn rooms_use_only_what_they_may() {
    for room in rooms() {
        let may = allowed(&room.name);
        let wrong: Vec<_> = room.uses.iter().filter(|used| !may.contains(used.as_str())).collect();
        assert!(wrong.is_empty(), "{} must not use {wrong:?}", room.name);
    }
}

#[test]
fn the_map_shows_the_rooms_as_cargo_knows_them() {
    let shown: BTreeMap<String, BTreeSet<String>> = map()
        .lines()
        .skip_while(|line| *line != "```rooms")
        .skip(1)
        .take_while(|line| *line != "```")
        .map(|line| {
            let (room, uses) = line.split_once(':').expect("room: rooms that it uses");
            (room.trim().to_owned(), uses.split_whitespace().map(str::to_owned).collect())
        })
        .collect();
    let known: BTreeMap<_, _> = rooms().into_iter().map(|room| (room.name, room.uses)).collect();
    assert_eq!(shown, known, "left: ARCHITECTURE.md, right: the crates' manifests");
}

#[test]
fn libraries_live_in_the_rooms_that_the_map_gives_them() {
    let map = map();
    for room in rooms() {
        let row = map
            .lines()
            .find(|line| line.starts_with(&format!("| `{}/` |", room.name)))
            .unwrap_or_else(|| panic!("ARCHITECTURE.md has no row for {}", room.name));
        let column = row.trim_end_matches('|').rsplit('|').next().unwrap();
        let shown: BTreeSet<&str> =
            column.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        let everywhere: BTreeSet<&str> = EVERYWHERE.iter().copied().collect();
        let known: BTreeSet<&str> = room
            .libraries
            .iter()
            .map(String::as_str)
            .filter(|library| !everywhere.contains(library))
            .collect();
        assert_eq!(shown, known, "{}: left: ARCHITECTURE.md, right: its manifest", room.name);
    }
}

#[test]
fn every_library_of_the_workspace_is_used() {
    let used: BTreeSet<String> = workspace::all_dependencies();
    let unused: Vec<_> =
        workspace::declared().into_iter().filter(|library| !used.contains(library)).collect();
    assert!(unused.is_empty(), "in [workspace.dependencies] and in no crate: {unused:?}");
    for room in rooms() {
        let code = room.code();
        for library in &room.libraries {
            let name = library.replace('-', "_");
            // A name in a path, a macro, or a crate that is used through its features alone.
            let is_named =
                code.contains(&format!("{name}::")) || code.contains(&format!("{name} as"));
            assert!(is_named, "{} depends on {library} and never names it", room.name);
        }
    }
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let mut unknown = Vec::new();
    let mut seen = BTreeSet::new();
    for room in rooms() {
        for circle in imports::circles(&modules::of_crate(&room.root)) {
            let circle: Vec<PathBuf> = circle
                .iter()
                .map(|file| file.strip_prefix(root()).unwrap_or(file).to_owned())
                .collect();
            let allowed = ALLOWED_CIRCLES.iter().position(|(files, _)| {
                circle.iter().map(|file| file.as_path()).eq(files.iter().map(Path::new))
            });
            match allowed {
                Some(number) => _ = seen.insert(number),
                None => unknown.push(circle),
            }
        }
    }
    assert!(unknown.is_empty(), "circles of imports: {unknown:#?}");
    assert_eq!(
        seen.len(),
        ALLOWED_CIRCLES.len(),
        "a circle is allowed that does not exist any more"
    );
}

#[test]
fn no_room_is_empty_and_each_says_what_it_is() {
    for Room { name, root, .. } in rooms() {
        let text = fs::read_to_string(&root).unwrap();
        assert!(text.starts_with("//!"), "{name}: lib.rs begins with what the room is");
        assert!(modules::of_crate(&root).len() > 1 || text.lines().count() > 20, "{name} is empty");
    }
}

#[test]
fn files_do_one_thing() {
    for room in rooms() {
        for file in room.files() {
            let name = file.file_stem().unwrap().to_str().unwrap();
            for vague in ["util", "utils", "helpers", "manager", "common", "misc"] {
                assert_ne!(name, vague, "{}", file.display());
            }
            let text = fs::read_to_string(&file).unwrap();
            let lines = text.lines().take_while(|line| line.trim() != "mod tests {").count();
            assert!(lines <= 600, "{} has {lines} lines: which two files?", file.display());
        }
    }
}

#[test]
fn circles_are_found_through_reexports_and_not_through_parents() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("lib.rs", "mod a; mod b; mod c; pub use a::A; pub use c::*;");
    write("a.rs", "use crate::C; pub struct A(C); #[cfg(test)] mod tests { use crate::b::B; }");
    write("b.rs", "use super::A; pub struct B(A); fn f() { let _ = crate::c::make(); }");
    write("c.rs", "pub struct C; pub fn make() -> C { println!(\"{}\", crate::a::A::NAME); C }");
    let modules = modules::of_crate(&folder.path().join("lib.rs"));
    let names = |circle: &Vec<PathBuf>| -> Vec<String> {
        circle.iter().map(|f| f.file_name().unwrap().to_str().unwrap().to_owned()).collect()
    };
    let circles: Vec<_> = imports::circles(&modules).iter().map(names).collect();
    assert_eq!(circles, [["a.rs", "c.rs"]]);
}
