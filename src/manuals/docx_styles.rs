//! Paragraph styles of a Word document.

use std::collections::HashMap;

use roxmltree::Node;

use super::unpaged_lines::{LeftOut, Script};

/// The properties of a style, those of its base styles included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    /// Level of a heading, from 1.
    pub(super) heading: Option<u8>,
    pub(super) is_list_item: bool,
    pub(super) bold: bool,
    /// Font size in points.
    pub(super) size: f32,
    pub(super) look: Look,
}

/// What decides whether letters are seen, and where they stand in their line.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Look {
    struck: [bool; 2],
    vanished: bool,
    white: bool,
    /// Whether they are smaller than two points.
    tiny: bool,
    /// Whether the ground is of another colour than white.
    pub(super) filled: bool,
    pub(super) script: Script,
}

impl Look {
    /// This look with what the properties `node` of a run say instead.
    pub(super) fn with(self, node: Node<'_, '_>) -> Self {
        /// The smallest size that is seen, in half-points.
        const MIN_SIZE: f32 = 4.0;
        let [single, double] = self.struck;
        let size = value(node, "sz").and_then(|size| size.parse::<f32>().ok());
        Self {
            struck: [
                flag(node, "strike").unwrap_or(single),
                flag(node, "dstrike").unwrap_or(double),
            ],
            vanished: flag(node, "vanish").unwrap_or(self.vanished),
            white: value(node, "color").map_or(self.white, is_white),
            tiny: size.map_or(self.tiny, |size| size <= MIN_SIZE),
            filled: is_filled(node).unwrap_or(self.filled),
            script: match value(node, "vertAlign") {
                Some("superscript") => Script::Super,
                Some("subscript") => Script::Sub,
                Some(_) => Script::Line,
                None => self.script,
            },
        }
    }

    /// This look with what the look of a style of characters adds.
    pub(super) fn over(self, over: Self) -> Self {
        let ([single, double], [over_single, over_double]) = (self.struck, over.struck);
        Self {
            struck: [single || over_single, double || over_double],
            vanished: self.vanished || over.vanished,
            white: self.white || over.white,
            tiny: self.tiny || over.tiny,
            filled: self.filled || over.filled,
            script: if over.script == Script::Line { self.script } else { over.script },
        }
    }

    /// Why letters are no statement, if they are none.
    pub(super) fn left_out(&self) -> Option<LeftOut> {
        if self.vanished || self.tiny || self.white && !self.filled {
            return Some(LeftOut::Hidden);
        }
        self.struck.contains(&true).then_some(LeftOut::Struck)
    }
}

fn is_white(color: &str) -> bool {
    color.eq_ignore_ascii_case("ffffff")
}

/// Whether properties of a run, paragraph, cell or table give a ground of another colour than white;
/// `None` if they give none.
pub(super) fn is_filled(properties: Node<'_, '_>) -> Option<bool> {
    if let Some(highlight) = value(properties, "highlight") {
        return Some(!matches!(highlight, "none" | "white"));
    }
    let shading = child(properties, "shd")?;
    let has_pattern = !matches!(attribute(shading, "val"), None | Some("clear" | "nil"));
    let fill = attribute(shading, "fill").filter(|fill| !fill.eq_ignore_ascii_case("auto"));
    Some(has_pattern || fill.is_some_and(|fill| !is_white(fill)))
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
        Self { heading: None, is_list_item: false, bold: false, size: 10.0, look: Look::default() }
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
        let ground = paragraph.and_then(is_filled);
        style.look.filled = ground.unwrap_or(style.look.filled);
        style.look = run.map_or(style.look, |run| style.look.with(run));
        // The head of a table has a ground in its style.
        let filled = |inner: Node<'_, '_>| {
            inner.tag_name().name() == "tcPr" && is_filled(inner) == Some(true)
        };
        style.look.filled |= node.descendants().any(filled);
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
