//! Which part of a workbook's file holds which sheet, by the relations of its parts (ECMA-376, part 2): the
//! names of parts are the writer's own.

use std::collections::HashMap;

use roxmltree::Node;

use super::error::Result;
use super::package::{LocalName, Package};

/// Names of parts by the names of their sheets.
#[derive(Debug, Default)]
pub(super) struct WorkbookParts {
    by_sheet: HashMap<String, String>,
}

impl WorkbookParts {
    /// Reads the workbook and its relations.
    pub(super) fn read(package: &mut Package<'_>) -> Result<Self> {
        let mut parts = Self::default();
        let main = relations(package, "")?;
        let book = main.iter().find(|relation| relation.kind == "officeDocument");
        let book = book.map_or("xl/workbook.xml", |relation| &relation.target).to_owned();
        let Some(text) = package.read(&book)? else { return Ok(parts) };
        let targets = relations(package, &book)?;
        let document = package.parse(&text)?;
        let sheets = document.descendants().filter(|node| node.has_local_name("sheet"));
        for sheet in sheets {
            let id = relation_id(sheet);
            let target = targets.iter().find(|relation| Some(relation.id.as_str()) == id);
            if let Some((name, target)) = sheet.attribute("name").zip(target) {
                parts.by_sheet.insert(name.to_owned(), target.target.clone());
            }
        }
        Ok(parts)
    }

    /// The part of the sheet `name`.
    pub(super) fn of_sheet(&self, name: &str) -> Option<&str> {
        self.by_sheet.get(name).map(String::as_str)
    }
}

/// The id by which a sheet is related to its part: the attribute `id` of the relations' namespace.
fn relation_id<'a>(sheet: Node<'a, '_>) -> Option<&'a str> {
    let mut attributes = sheet.attributes();
    attributes.find(|one| one.name() == "id" && one.namespace().is_some()).map(|one| one.value())
}

/// A relation of a part to another.
struct Relation {
    id: String,
    /// The last part of its type: `worksheet`.
    kind: String,
    /// Name of the other part, from the root of the file.
    target: String,
}

/// The relations of a part; of the whole file where `part` is empty.
fn relations(package: &mut Package<'_>, part: &str) -> Result<Vec<Relation>> {
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
        })
    };
    Ok(found.filter_map(relation).collect())
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
