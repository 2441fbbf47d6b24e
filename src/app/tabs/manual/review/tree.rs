//! The tree of what was read, each row of which is selected, dragged and dropped onto.

use egui::text::LayoutJob;
use egui::{
    Align, Align2, Button, CursorIcon, EventFilter, Frame, Id, LayerId, Layout, Margin, Order,
    Response, Sense, Stroke, StrokeKind, TextFormat, TextStyle, Ui, vec2,
};

use super::actions::{ReviewAction, kind_of, label_of};
use super::keys::KINDS;
use super::rows::RowItem;
use crate::tab_context::TabContext;
use fettle_domain::{LinePlace, ManualText, PartPlace, ProductCode, StatementKind};
use fettle_engine::explain_manual_warning;

/// Indentation of a level, in points.
const INDENT: i8 = 14;

/// What the tree is drawn of.
pub(super) struct Tree<'a> {
    pub(super) text: &'a ManualText,
    pub(super) rows: &'a [RowItem],
    /// Index of the selected row.
    pub(super) selected: usize,
    /// Whether the selection moved, so that it is to be in view.
    pub(super) moved: bool,
    pub(super) product: &'a ProductCode,
    pub(super) path: &'a str,
}

impl Tree<'_> {
    /// Draws the rows. Returns what the mouse did.
    pub(super) fn show(&self, ui: &mut Ui, cx: &TabContext<'_>) -> Vec<ReviewAction> {
        let mut out = Vec::new();
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
            for (index, row) in self.rows.iter().enumerate() {
                ui.push_id(index, |ui| self.row(ui, cx, (index, *row), &mut out));
            }
        });
        self.show_dragged(ui, cx);
        out
    }

    fn row(
        &self,
        ui: &mut Ui,
        cx: &TabContext<'_>,
        (index, row): (usize, RowItem),
        out: &mut Vec<ReviewAction>,
    ) {
        let is_selected = index == self.selected;
        let left = INDENT.saturating_mul(depth(row));
        let top = if matches!(row, RowItem::Section(_) | RowItem::Unassigned) { 8 } else { 0 };
        let frame = Frame::new().inner_margin(Margin { left, top, ..Margin::ZERO });
        let response = frame.show(ui, |ui| {
            ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
                let label = self.label(ui, cx, row, is_selected);
                let sense =
                    if is_draggable(row) { Sense::click_and_drag() } else { Sense::click() };
                ui.add(Button::selectable(is_selected, label).wrap().sense(sense))
            })
            .inner
        });
        let response = response.inner;
        self.keep_focus(ui, &response, is_selected);
        if response.clicked() || response.secondary_clicked() {
            out.push(ReviewAction::Select(row));
        }
        if is_draggable(row) {
            response.dnd_set_drag_payload(row);
        }
        if let Some(dragged) = response.dnd_hover_payload::<RowItem>()
            && *dragged != row
        {
            let edge = Stroke::new(2.0, ui.visuals().selection.bg_fill);
            ui.painter().rect_stroke(response.rect, 3.0, edge, StrokeKind::Inside);
        }
        if let Some(dragged) = response.dnd_release_payload::<RowItem>()
            && *dragged != row
        {
            out.push(ReviewAction::Drop { dragged: *dragged, onto: row });
        }
        if !matches!(row, RowItem::Warning(_) | RowItem::Unassigned) {
            response.context_menu(|ui| menu(ui, cx, row, out));
        }
    }

    /// The selected row has the keyboard's focus, so that it is read aloud; the arrows stay with the
    /// screen.
    fn keep_focus(&self, ui: &Ui, response: &Response, is_selected: bool) {
        if !is_selected {
            return;
        }
        if self.moved {
            response.request_focus();
            response.scroll_to_me(Some(Align::Center));
            // The filter below holds from the next frame on.
            ui.ctx().request_repaint();
        }
        if response.has_focus() {
            let filter =
                EventFilter { vertical_arrows: true, escape: true, ..EventFilter::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        }
    }

    fn label(&self, ui: &Ui, cx: &TabContext<'_>, row: RowItem, is_selected: bool) -> LayoutJob {
        let visuals = ui.visuals();
        let (colour, weak) = if is_selected {
            (visuals.selection.stroke.color, visuals.selection.stroke.color)
        } else {
            (visuals.strong_text_color(), visuals.weak_text_color())
        };
        let text_colour = if is_selected { colour } else { visuals.text_color() };
        let mut job = LayoutJob::default();
        let mut add = |text: &str, style: TextStyle, colour| {
            job.append(text, 0.0, TextFormat::simple(style.resolve(ui.style()), colour));
        };
        let place = |page: u32| cx.localizer.place(self.path, page);
        match row {
            RowItem::Section(index) => {
                let Some(section) = self.text.sections.get(index) else { return job };
                let defect = match &section.defect {
                    Some(code) => cx.defect_name(Some(self.product), code),
                    None => cx.text("manual-unknown-defect"),
                };
                add(&section.heading, TextStyle::Body, colour);
                add(&format!("  {defect} · {}", place(section.page)), TextStyle::Small, weak);
            }
            RowItem::Part(section, part) => {
                let kind = kind_of(self.text, section, part).unwrap_or(StatementKind::Other);
                add(&cx.text(kind.message_id()), TextStyle::Body, colour);
                if let Some(label) = label_of(self.text, section, part) {
                    add(&format!("  “{label}”"), TextStyle::Small, weak);
                }
                if self.text.sections.get(section).is_some_and(|one| one.part(part).is_empty()) {
                    add(&format!("  {}", cx.text("report-nothing")), TextStyle::Small, weak);
                }
            }
            RowItem::Line(line) => {
                let text = self.text.line_text(line).unwrap_or_default();
                add(&format!("• {text}"), TextStyle::Body, text_colour);
                if let Some(page) = row.page(self.text) {
                    add(&format!("  {}", place(page)), TextStyle::Small, weak);
                }
            }
            RowItem::Unassigned => {
                let count = [("count", self.text.passages.len().into())];
                add(&cx.localizer.with("review-unassigned", &count), TextStyle::Body, colour);
            }
            RowItem::Warning(index) => {
                if let Some(warning) = self.text.warnings.get(index) {
                    let language = cx.localizer.language;
                    let text = explain_manual_warning(warning, self.path, language);
                    let colour = if is_selected { colour } else { visuals.warn_fg_color };
                    add(&text, TextStyle::Small, colour);
                }
            }
        }
        job
    }

    /// Shows what is dragged beside the pointer.
    fn show_dragged(&self, ui: &Ui, cx: &TabContext<'_>) {
        let Some(dragged) = egui::DragAndDrop::payload::<RowItem>(ui.ctx()) else { return };
        let Some(at) = ui.ctx().pointer_interact_pos() else { return };
        ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        const WIDTH: f32 = 280.0;
        let painter =
            ui.ctx().layer_painter(LayerId::new(Order::Tooltip, Id::unique("review_dragged")));
        let mut job = self.label(ui, cx, *dragged, false);
        job.wrap.max_width = WIDTH;
        job.wrap.max_rows = 2;
        let galley = painter.layout_job(job);
        let rect = Align2::LEFT_TOP.anchor_size(at + vec2(14.0, 10.0), galley.size());
        let visuals = ui.visuals();
        painter.rect(
            rect.expand(4.0),
            4.0,
            visuals.window_fill,
            visuals.window_stroke,
            StrokeKind::Outside,
        );
        painter.galley(rect.min, galley, visuals.text_color());
    }
}

