//! The relations of the parts of a package (ECMA-376, part 2): the names of parts are the writer's own.

use roxmltree::Node;

use super::error::Result;
use super::package::{LocalName, Package};

/// A relation of a part to another.
#[derive(Debug)]
pub(super) struct Relation {
    pub(super) id: String,
    /// The last part of its type: `worksheet`.
    pub(super) kind: String,
    /// Name of the other part, from the root of the file.
    pub(super) target: String,
    /// Whether the other part is outside of the file.
    pub(super) is_external: bool,
}

/// The relations of a part; of the whole file where `part` is empty.
pub(super) fn relations(package: &mut Package<'_>, part: &str) -> Result<Vec<Relation>> {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let name = format!("{folder}/_rels/{file}.rels");
    let Some(text) = package.read(name.trim_start_matches('/'))? else { return Ok(Vec::new()) };
    let document = package.parse(&text)?;
    let found = document.descendants().filter(|node| node.has_local_name("Relationship"));
    let relation = |node: Node<'_, '_>| {
        let target = node.local_attribute("Target")?;
        let kind = node.local_attribute("Type")?.rsplit('/').next()?.to_owned();
        Some(Relation {
            id: node.local_attribute("Id")?.to_owned(),
            kind,
            target: resolved(folder, target),
            is_external: node.local_attribute("TargetMode") == Some("External"),
        })
    };
    Ok(found.filter_map(relation).collect())
}

/// The parts that a manifest names (Open Packaging Format, as in HWPX), as relations.
pub(super) fn manifest(package: &mut Package<'_>, part: &str) -> Result<Vec<Relation>> {
    let Some(text) = package.read(part)? else { return Ok(Vec::new()) };
    let document = package.parse(&text)?;
    let items = document.descendants().filter(|node| node.has_local_name("item"));
    let relation = |node: Node<'_, '_>| {
        Some(Relation {
            id: node.local_attribute("id")?.to_owned(),
            kind: "item".to_owned(),
            target: resolved("", node.local_attribute("href")?),
            is_external: node.local_attribute("isEmbeded") == Some("0"),
        })
    };
    Ok(items.filter_map(relation).collect())
}

/// The name of a part, from the root of the file: `target` as seen from `folder`.
fn resolved(folder: &str, target: &str) -> String {
    let (folder, target) = match target.strip_prefix('/') {
        Some(whole) => ("", whole),
        None => (folder, target),
    };
    let mut steps: Vec<&str> = Vec::new();
    for step in folder.split('/').chain(target.split('/')) {
        match step {
            "" | "." => {}
            ".." => _ = steps.pop(),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_named_from_the_root() {
        for (folder, target, expected) in [
            ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl", "/xl/worksheets/a.xml", "xl/worksheets/a.xml"),
            ("xl", "../sheets/a.xml", "sheets/a.xml"),
            ("", "./book/b.xml", "book/b.xml"),
        ] {
            assert_eq!(resolved(folder, target), expected, "{folder} {target}");
        }
    }
}
