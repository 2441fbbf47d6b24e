//! The inspections as a table. Only visible rows are drawn.

use egui::{Align, Button, Layout, RichText, Role, Sense, WidgetInfo, vec2};
use egui_extras::{Column, TableBuilder, TableRow};

use super::inspection_rows::{Drawn, InspectionRows, row};
use crate::clock::recorded_time;
use crate::tab_context::TabContext;
use crate::widgets::verdict_mark;
use fettle_domain::{HistoryColumn, HistoryOrder, InspectionId, InspectionRow};

/// Height of the header, in points.
const HEADER_HEIGHT: f32 = 30.0;
/// Height of a row, in points.
const ROW_HEIGHT: f32 = 44.0;
/// Width of a row's thumbnail, in points.
const THUMBNAIL_WIDTH: f32 = 56.0;
/// Widths of the columns between the thumbnail and the last one, in points, where there is room.
const COLUMN_WIDTHS: [f32; 7] = [150.0, 200.0, 100.0, 100.0, 80.0, 80.0, 70.0];
/// Width of the table with these columns, in points.
const USUAL_WIDTH: f32 = 960.0;
/// Columns are not made narrower than by this factor.
const LEAST_SCALE: f32 = 0.5;

/// Shows the table with the selected row.
pub(super) fn show(
    rows: &mut InspectionRows,
    ui: &mut egui::Ui,
    cx: &mut TabContext<'_>,
    selected: Option<InspectionId>,
) -> Drawn {
    let mut drawn = Drawn::default();
    let total = rows.total.unwrap_or_default();
    // In a narrow window all columns stay in view, each narrower.
    let scale = (ui.available_width() / USUAL_WIDTH).clamp(LEAST_SCALE, 1.0);
    let widths = COLUMN_WIDTHS.map(|width| (width * scale).floor());
    let mut table = TableBuilder::new(ui)
        // Widths that a person set hold for windows of this kind.
        .id_salt(("history_table", scale < 1.0))
        .striped(true)
        .resizable(true)
        .sense(Sense::click())
        .cell_layout(Layout::left_to_right(Align::Center))
        .column(Column::exact(THUMBNAIL_WIDTH));
    for width in widths {
        table = table.column(Column::initial(width).clip(true));
    }
    table = table.column(Column::remainder().clip(true));
    if let Some(place) = rows.scroll_to.take() {
        table = table.scroll_to_row(place, None);
    }
    let order = rows.order;
    let mut sorted = None;
    let header = |mut row: TableRow<'_, '_>| {
        row.col(|ui| {
            ui.strong(cx.text("history-picture"));
        });
        for (title, column) in COLUMNS {
            row.col(|ui| sorted = sort_button(ui, cx, title, column, order).or(sorted));
        }
    };
    let InspectionRows { pages, thumbnails, marked, .. } = rows;
    let mut missing = Vec::new();
    table.header(HEADER_HEIGHT, header).body(|body| {
        body.rows(ROW_HEIGHT, total, |mut line| {
            let place = line.index();
            drawn.note(place);
            let Some(row) = row(pages, place) else {
                line.col(|ui| {
                    ui.weak("…");
                });
                return;
            };
            let is_selected = selected == Some(row.id) || marked.contains(&row.id);
            line.set_selected(is_selected);
            line.col(|ui| {
                let Some(path) = row.image_path.as_deref() else {
                    ui.weak("–");
                    return;
                };
                let (frame, _) = ui.allocate_exact_size(ui.available_size(), Sense::empty());
                let frame = frame.shrink2(vec2(0.0, 2.0));
                if !thumbnails.paint(ui, cx.localizer, path, frame) {
                    missing.push(path);
                }
            });
            let named = cells(&mut line, cx, row, is_selected);
            let line = line.response();
            if named.clicked || line.clicked() {
                drawn.clicked = Some(row.id);
                drawn.is_double = named.is_double || line.double_clicked();
            }
        });
    });
    thumbnails.request(cx, missing.into_iter());
    drawn.sorted = sorted;
    drawn
}

