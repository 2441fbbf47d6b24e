//! The dialog that registers an inspected part as a known defect.

use std::path::PathBuf;

use super::dialog::Dialog;
use super::form::{DialogAction, buttons, error_label, modal};
use super::region_picker::RegionPicker;
use super::registration_toast::toast_registered;
use crate::command::Command;
use crate::job_progress;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use crate::widgets::combo_box::optional_product_combo;
use fettle_domain::{DefectCode, ProductCode, RectPx, Region};
use fettle_engine::{RegisterDefect, RegisteredDefect};

/// Product, defect and region of an inspected image. The suggested ones are selected at first.
pub(crate) struct RegisterDefectDialog {
    image: PathBuf,
    product: Option<ProductCode>,
    defect: Option<DefectCode>,
    /// Regions that the inspection found.
    found: Vec<Region>,
    /// The rectangle that shows the defect.
    region: Option<RectPx>,
    picker: RegionPicker,
    task: Option<Task<RegisteredDefect>>,
    error: Option<String>,
}

impl RegisterDefectDialog {
    /// Registers `image`; `product` and `defect` are suggestions, `found` are the regions found.
    pub(crate) fn new(
        image: PathBuf,
        product: Option<ProductCode>,
        defect: Option<DefectCode>,
        found: Vec<Region>,
    ) -> Self {
        let (region, picker) = (None, RegionPicker::default());
        Self { image, product, defect, found, region, picker, task: None, error: None }
    }

    /// Reports the registration in a toast. Returns whether the dialog stays open.
    fn finish(&mut self, cx: &mut TabContext<'_>, answer: RegisteredDefect) -> bool {
        if let Some(rejected) = answer.registered.rejected.first() {
            self.error = Some(rejected.error.explain(cx.localizer.language));
            return true;
        }
        cx.send(Command::LibraryChanged(None));
        let RegisteredDefect { registered, index } = answer;
        if let Some(product) = self.product.clone().filter(|_| registered.undo().is_some()) {
            cx.send(Command::KnownDefectsChanged(product));
        }
        let text = if !registered.new.is_empty() {
            let total = index.map_or(0, |index| index.total);
            cx.localizer.with("dialog-defect-registered", &[("total", total.into())])
        } else if !registered.redrawn.is_empty() {
            cx.text("region-redrawn")
        } else {
            cx.text("dialog-defect-known")
        };
        toast_registered(cx, text, registered.undo());
        false
    }

    /// The choice of product and defect.
    fn defect_choice(&mut self, ui: &mut egui::Ui, cx: &TabContext<'_>) {
        if optional_product_combo(ui, cx, &mut self.product, "–") {
            self.defect = None;
        }
        let defects = cx.catalogue.defects(self.product.as_ref());
        if defects.is_empty() {
            ui.weak(cx.text("dialog-no-defects"));
        }
        for (defect, _) in defects {
            let is_selected = self.defect.as_ref() == Some(&defect.code);
            if ui.radio(is_selected, &defect.full_name).clicked() {
                self.defect = Some(defect.code.clone());
            }
        }
    }
}

impl Dialog for RegisterDefectDialog {
    fn show(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) -> bool {
        if let Some(answer) = self.task.as_ref().and_then(Task::poll) {
            self.task = None;
            match answer {
                Ok(answer) => {
                    if !self.finish(cx, answer) {
                        return false;
                    }
                }
                Err(error) => {
                    // The image may be registered even if the index could not be built.
                    cx.send(Command::LibraryChanged(None));
                    self.error = Some(error.explain(cx.localizer.language));
                }
            }
        }
        let modal =
            modal(ctx, "register_defect_dialog", &cx.text("command-register-defect"), |ui| {
                if let Some(error) = &self.error {
                    error_label(ui, error);
                }
                if let Some(task) = &self.task {
                    job_progress::show(ui, cx, task);
                    return DialogAction::Wait;
                }
                self.defect_choice(ui, cx);
                ui.add_space(6.0);
                ui.strong(cx.text("region-mark"));
                let Self { picker, image, found, region, .. } = self;
                picker.show(ui, cx, image, found, region);
                let selected = self.product.clone().zip(self.defect.clone());
                let action = buttons(ui, cx, "dialog-register", selected.is_some());
                if let (DialogAction::Confirm, Some((product, defect))) = (action, selected) {
                    self.error = None;
                    let (image, region) = (self.image.clone(), self.region);
                    self.task = cx.start(RegisterDefect { product, defect, image, region });
                }
                action
            });
        self.task.is_some() || (modal.inner != DialogAction::Cancel && !modal.should_close())
    }
}
