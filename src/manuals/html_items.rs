//! Items of lists in lists: one with items of its own below it may be a label, or a heading above labels.

use markup5ever_rcdom::{Handle, NodeData};

use super::html_nodes::{INLINE, name_of, text_of};
use super::label_forms::sub_heading;
use super::list_marker::split_marker;

/// What the text of an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ItemRole {
    /// A line of its list.
    Line,
    /// The label of the items below it.
    Label,
    /// A heading above items that are labels.
    Heading,
}

/// What the text of the item `node` is.
pub(super) fn item_role(node: &Handle) -> ItemRole {
    let below = items_below(node);
    if is_label(node, &below) {
        return ItemRole::Label;
    }
    match below.iter().any(|item| is_label(item, &items_below(item))) {
        true => ItemRole::Heading,
        false => ItemRole::Line,
    }
}

fn is_label(node: &Handle, below: &[Handle]) -> bool {
    let text = own_text(node);
    let text = split_marker(text.trim()).1.trim_end_matches([':', '：']);
    !below.is_empty() && sub_heading(text).is_some_and(|(_, rest)| rest.is_none())
}

/// The items of the lists right below an item.
fn items_below(node: &Handle) -> Vec<Handle> {
    let is =
        |node: &Handle, names: &[&str]| name_of(node).is_some_and(|name| names.contains(&name));
    let mut out = Vec::new();
    for list in node.children.borrow().iter().filter(|child| is(child, &["ul", "ol"])) {
        out.extend(list.children.borrow().iter().filter(|child| is(child, &["li"])).cloned());
    }
    out
}

/// The text of an item without that of the lists in it.
fn own_text(node: &Handle) -> String {
    let mut out = String::new();
    for child in node.children.borrow().iter() {
        match (&child.data, name_of(child)) {
            (NodeData::Text { contents }, _) => out.push_str(&contents.borrow()),
            (_, Some(name)) if INLINE.contains(&name) || name == "p" => {
                out.push_str(&text_of(child))
            }
            _ => {}
        }
    }
    out
}
