//! Tables of an HTML page.

use markup5ever_rcdom::{Handle, NodeData};

use super::html_nodes::{attribute, is_skipped, name_of, visit};
use super::html_pictures::HtmlPictures;
use super::unpaged_lines::TableCell;

/// The most rows or columns that a cell may span.
const MAX_SPAN: usize = 1000;
/// The most columns of a table that are told apart.
const MAX_COLUMNS: usize = 2000;
/// The most elements of a table nested in each other.
const MAX_DEPTH: u32 = 50;
/// Elements that end a line in a cell.
const BLOCKS: [&str; 12] = ["p", "div", "li", "ul", "ol", "br", "dt", "dd", "h1", "h2", "h3", "h4"];

/// Whether a table only lays out a page: it has a single column or further tables in it.
pub(super) fn is_layout(table: &Handle) -> bool {
    let mut nested = false;
    visit(table, MAX_DEPTH, &mut |node| nested |= name_of(node) == Some("table"));
    let widest = rows(table).iter().map(|row| cells(row).len()).max().unwrap_or(0);
    attribute(table, "role").as_deref() == Some("presentation") || nested || widest < 2
}

fn rows(table: &Handle) -> Vec<Handle> {
    let mut out = Vec::new();
    visit(table, MAX_DEPTH, &mut |node| {
        if name_of(node) == Some("tr") && !is_skipped(node) {
            out.push(node.clone());
        }
    });
    out
}

fn cells(row: &Handle) -> Vec<Handle> {
    let is_cell = |node: &&Handle| matches!(name_of(node), Some("td" | "th"));
    row.children.borrow().iter().filter(is_cell).cloned().collect()
}

/// The cells of a table, each at its column: cells of rows above may reach down into a row.
pub(super) fn read_table(table: &Handle, pictures: &HtmlPictures) -> Vec<Vec<TableCell>> {
    let mut out: Vec<Vec<TableCell>> = Vec::new();
    // For each column, in how many rows from here on it is taken.
    let mut taken: Vec<usize> = Vec::new();
    let rows = rows(table);
    let count = rows.len();
    for (at, row) in rows.into_iter().enumerate() {
        let mut cells_of_row = Vec::new();
        let mut column = 0;
        let mut reached: Vec<(usize, usize, usize)> = Vec::new();
        for cell in cells(&row) {
            while taken.get(column).is_some_and(|rows| *rows > 0) {
                column += 1;
            }
            let span = |name: &str| -> usize {
                attribute(&cell, name)
                    .and_then(|value| value.trim().parse().ok())
                    .unwrap_or(1)
                    .clamp(0, MAX_SPAN)
            };
            // A row span of zero reaches to the end of the table.
            let rows = match span("rowspan") {
                0 => count - at,
                rows => rows.min(count - at),
            };
            let columns = span("colspan").max(1).min(MAX_COLUMNS.saturating_sub(column).max(1));
            reached.push((column, columns, rows));
            let is_head = name_of(&cell) == Some("th");
            cells_of_row.push(TableCell {
                columns: (column, columns),
                rows,
                is_head,
                lines: lines(&cell),
                pictures: pictures.names_below(&cell),
            });
            column += columns;
        }
        taken.iter_mut().for_each(|rows| *rows = rows.saturating_sub(1));
        for (column, columns, rows) in reached {
            if taken.len() < column + columns {
                taken.resize(column + columns, 0);
            }
            taken.iter_mut().skip(column).take(columns).for_each(|taken| *taken = rows - 1);
        }
        out.push(cells_of_row);
    }
    out
}

/// The lines of a cell, list items with bullets.
fn lines(cell: &Handle) -> Vec<String> {
    let mut out = vec![String::new()];
    push_lines(cell, &mut out, MAX_DEPTH);
    out.retain(|line| line.chars().any(char::is_alphanumeric));
    out
}

fn push_lines(parent: &Handle, out: &mut Vec<String>, depth: u32) {
    let children = parent.children.borrow();
    for node in children.iter().filter(|node| depth > 0 && !is_skipped(node)) {
        if let (NodeData::Text { contents }, Some(line)) = (&node.data, out.last_mut()) {
            line.push_str(&contents.borrow());
        }
        let Some(name) = name_of(node) else { continue };
        let is_block = BLOCKS.contains(&name);
        if is_block {
            out.push(if name == "li" { "• ".to_owned() } else { String::new() });
        }
        push_lines(node, out, depth - 1);
        if is_block {
            out.push(String::new());
        }
    }
}