/// Levels of indentation.
fn depth(row: RowItem) -> i8 {
    match row {
        RowItem::Section(_) | RowItem::Unassigned => 0,
        RowItem::Part(..) | RowItem::Warning(_) | RowItem::Line(LinePlace::Passage(_)) => 1,
        RowItem::Line(LinePlace::Statement { .. }) => 2,
    }
}

/// Whether the row is something that can stand elsewhere.
fn is_draggable(row: RowItem) -> bool {
    matches!(row, RowItem::Line(_) | RowItem::Part(_, PartPlace::Other(_)))
        || matches!(row, RowItem::Part(..))
}

/// The menu of a row: what the keys do.
fn menu(ui: &mut Ui, cx: &TabContext<'_>, row: RowItem, out: &mut Vec<ReviewAction>) {
    let mut entries = Vec::new();
    let is_line = matches!(row, RowItem::Line(_));
    if !matches!(row, RowItem::Section(_)) {
        entries.extend(KINDS.map(|kind| (cx.text(kind.message_id()), ReviewAction::SetKind(kind))));
    }
    if matches!(row, RowItem::Section(_)) || is_line {
        entries.push((cx.text("review-defect"), ReviewAction::AskDefect));
    }
    if is_line {
        entries.push((cx.text("review-label"), ReviewAction::AskLabel));
        entries.push((cx.text("review-merge"), ReviewAction::Merge { spaced: true }));
        entries.push((cx.text("review-merge-close"), ReviewAction::Merge { spaced: false }));
    }
    if matches!(row, RowItem::Line(LinePlace::Statement { .. })) {
        entries.push((cx.text("review-split"), ReviewAction::AskSplit));
    }
    if !matches!(row, RowItem::Line(LinePlace::Passage(_))) {
        let id = match row {
            RowItem::Section(_) => "review-no-heading",
            _ => "review-no-statement",
        };
        entries.push((cx.text(id), ReviewAction::NoStatement));
    }
    for (label, action) in entries {
        if ui.button(label).clicked() {
            // The row of the menu may not be the selected one.
            out.extend([ReviewAction::Select(row), action]);
            ui.close();
        }
    }
}
