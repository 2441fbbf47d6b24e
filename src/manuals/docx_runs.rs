//! The text of a Word paragraph's runs.

use roxmltree::Node;

/// Whether what is below an element belongs to the paragraph that it stands in, and is neither deleted
/// nor moved away.
pub(super) fn is_of_paragraph(node: Node<'_, '_>) -> bool {
    !["p", "del", "moveFrom", "txbxContent", "Fallback"].contains(&node.tag_name().name())
}

/// Appends the text of a run.
pub(super) fn push_run_text(run: Node<'_, '_>, out: &mut String) {
    for part in run.children().filter(Node::is_element) {
        match part.tag_name().name() {
            "t" => out.push_str(&part.text().unwrap_or_default().replace('\n', " ")),
            "tab" | "ptab" => out.push('\t'),
            "br" | "cr" => out.push('\n'),
            "noBreakHyphen" => out.push('-'),
            // A character of a symbol font is a bullet in manuals.
            "sym" => out.push('•'),
            _ => {}
        }
    }
}
