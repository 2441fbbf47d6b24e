//! The dialog that sets a product's scale: by a line of known length, or by a checkerboard in the picture.

use egui::Context;

use crate::dialogs::form::{DialogAction, buttons, error_label, modal, text_field};
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_domain::{PixelScale, ProductCode, significant};
use fettle_engine::{
    EngineError, FindCheckerboard, FoundCheckerboard, NewScale, PictureFile, SetScale,
};

/// What the scale is found by.
pub(super) enum ScaleBy {
    /// A line that a person drew.
    Line {
        number: usize,
        length_px: f64,
        /// Width and height of the picture.
        picture_px: (u32, u32),
    },
    /// A checkerboard in the picture of this path in the workspace.
    Checker { stored: String },
}

/// The job that sets the scale.
enum Setting {
    Line(Task<Option<PixelScale>>),
    Checker(Task<FoundCheckerboard>),
}

impl Setting {
    fn poll(&self) -> Option<Result<Option<PixelScale>, EngineError>> {
        match self {
            Self::Line(task) => task.poll(),
            Self::Checker(task) => task.poll().map(|found| found.map(|found| Some(found.scale))),
        }
    }
}

/// The open dialog.
pub(super) struct ScaleForm {
    product: ProductCode,
    by: ScaleBy,
    /// Millimetres, as typed.
    typed: String,
    setting: Option<Setting>,
    error: Option<String>,
}

/// What became of the dialog in a frame.
pub(super) enum FormState {
    Open,
    Closed,
    Set(PixelScale),
}

impl ScaleForm {
    pub(super) fn new(product: ProductCode, by: ScaleBy) -> Self {
        Self { product, by, typed: String::new(), setting: None, error: None }
    }

    /// Takes the outcome of the job and shows the dialog.
    pub(super) fn show(&mut self, ctx: &Context, cx: &mut TabContext<'_>) -> FormState {
        if let Some(answer) = self.setting.as_ref().and_then(Setting::poll) {
            self.setting = None;
            match answer {
                Ok(Some(scale)) => return FormState::Set(scale),
                Ok(None) => return FormState::Closed,
                Err(error) => self.error = Some(error.explain(cx.localizer.language)),
            }
        }
        let title = match self.by {
            ScaleBy::Line { .. } => "measure-set-scale",
            ScaleBy::Checker { .. } => "measure-checker",
        };
        let shown = modal(ctx, "set_scale", &cx.text(title), |ui| self.content(ui, cx));
        let action = shown.inner;
        if action == DialogAction::Confirm {
            self.start(cx);
        }
        match action == DialogAction::Cancel || shown.should_close() {
            true => FormState::Closed,
            false => FormState::Open,
        }
    }

    fn content(&mut self, ui: &mut egui::Ui, cx: &TabContext<'_>) -> DialogAction {
        let product = ("product", cx.product_name(&self.product).into());
        let (hint, label) = match &self.by {
            ScaleBy::Line { number, length_px, .. } => {
                let px = significant(*length_px);
                let values = [("number", (*number).into()), ("px", px.into()), product];
                (cx.localizer.with("measure-known-line", &values), "measure-known")
            }
            ScaleBy::Checker { .. } => {
                (cx.localizer.with("measure-square-hint", &[product]), "measure-square")
            }
        };
        ui.label(hint);
        ui.add_space(6.0);
        let field = text_field(ui, &cx.text(label), &mut self.typed);
        if self.typed.is_empty() && self.setting.is_none() && self.error.is_none() {
            field.request_focus();
        }
        if let Some(error) = &self.error {
            error_label(ui, error);
        }
        if self.setting.is_some() {
            ui.spinner();
        }
        let can_confirm = self.setting.is_none() && millimetres(&self.typed).is_some();
        buttons(ui, cx, "measure-take", can_confirm)
    }

    fn start(&mut self, cx: &mut TabContext<'_>) {
        let Some(typed) = millimetres(&self.typed) else { return };
        self.error = None;
        let product = self.product.clone();
        self.setting = match &self.by {
            ScaleBy::Line { length_px, picture_px, .. } => {
                let (length_px, picture_px) = (*length_px, Some(*picture_px));
                let known = NewScale::KnownLength { length_mm: typed, length_px, picture_px };
                cx.start(SetScale { product, scale: Some(known) }).map(Setting::Line)
            }
            ScaleBy::Checker { stored } => {
                let picture = PictureFile::Stored(stored.clone());
                let request = FindCheckerboard { product, picture, square_mm: typed };
                cx.start(request).map(Setting::Checker)
            }
        };
    }
}

/// A length above 0, as typed with a decimal point or comma.
fn millimetres(typed: &str) -> Option<f64> {
    let number: f64 = typed.trim().replace(',', ".").parse().ok()?;
    (number > 0.0 && number.is_finite()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_read_with_point_or_comma() {
        for (typed, read) in [
            ("25", Some(25.0)),
            (" 0.5 ", Some(0.5)),
            ("2,54", Some(2.54)),
            ("", None),
            ("0", None),
            ("-1", None),
            ("inf", None),
            ("5 mm", None),
        ] {
            assert_eq!(millimetres(typed), read, "{typed}");
        }
    }
}
