//! The tree of what was read, each row of which is selected, dragged and dropped onto.

use egui::text::LayoutJob;
use egui::{
    Align, Align2, Button, CursorIcon, EventFilter, Frame, Id, LayerId, Layout, Margin, Order,
    Response, Sense, Stroke, StrokeKind, TextFormat, Ui, vec2,
};

use super::actions::ReviewAction;
use super::keys::{KINDS, KindKey};
use super::row_texts::{Piece, RowTexts, Tone};
use super::rows::RowItem;
use crate::tab_context::TabContext;
use fettle_domain::LinePlace;

/// Indentation of a level, in points.
const INDENT: i8 = 14;

/// What the tree is drawn of.
pub(super) struct Tree<'a> {
    pub(super) rows: &'a [RowItem],
    pub(super) texts: &'a RowTexts,
    /// Index of the selected row.
    pub(super) selected: usize,
    /// Whether the selection moved, so that it is to be in view.
    pub(super) moved: bool,
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
        self.show_dragged(ui);
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
                let label = self.label(ui, index, is_selected);
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

    fn label(&self, ui: &Ui, index: usize, is_selected: bool) -> LayoutJob {
        let visuals = ui.visuals();
        let mut job = LayoutJob::default();
        for Piece { text, style, tone } in self.texts.tree.get(index).into_iter().flatten() {
            let colour = match tone {
                _ if is_selected => visuals.selection.stroke.color,
                Tone::Strong => visuals.strong_text_color(),
                Tone::Plain => visuals.text_color(),
                Tone::Weak => visuals.weak_text_color(),
                Tone::Warning => visuals.warn_fg_color,
            };
            job.append(text, 0.0, TextFormat::simple(style.resolve(ui.style()), colour));
        }
        job
    }

    /// Shows what is dragged beside the pointer.
    fn show_dragged(&self, ui: &Ui) {
        let Some(dragged) = egui::DragAndDrop::payload::<RowItem>(ui.ctx()) else { return };
        let Some(index) = self.rows.iter().position(|row| row == &*dragged) else { return };
        let Some(at) = ui.ctx().pointer_interact_pos() else { return };
        ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        const WIDTH: f32 = 280.0;
        let painter =
            ui.ctx().layer_painter(LayerId::new(Order::Tooltip, Id::unique("review_dragged")));
        let mut job = self.label(ui, index, false);
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
    matches!(row, RowItem::Line(_) | RowItem::Part(..))
}

/// The menu of a row: what the keys do.
fn menu(ui: &mut Ui, cx: &TabContext<'_>, row: RowItem, out: &mut Vec<ReviewAction>) {
    let mut entries = Vec::new();
    let is_line = matches!(row, RowItem::Line(_));
    if !matches!(row, RowItem::Section(_)) {
        let entry = |KindKey { kind, .. }: KindKey| {
            (cx.text(kind.message_id()), ReviewAction::SetKind(kind))
        };
        entries.extend(KINDS.map(entry));
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
