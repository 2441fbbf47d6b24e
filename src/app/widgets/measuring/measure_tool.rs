//! The tool that measures: two clicks are a line.

use egui::{CursorIcon, Key, Pos2, Ui};

use super::line_list::{ListAction, show_lines};
use super::line_painting::{on_screen, paint_length, paint_line, paint_lines};
use super::scale_form::{FormState, ScaleBy, ScaleForm};
use crate::command::Command;
use crate::tab_context::TabContext;
use crate::widgets::image_view::{ImageResponse, Placement};
use fettle_domain::{
    Inspection, InspectionId, MAX_LINES, MeasuredLine, Measurements, PixelScale, PlacePx,
    significant,
};
use fettle_engine::SetMeasurements;

/// Lines of one inspection, and the one that is drawn.
#[derive(Default)]
pub(crate) struct MeasureTool {
    is_active: bool,
    /// The inspection whose lines these are, once it is shown.
    shown: Option<Option<InspectionId>>,
    measured: Measurements,
    /// The first end of a line whose second is not clicked yet.
    begun: Option<PlacePx>,
    selected: Option<usize>,
    /// Whether the text of a note is not kept yet.
    is_typed: bool,
    form: Option<ScaleForm>,
}

impl MeasureTool {
    /// Takes the lines of an inspection when it is shown first; from then on they are those drawn here.
    pub(crate) fn adopt(&mut self, inspection: &Inspection) {
        if self.shown != Some(inspection.id) {
            let measured = inspection.measurements.clone();
            *self = Self { shown: Some(inspection.id), measured, ..Self::default() };
        }
    }

    /// What is measured in the picture.
    pub(crate) fn measured(&self) -> &Measurements {
        &self.measured
    }

    /// Whether clicks on the picture measure.
    pub(crate) fn is_active(&self) -> bool {
        self.is_active
    }

    /// Begins measuring, or ends it.
    pub(crate) fn toggle(&mut self) {
        self.is_active = !self.is_active;
        self.begun = None;
    }

    /// Gives up the line that is begun, else ends measuring; whether there was either.
    pub(crate) fn stop(&mut self) -> bool {
        if self.begun.take().is_none() && !std::mem::take(&mut self.is_active) {
            return false;
        }
        true
    }

    /// Adds the tool's buttons to the current row.
    pub(crate) fn tools(&mut self, ui: &mut Ui, cx: &TabContext<'_>, inspection: &Inspection) {
        let hint = format!("{} (M)", cx.text("measure-hint"));
        let button = ui.selectable_label(self.is_active, cx.text("command-measure"));
        if button.on_hover_text(hint).clicked() {
            self.toggle();
        }
        let Some(product) = inspection.product.clone().filter(|_| self.is_active) else { return };
        let line = self.selected.and_then(|index| Some((index, self.measured.lines.get(index)?)));
        let set = egui::Button::new(cx.text("measure-set-scale"));
        let set = ui.add_enabled(line.is_some(), set);
        let set = set.on_hover_text(cx.text("measure-set-scale-hint"));
        if let Some((index, line)) = line.filter(|_| set.clicked()) {
            let (number, length_px) = (index + 1, line.length_px());
            let picture_px = (inspection.width_px, inspection.height_px);
            let by = ScaleBy::Line { number, length_px, picture_px };
            self.form = Some(ScaleForm::new(product.clone(), by));
        }
        let Some(stored) = inspection.image_path.clone() else { return };
        let checker = ui.button(cx.text("measure-checker"));
        if checker.on_hover_text(cx.text("measure-checker-hint")).clicked() {
            self.form = Some(ScaleForm::new(product, ScaleBy::Checker { stored }));
        }
    }

    /// Takes what was kept of an inspection, which may have been measured in another tab.
    pub(crate) fn take_kept(&mut self, id: InspectionId, kept: &Measurements) {
        if self.shown == Some(Some(id)) && !self.is_typed {
            self.measured = kept.clone();
        }
    }

    /// Draws the lines over the picture of the part in `view`.
    pub(crate) fn paint(&self, ui: &Ui, view: &ImageResponse, placed: Placement) {
        let painter = ui.painter_at(view.response.rect);
        paint_lines(ui, &painter, placed, &self.measured, self.selected);
    }