/// What a person did with the name in a row.
#[derive(Default)]
struct NameClick {
    clicked: bool,
    is_double: bool,
}

/// The columns after the picture, with their titles.
pub(super) const COLUMNS: [(&str, HistoryColumn); 8] = [
    ("label-time", HistoryColumn::Time),
    ("history-file", HistoryColumn::Source),
    ("label-product", HistoryColumn::Product),
    ("judge-defect", HistoryColumn::Defect),
    ("label-verdict", HistoryColumn::Verdict),
    ("history-judged", HistoryColumn::Judged),
    ("label-score", HistoryColumn::Score),
    ("history-action", HistoryColumn::Action),
];

/// The title of a column, with a sign where the list is sorted by it. Returns the order that a click asks
/// for: the other direction, or the usual one of another column.
fn sort_button(
    ui: &mut egui::Ui,
    cx: &TabContext<'_>,
    title: &str,
    column: HistoryColumn,
    order: HistoryOrder,
) -> Option<HistoryOrder> {
    let is_sorted = order.column == column;
    let sign = match (is_sorted, order.ascending) {
        (false, _) => "",
        (true, true) => " ▲",
        (true, false) => " ▼",
    };
    let text = RichText::new(format!("{}{sign}", cx.text(title))).strong();
    let button = ui.add(Button::new(text).frame(false).truncate());
    let hint = cx.localizer.with("history-sort", &[("column", cx.text(title).into())]);
    let name = format!("{hint}{sign}");
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    if !button.on_hover_text(hint).clicked() {
        return None;
    }
    Some(match is_sorted {
        true => HistoryOrder { column, ascending: !order.ascending },
        false => usual_order(column),
    })
}

/// The order of a column at first: newest and highest first, names from A.
pub(super) fn usual_order(column: HistoryColumn) -> HistoryOrder {
    let ascending = !matches!(column, HistoryColumn::Time | HistoryColumn::Score);
    HistoryOrder { column, ascending }
}

/// Draws the cells of a row after the thumbnail. Returns what was done with the name.
fn cells(
    line: &mut TableRow<'_, '_>,
    cx: &TabContext<'_>,
    row: &InspectionRow,
    selected: bool,
) -> NameClick {
    let mut name_click = NameClick::default();
    let text = |ui: &mut egui::Ui, text: &str| {
        // Selectable text would swallow clicks on the row.
        ui.add(egui::Label::new(text).selectable(false).truncate());
    };
    let dash = || "–".to_owned();
    line.col(|ui| {
        text(ui, &recorded_time(&row.created_at));
    });
    line.col(|ui| {
        let name = Button::selectable(selected, row.file_name()).truncate();
        let name = ui.add(name).on_hover_text(&row.source);
        name_click = NameClick { clicked: name.clicked(), is_double: name.double_clicked() };
    });
    line.col(|ui| {
        text(ui, &row.product.as_ref().map_or_else(dash, |product| cx.product_name(product)))
    });
    line.col(|ui| {
        let name = |defect| cx.defect_name(row.product.as_ref(), defect);
        text(ui, &row.defect.as_ref().map_or_else(dash, name));
    });
    line.col(|ui| {
        let word = RichText::new(cx.text(row.verdict.message_id()));
        verdict_mark::show_with_word(ui, word, row.verdict);
    });
    line.col(|ui| {
        let Some(judged) = row.judged else { return };
        let word = RichText::new(cx.text(judged.message_id()));
        // A judgement that overrules the verdict stands out.
        let word = if judged == row.verdict { word } else { word.strong().underline() };
        verdict_mark::show_with_word(ui, word, judged);
    });
    line.col(|ui| {
        text(ui, &row.image_score.map_or_else(dash, |score| format!("{score:.2}")));
    });
    line.col(|ui| {
        text(
            ui,
            &row.required_action().map_or_else(String::new, |state| cx.text(state.message_id())),
        )
    });
    name_click
}
