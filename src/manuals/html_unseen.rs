//! What of an HTML page nobody sees, or is struck out; fields of forms and raised letters as text.

use std::collections::HashMap;
use std::rc::Rc;

use markup5ever_rcdom::{Handle, Node, NodeData};

use super::html_nodes::{INLINE, MAX_DEPTH, attribute, is_skipped, name_of, text_of, visit};
use super::html_styles::{Rule, rules, style_of};
use super::unpaged_lines::{LeftOut, Script};

/// Types of input fields that show no value of theirs.
const WITHOUT_VALUE: [&str; 11] = [
    "hidden", "checkbox", "radio", "password", "file", "image", "submit", "reset", "button",
    "color", "range",
];

/// What is struck out on a page or not shown.
#[derive(Default)]
pub(super) struct Unseen {
    texts: HashMap<*const Node, (LeftOut, String)>,
}

/// What an element hands down to its text.
#[derive(Debug, Clone, Copy, Default)]
struct Look {
    white: bool,
    /// Whether the ground is of another colour than white.
    filled: bool,
    script: Script,
}

impl Unseen {
    /// Empties the elements of a page that nobody sees or that are struck out, and writes fields of
    /// forms and raised letters as text.
    pub(super) fn take_from(page: &Handle) -> Self {
        let mut sheets = String::new();
        visit(page, MAX_DEPTH, &mut |node| {
            if name_of(node) == Some("style") {
                sheets.push_str(&text_of(node));
                sheets.push('\n');
            }
        });
        let mut unseen = Self::default();
        unseen.take(page, &rules(&sheets), Look::default(), MAX_DEPTH);
        unseen
    }

    /// What was taken from a node.
    pub(super) fn at(&self, node: &Handle) -> Option<(LeftOut, &str)> {
        let (reason, text) = self.texts.get(&Rc::as_ptr(node))?;
        Some((*reason, text))
    }

    fn take(&mut self, parent: &Handle, rules: &[Rule], look: Look, depth: u32) {
        if depth == 0 {
            return;
        }
        for node in parent.children.borrow().iter() {
            if let NodeData::Text { contents } = &node.data {
                let text = contents.borrow().to_string();
                if look.white && !look.filled && !text.trim().is_empty() {
                    self.texts.insert(Rc::as_ptr(node), (LeftOut::Hidden, text));
                    *contents.borrow_mut() = "".into();
                } else if look.script != Script::Line {
                    *contents.borrow_mut() = look.script.apply(&text).as_str().into();
                }
            }
            let Some(name) = name_of(node).filter(|_| !is_skipped(node)) else { continue };
            let style = style_of(node, name, rules);
            if let Some(reason) = style.left_out() {
                self.texts.insert(Rc::as_ptr(node), (reason, seen_text(node)));
                node.children.borrow_mut().clear();
                continue;
            }
            fill_field(node, name);
            let look = Look {
                white: style.white.unwrap_or(look.white),
                filled: style.filled.unwrap_or(look.filled),
                script: match name {
                    "sup" => Script::Super,
                    "sub" => Script::Sub,
                    _ => look.script,
                },
            };
            self.take(node, rules, look, depth - 1);
        }
    }
}

/// The text of an element without scripts and the like.
fn seen_text(node: &Handle) -> String {
    fn push(parent: &Handle, out: &mut String, depth: u32) {
        for node in parent.children.borrow().iter().filter(|node| depth > 0 && !is_skipped(node)) {
            if let NodeData::Text { contents } = &node.data {
                out.push_str(&contents.borrow());
            }
            if name_of(node).is_some_and(|name| !INLINE.contains(&name)) {
                out.push(' ');
            }
            push(node, out, depth - 1);
        }
    }
    let mut out = String::new();
    push(node, &mut out, MAX_DEPTH);
    out
}

/// Writes what a field of a form shows as its text.
fn fill_field(node: &Handle, name: &str) {
    let shown = match name {
        "input" => {
            let kind = attribute(node, "type").unwrap_or_default().to_ascii_lowercase();
            let value = attribute(node, "value").filter(|_| !WITHOUT_VALUE.contains(&&*kind));
            value.unwrap_or_default()
        }
        "select" => {
            let mut chosen = Vec::new();
            visit(node, MAX_DEPTH, &mut |option| {
                if name_of(option) == Some("option") && attribute(option, "selected").is_some() {
                    chosen.push(text_of(option));
                }
            });
            chosen.join(", ")
        }
        _ => return,
    };
    // A field stands apart from the words around it.
    let contents = format!(" {shown} ").as_str().into();
    let mut children = node.children.borrow_mut();
    children.clear();
    children.push(Node::new(NodeData::Text { contents: std::cell::RefCell::new(contents) }));
}