    /// Draws the lines over the picture of the part in `view`, and takes clicks while measuring.
    pub(crate) fn on_picture(
        &mut self,
        ui: &Ui,
        cx: &mut TabContext<'_>,
        view: &ImageResponse,
        placed: Placement,
    ) {
        self.paint(ui, view, placed);
        if !self.is_active {
            return;
        }
        let painter = ui.painter_at(view.response.rect);
        if view.response.hovered() {
            ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
        }
        let place = |at: Pos2| {
            let at = placed.to_image(at);
            let size = view.screen.image;
            PlacePx { x: at.x.clamp(0.0, size.x), y: at.y.clamp(0.0, size.y) }
        };
        if view.response.clicked()
            && let Some(at) = view.response.interact_pointer_pos()
        {
            match self.begun.take() {
                None => self.begun = Some(place(at)),
                Some(from) => self.add(cx, from, place(at)),
            }
        }
        if let Some(from) = self.begun {
            let to = view.response.hover_pos().map_or(from, place);
            let line = MeasuredLine { from, to, note: String::new() };
            let ends = (on_screen(placed, from), on_screen(placed, to));
            paint_line(&painter, ends, true);
            if line.length_px() > 0.0 {
                let length = self.measured.length_text(line.length_px());
                paint_length(ui, &painter, ends, &length);
            }
        }
        let deletes = ui.input(|input| input.key_pressed(Key::Delete));
        if deletes
            && !ui.ctx().text_edit_focused()
            && let Some(index) = self.selected
        {
            self.remove(cx, index);
        }
    }

    /// Shows the lines in a list, and the scale.
    pub(crate) fn list(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        if self.measured.lines.is_empty() {
            return;
        }
        ui.add_space(8.0);
        ui.strong(cx.text("label-measured"));
        let (measured, typed) = (&mut self.measured, &mut self.is_typed);
        match show_lines(ui, cx, measured, self.selected, typed) {
            Some(ListAction::Select(index)) => self.selected = Some(index),
            Some(ListAction::Remove(index)) => self.remove(cx, index),
            Some(ListAction::Noted) => self.keep(cx),
            None => {}
        }
        match &self.measured.scale {
            Some(scale) => ui.small(scale_text(cx, scale)),
            None => ui.small(cx.text("measure-picture-only")),
        };
    }

    /// Shows the dialog that sets the scale, where it is open.
    pub(crate) fn dialog(&mut self, ui: &Ui, cx: &mut TabContext<'_>, inspection: &Inspection) {
        let Some(form) = &mut self.form else { return };
        match form.show(ui.ctx(), cx) {
            FormState::Open => {}
            FormState::Closed => self.form = None,
            FormState::Set(scale) => {
                self.form = None;
                if let Some(product) = &inspection.product {
                    let values = [
                        ("product", cx.product_name(product).into()),
                        ("scale", scale_text(cx, &scale).into()),
                    ];
                    cx.toasts.done(cx.localizer.with("measure-taken", &values));
                }
                // The picture in which the scale was found has it, too.
                self.measured.scale = Some(scale);
                self.keep(cx);
            }
        }
    }

    fn add(&mut self, cx: &mut TabContext<'_>, from: PlacePx, to: PlacePx) {
        let line = MeasuredLine { from, to, note: String::new() };
        if self.measured.lines.len() >= MAX_LINES {
            let most = [("most", MAX_LINES.into())];
            return cx.toasts.error(cx.localizer.with("measure-most", &most));
        }
        if line.length_px() > 0.0 {
            self.measured.lines.push(line);
            self.selected = Some(self.measured.lines.len() - 1);
            self.keep(cx);
        }
    }

    fn remove(&mut self, cx: &mut TabContext<'_>, index: usize) {
        if index < self.measured.lines.len() {
            self.measured.lines.remove(index);
            self.selected = self.measured.lines.len().checked_sub(1);
            self.keep(cx);
        }
    }

    /// Has the lines kept with the inspection.
    fn keep(&mut self, cx: &mut TabContext<'_>) {
        self.is_typed = false;
        match self.shown.flatten() {
            Some(inspection) => {
                let measurements = self.measured.clone();
                let request = SetMeasurements { inspection, measurements };
                cx.send(Command::KeepMeasurements(request));
            }
            None => cx.toasts.error(cx.text("measure-not-recorded")),
        }
    }
}

/// A scale, and how it was found.
fn scale_text(cx: &TabContext<'_>, scale: &PixelScale) -> String {
    let how = cx.text(scale.found.message_id());
    let values = [("mm", significant(scale.mm_per_px).into()), ("how", how.into())];
    cx.localizer.with("scale-text", &values)
}
