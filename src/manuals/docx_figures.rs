//! The pictures of a Word paragraph, by their relations.

use roxmltree::Node;

use super::docx_runs::is_of_paragraph;
use super::docx_styles::{child, flag};
use super::found_figures::{EMU_PER_POINT, MIN_SIDE_PT};
use super::package::{LocalName, descend};

/// The ids of the relations to the pictures of a paragraph, in printed order. Hidden ones, and such as are
/// no larger than letters, are left out.
pub(super) fn pictures_of<'a>(paragraph: Node<'a, '_>) -> Vec<&'a str> {
    let runs = descend(paragraph, is_of_paragraph).filter(|node| node.has_local_name("r"));
    let is_seen = |run: &Node<'_, '_>| {
        !child(*run, "rPr").and_then(|properties| flag(properties, "vanish")).unwrap_or(false)
    };
    let inside = |node: Node<'_, '_>| !node.has_local_name("r") && is_of_paragraph(node);
    runs.filter(is_seen).flat_map(|run| descend(run, inside)).filter_map(relation_of).collect()
}

/// The relation of a picture, of today's drawings (`blip`) or of the older ones (`imagedata`).
fn relation_of<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    let id = if node.has_local_name("blip") {
        node.local_attribute("embed").or_else(|| node.local_attribute("link"))
    } else if node.has_local_name("imagedata") {
        node.attributes()
            .find(|one| one.name() == "id" && one.namespace().is_some())
            .map(|one| one.value())
    } else {
        None
    };
    id.filter(|id| !id.is_empty() && is_figure(node))
}

/// Whether the drawing around a picture is shown and larger than letters, as far as it says.
fn is_figure(node: Node<'_, '_>) -> bool {
    /// A picture stands some elements deep in its drawing.
    const MAX_ANCESTORS: usize = 24;
    let mut around = node.ancestors().take(MAX_ANCESTORS);
    let Some(drawing) =
        around.find(|one| one.has_local_name("inline") || one.has_local_name("anchor"))
    else {
        return true;
    };
    let points = |extent: Node<'_, '_>, name: &str| -> Option<f64> {
        Some(extent.local_attribute(name)?.parse::<f64>().ok()? / EMU_PER_POINT)
    };
    let size =
        child(drawing, "extent").and_then(|extent| points(extent, "cx").zip(points(extent, "cy")));
    let is_hidden = child(drawing, "docPr")
        .is_some_and(|one| matches!(one.local_attribute("hidden"), Some("1" | "true")));
    !is_hidden && size.is_none_or(|(width, height)| width.min(height) >= MIN_SIDE_PT)
}
