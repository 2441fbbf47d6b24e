//! Paragraph styles of a Word document.

use std::collections::HashMap;

use roxmltree::Node;

/// The properties of a style, those of its base styles included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    /// Level of a heading, from 1.
    pub(super) heading: Option<u8>,
    pub(super) is_list_item: bool,
    pub(super) bold: bool,
    /// Font size in points.
    pub(super) size: f32,
}

/// All styles of a document, by id.
#[derive(Debug, Default)]
pub(super) struct Styles {
    named: HashMap<String, Style>,
    default: Style,
}

impl Default for Style {
    fn default() -> Self {
        // ECMA-376, part 1, 17.3.2.38: the default size is ten points.
        Self { heading: None, is_list_item: false, bold: false, size: 10.0 }
    }
}

/// The longest chain of base styles that is followed; a hostile chain is a ring.
const MAX_DEPTH: usize = 16;

impl Styles {
    /// Reads `word/styles.xml`.
    pub(super) fn read(root: Node<'_, '_>) -> Self {
        let nodes: HashMap<&str, Node<'_, '_>> = root
            .children()
            .filter(|node| node.is_element() && node.tag_name().name() == "style")
            .filter_map(|node| Some((attribute(node, "styleId")?, node)))
            .collect();
        let defaults = child(root, "docDefaults")
            .and_then(|node| child(child(node, "rPrDefault")?, "rPr"))
            .and_then(|run| value(run, "sz")?.parse::<f32>().ok());
        let default = Style { size: defaults.map_or(10.0, |half| half / 2.0), ..Style::default() };
        let named = nodes.keys().map(|id| ((*id).to_owned(), resolve(&nodes, id, default)));
        Self { named: named.collect(), default }
    }

    /// The style `id`, or the default style if `id` is absent or unknown.
    pub(super) fn get(&self, id: Option<&str>) -> Style {
        id.and_then(|id| self.named.get(id)).copied().unwrap_or(self.default)
    }
}

fn resolve(nodes: &HashMap<&str, Node<'_, '_>>, id: &str, default: Style) -> Style {
    let mut chain = Vec::new();
    let mut next = nodes.get(id);
    while let Some(node) = next.filter(|_| chain.len() < MAX_DEPTH) {
        chain.push(*node);
        next = value(*node, "basedOn").and_then(|id| nodes.get(id));
    }
    let mut style = default;
    for node in chain.into_iter().rev() {
        let paragraph = child(node, "pPr");
        let outline = paragraph.and_then(|p| value(p, "outlineLvl")?.parse::<u8>().ok());
        let name = value(node, "name").unwrap_or_default().to_lowercase();
        let level = name.rsplit(' ').next().and_then(|number| number.parse::<u8>().ok());
        let is_named = ["heading ", "제목 ", "title"].iter().any(|word| name.starts_with(word))
            || name == "제목";
        style.heading = match outline {
            Some(9) => None,
            Some(outline) => Some(outline.saturating_add(1)),
            None if is_named => Some(level.unwrap_or(1)),
            None => style.heading,
        };
        let numbering = paragraph.and_then(|p| value(child(p, "numPr")?, "numId"));
        style.is_list_item = numbering.map_or(style.is_list_item, |id| id != "0");
        let run = child(node, "rPr");
        style.bold = run.and_then(|run| flag(run, "b")).unwrap_or(style.bold);
        let size = run.and_then(|run| value(run, "sz")?.parse::<f32>().ok());
        style.size = size.map_or(style.size, |half| half / 2.0);
    }
    style
}

/// The first child element of this local name.
pub(super) fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|inner| inner.is_element() && inner.tag_name().name() == name)
}

/// The `val` attribute of the child element `name`.
pub(super) fn value<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    attribute(child(node, name)?, "val")
}

/// Whether the child element `name` switches a property on or off; `None` without that element.
pub(super) fn flag(node: Node<'_, '_>, name: &str) -> Option<bool> {
    let property = child(node, name)?;
    Some(!matches!(attribute(property, "val"), Some("0" | "false" | "off")))
}

fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes().find(|attribute| attribute.name() == name).map(|found| found.value())
}
