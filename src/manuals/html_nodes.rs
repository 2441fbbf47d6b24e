//! Nodes of an HTML page: names, attributes, text.

use markup5ever_rcdom::{Handle, NodeData};

/// The most elements nested in each other.
pub(super) const MAX_DEPTH: u32 = 200;
/// Elements within a line.
pub(super) const INLINE: [&str; 37] = [
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "img", "input", "ins", "kbd", "label", "mark", "q", "s", "samp", "select", "small", "span",
    "strike", "strong", "sub", "sup", "textarea", "time", "tt", "u", "var", "wbr", "o:p",
];
/// Elements that no reader reads.
const SKIPPED: [&str; 19] = [
    "script", "style", "nav", "aside", "footer", "head", "template", "noscript", "svg", "iframe",
    "object", "button", "canvas", "audio", "video", "map", "dialog", "menu", "title",
];

/// Calls `each` with all nodes below `parent`, in printed order.
pub(super) fn visit(parent: &Handle, depth: u32, each: &mut dyn FnMut(&Handle)) {
    if depth == 0 {
        return;
    }
    for node in parent.children.borrow().iter() {
        each(node);
        visit(node, depth - 1, each);
    }
}

/// All text below a node.
pub(super) fn text_of(node: &Handle) -> String {
    let mut out = String::new();
    visit(node, MAX_DEPTH, &mut |inner| {
        if let NodeData::Text { contents } = &inner.data {
            out.push_str(&contents.borrow());
        }
    });
    out
}

/// Name of an element, in lower case.
pub(super) fn name_of(node: &Handle) -> Option<&str> {
    match &node.data {
        NodeData::Element { name, .. } => Some(&name.local),
        _ => None,
    }
}

/// The value of an element's attribute.
pub(super) fn attribute(node: &Handle, name: &str) -> Option<String> {
    let NodeData::Element { attrs, .. } = &node.data else { return None };
    let attrs = attrs.borrow();
    attrs.iter().find(|attr| &*attr.name.local == name).map(|attr| attr.value.to_string())
}

/// Whether an element is no part of what a page says.
pub(super) fn is_skipped(node: &Handle) -> bool {
    let Some(name) = name_of(node) else { return false };
    let role = attribute(node, "role").unwrap_or_default();
    SKIPPED.contains(&name)
        || attribute(node, "aria-hidden").as_deref() == Some("true")
        || ["navigation", "search", "contentinfo"].contains(&role.as_str())
}
