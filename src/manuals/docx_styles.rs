//! What a Word document's styles say of paragraphs.

use std::collections::HashMap;

use roxmltree::Node;

/// What a style makes of a paragraph.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    pub(super) heading: bool,
    /// It is an item of a list.
    pub(super) item: bool,
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
        // ECMA-376, part 1, 17.3.2.38: ten points where nothing is said.
        Self { heading: false, item: false, bold: false, size: 10.0 }
    }
}

/// How many styles may rest on each other; they may rest on each other in a ring.
const MAX_DEPTH: usize = 16;

impl Styles {
    /// Reads `word/styles.xml`.
    pub(super) fn read(root: Node<'_, '_>) -> Self {
        let written: HashMap<&str, Node<'_, '_>> = root
            .children()
            .filter(|node| node.is_element() && node.tag_name().name() == "style")
            .filter_map(|node| Some((attribute(node, "styleId")?, node)))
            .collect();
        let defaults = child(root, "docDefaults")
            .and_then(|node| child(child(node, "rPrDefault")?, "rPr"))
            .and_then(|run| value(run, "sz")?.parse::<f32>().ok());
        let default = Style { size: defaults.map_or(10.0, |half| half / 2.0), ..Style::default() };
        let named = written.keys().map(|id| ((*id).to_owned(), resolved(&written, id, default)));
        Self { named: named.collect(), default }
    }

    /// The style of this id, or a paragraph without one.
    pub(super) fn find(&self, id: Option<&str>) -> Style {
        id.and_then(|id| self.named.get(id)).copied().unwrap_or(self.default)
    }
}

fn resolved(written: &HashMap<&str, Node<'_, '_>>, id: &str, default: Style) -> Style {
    let mut chain = Vec::new();
    let mut next = written.get(id);
    while let Some(node) = next.filter(|_| chain.len() < MAX_DEPTH) {
        chain.push(*node);
        next = value(*node, "basedOn").and_then(|id| written.get(id));
    }
    let mut style = default;
    for node in chain.into_iter().rev() {
        let paragraph = child(node, "pPr");
        let outline = paragraph.and_then(|p| value(p, "outlineLvl")?.parse::<u8>().ok());
        let name = value(node, "name").unwrap_or_default().to_lowercase();
        let is_named = ["heading ", "제목 ", "title"].iter().any(|word| name.starts_with(word))
            || name == "제목";
        style.heading = style.heading && outline != Some(9)
            || is_named
            || outline.is_some_and(|level| level < 9);
        let numbering = paragraph.and_then(|p| value(child(p, "numPr")?, "numId"));
        style.item = numbering.map_or(style.item, |id| id != "0");
        let run = child(node, "rPr");
        style.bold = run.and_then(|run| flag(run, "b")).unwrap_or(style.bold);
        let size = run.and_then(|run| value(run, "sz")?.parse::<f32>().ok());
        style.size = size.map_or(style.size, |half| half / 2.0);
    }
    style
}

/// The first element of this name in `node`, in whatever namespace.
pub(super) fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|inner| inner.is_element() && inner.tag_name().name() == name)
}

/// What `<name val="…">` in `node` says.
pub(super) fn value<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    attribute(child(node, name)?, "val")
}

/// Whether `node` switches a property on or off; `None` where it does neither.
pub(super) fn flag(node: Node<'_, '_>, name: &str) -> Option<bool> {
    let said = child(node, name)?;
    Some(!matches!(attribute(said, "val"), Some("0" | "false" | "off")))
}

fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes().find(|attribute| attribute.name() == name).map(|found| found.value())
}
