//! Which part of a workbook's file holds which sheet, by the relations of its parts (ECMA-376, part 2): the
//! names of parts are the writer's own.

use std::collections::HashMap;

use roxmltree::Node;

use super::error::Result;
use super::package::{LocalName, Package};
use super::relations::relations;

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
