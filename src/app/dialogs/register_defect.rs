//! An inspected part becomes a known defect: the suggested one with a single click more.

use std::path::PathBuf;

use super::region::RegionPicker;
use super::{Dialog, Wish, buttons, modal, offer_undo, refusal};
use crate::command::Command;
use crate::desk::Desk;
use crate::tasks::Task;
use crate::under_way;
use crate::widgets::choice::product_choice;
use fettle_domain::{DefectCode, ProductCode, RectPx, Region};
use fettle_engine::{RegisterDefect, RegisteredDefect};

/// The dialog.
pub(crate) struct RegisterDefectDialog {
    image: PathBuf,
    product: Option<ProductCode>,
    defect: Option<DefectCode>,
    /// What the inspection found on it.
    found: Vec<Region>,
    /// The part of it that shows the defect.
    region: Option<RectPx>,
    picker: RegionPicker,
    task: Option<Task<RegisteredDefect>>,
    error: Option<String>,
}

impl RegisterDefectDialog {
    /// For `image`; `product` and `defect` are what it seems to show, `found` is where.
    pub(crate) fn new(
        image: PathBuf,
        product: Option<ProductCode>,
        defect: Option<DefectCode>,
        found: Vec<Region>,
    ) -> Self {
        let (region, picker) = (None, RegionPicker::default());
        Self { image, product, defect, found, region, picker, task: None, error: None }
    }

    fn take(&mut self, desk: &mut Desk<'_>, answer: RegisteredDefect) -> bool {
        if let Some(refused) = answer.registered.refused.first() {
            self.error = Some(refused.error.explain(desk.words.0));
            return true;
        }
        desk.send(Command::LibraryChanged(None));
        let RegisteredDefect { registered, index } = answer;
        let text = if !registered.new.is_empty() {
            let total = index.map_or(0, |index| index.total);
            desk.words.with("dialog-defect-registered", &[("total", total.into())])
        } else if !registered.redrawn.is_empty() {
            desk.text("region-redrawn")
        } else {
            desk.text("dialog-defect-known")
        };
        offer_undo(desk, text, registered.undo());
        false
    }

    fn choose(&mut self, ui: &mut egui::Ui, desk: &Desk<'_>) {
        if product_choice(ui, desk, &mut self.product, "–") {
            self.defect = None;
        }
        let defects = desk.catalogue.defects(self.product.as_ref());
        if defects.is_empty() {
            ui.weak(desk.text("dialog-no-defects"));
        }
        for (defect, _) in defects {
            let chosen = self.defect.as_ref() == Some(&defect.code);
            if ui.radio(chosen, &defect.full_name).clicked() {
                self.defect = Some(defect.code.clone());
            }
        }
    }
}

impl Dialog for RegisterDefectDialog {
    fn show(&mut self, ctx: &egui::Context, desk: &mut Desk<'_>) -> bool {
        if let Some(answer) = self.task.as_ref().and_then(Task::poll) {
            self.task = None;
            match answer {
                Ok(answer) => {
                    if !self.take(desk, answer) {
                        return false;
                    }
                }
                Err(error) => {
                    // The image may be registered though the index was not built.
                    desk.send(Command::LibraryChanged(None));
                    self.error = Some(error.explain(desk.words.0));
                }
            }
        }
        let modal =
            modal(ctx, "register_defect_dialog", &desk.text("command-register-defect"), |ui| {
                if let Some(error) = &self.error {
                    refusal(ui, error);
                }
                if let Some(task) = &self.task {
                    under_way::show(ui, desk, task);
                    return Wish::Wait;
                }
                self.choose(ui, desk);
                ui.add_space(6.0);
                ui.strong(desk.text("region-mark"));
                let Self { picker, image, found, region, .. } = self;
                picker.show(ui, desk, image, found, region);
                let chosen = self.product.clone().zip(self.defect.clone());
                let wish = buttons(ui, desk, "dialog-register", chosen.is_some());
                if let (Wish::Do, Some((product, defect))) = (wish, chosen) {
                    self.error = None;
                    let (image, region) = (self.image.clone(), self.region);
                    self.task = desk.start(RegisterDefect { product, defect, image, region });
                }
                wish
            });
        self.task.is_some() || (modal.inner != Wish::Close && !modal.should_close())
    }
}
