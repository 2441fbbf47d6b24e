//! Pictures in Office's drawings (ECMA-376, `DrawingML`), on slides and sheets.

use roxmltree::Node;

use super::error::Result;
use super::found_figures::{EMU_PER_POINT, MIN_SIDE_PT};
use super::package::{LocalName, Package};
use super::relations::{Relation, relations};

/// The most pictures of a sheet.
const MAX_PICTURES: usize = 1_000;

/// The id of the relation to a picture (`pic`) that is shown and larger than letters.
pub(super) fn relation_of_picture(node: Node<'_, '_>) -> Option<String> {
    let inner = |name: &str| node.descendants().find(|inner| inner.has_local_name(name));
    let blip = inner("blip")?;
    let id = blip.local_attribute("embed").or_else(|| blip.local_attribute("link"))?;
    let frame = inner("xfrm");
    let extent = frame.and_then(|frame| frame.children().find(|one| one.has_local_name("ext")));
    let side = |name: &str| -> Option<f64> {
        Some(extent?.local_attribute(name)?.parse::<f64>().ok()? / EMU_PER_POINT)
    };
    let is_small = side("cx").zip(side("cy")).is_some_and(|(x, y)| x.min(y) < MIN_SIDE_PT);
    let is_hidden = inner("cNvPr")
        .is_some_and(|names| matches!(names.local_attribute("hidden"), Some("1" | "true")));
    (!is_small && !is_hidden).then(|| id.to_owned())
}

/// The pictures of a drawing on a sheet.
pub(super) struct SheetDrawing {
    pub(super) relations: Vec<Relation>,
    /// The row of each picture, from 0, and the id of its relation.
    pub(super) pictures: Vec<(u32, String)>,
}

/// The pictures of a sheet's part.
pub(super) fn pictures_of_sheet(
    package: &mut Package<'_>,
    part: &str,
) -> Result<Vec<SheetDrawing>> {
    let drawings = relations(package, part)?;
    let mut out = Vec::new();
    for drawing in drawings.iter().filter(|one| one.kind == "drawing" && !one.is_external) {
        let Some(text) = package.read(&drawing.target)? else { continue };
        let of_drawing = relations(package, &drawing.target)?;
        let document = package.parse(&text)?;
        let is_anchor = |node: &Node<'_, '_>| {
            node.has_local_name("twoCellAnchor") || node.has_local_name("oneCellAnchor")
        };
        let anchors = document.descendants().filter(is_anchor);
        let pictures = anchors.flat_map(|anchor| {
            let from = anchor.children().find(|node| node.has_local_name("from"));
            let row = from.and_then(|from| from.children().find(|one| one.has_local_name("row")));
            let row = row.and_then(|row| row.text()?.trim().parse::<u32>().ok());
            let pictures = anchor.descendants().filter(|node| node.has_local_name("pic"));
            pictures.filter_map(move |picture| Some((row?, relation_of_picture(picture)?)))
        });
        let pictures = pictures.take(MAX_PICTURES).collect();
        out.push(SheetDrawing { relations: of_drawing, pictures });
    }
    Ok(out)
}
