//! The banner over the part: verdict, defect, product, and what machine and person say.

use egui::{Color32, CornerRadius, Frame, Label, Margin, RichText, Ui};

use super::batch::BatchPart;
use crate::tab_context::TabContext;
use crate::theme::verdict_look;
use crate::widgets::inspection::scores::unsure_texts;
use crate::widgets::judgement_editor::verdict_buttons;
use crate::widgets::verdict_mark;
use fettle_domain::{Inspection, Verdict};

/// What the banner says of the current part.
pub(super) struct Banner<'a> {
    pub(super) part: &'a BatchPart,
    /// Number of the part and of all.
    pub(super) position: String,
    /// The record, once the part is inspected.
    pub(super) inspection: Option<&'a Inspection>,
    /// Whether there is a second row, with the buttons of the verdicts.
    pub(super) is_tall: bool,
}

impl Banner<'_> {
    /// Shows the banner over the whole width.
    pub(super) fn show(&self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        let verdict = self.part.opinions.counts();
        let (fill, ink) = match verdict.map(verdict_look) {
            Some(look) => (look.fill, look.ink),
            None => (ui.visuals().faint_bg_color, ui.visuals().text_color()),
        };
        let frame = Frame::new().fill(fill).corner_radius(CornerRadius::same(6));
        frame.inner_margin(Margin::symmetric(10, 5)).show(ui, |ui| {
            ui.take_available_width();
            ui.horizontal(|ui| {
                if let Some(verdict) = verdict {
                    verdict_mark::show(ui, verdict, if self.is_tall { 54.0 } else { 24.0 });
                }
                match self.is_tall {
                    true => {
                        ui.vertical(|ui| {
                            ui.horizontal(|ui| self.what(ui, cx, verdict, ink));
                            ui.horizontal(|ui| self.who(ui, cx, ink));
                        });
                    }
                    false => {
                        self.what(ui, cx, verdict, ink);
                    }
                }
            });
        });
        self.reasons(ui, cx);
    }

    /// The verdict, the defect and the product; without a second row also who says so.
    fn what(&self, ui: &mut Ui, cx: &TabContext<'_>, verdict: Option<Verdict>, ink: Color32) {
        let (large, medium) = if self.is_tall { (26.0, 20.0) } else { (18.0, 15.0) };
        let word = match verdict {
            Some(verdict) => cx.text(verdict.message_id()),
            None if self.part.failed => cx.text("inspect-failed"),
            None => cx.text("inspect-running"),
        };
        ui.add(Label::new(RichText::new(word).size(large).strong().color(ink)).extend());
        if !self.is_tall {
            self.part.opinions.show(ui, cx, 13.0);
        }
        let Some(inspection) = self.inspection else {
            if !self.is_tall {
                let file = RichText::new(self.file()).size(medium).color(ink);
                ui.add(Label::new(file).truncate());
            }
            return;
        };
        let product = inspection.product.as_ref();
        // A person who calls the part OK says that it has no defect.
        let defect = inspection.probable_defect().filter(|_| verdict != Some(Verdict::Ok));
        if let Some(defect) = defect {
            let name = cx.defect_name(product, defect);
            ui.add(Label::new(RichText::new(name).size(medium).strong().color(ink)).truncate());
        }
        if let Some(product) = product {
            let name = RichText::new(cx.product_name(product)).size(15.0).color(ink);
            ui.add(Label::new(name).truncate());
        }
    }

    /// The chips of machine and person, the buttons of the verdicts, and the file.
    fn who(&self, ui: &mut Ui, cx: &mut TabContext<'_>, ink: Color32) {
        self.part.opinions.show(ui, cx, 15.0);
        if self.inspection.is_some_and(|inspection| inspection.id.is_some()) {
            ui.add_space(8.0);
            verdict_buttons(ui, cx, None);
        }
        ui.add_space(8.0);
        let path = self.part.file.display().to_string();
        let file = RichText::new(self.file()).size(13.0).color(ink);
        ui.add(Label::new(file).truncate()).on_hover_text(path);
    }

    fn file(&self) -> String {
        format!("{}   {}", self.position, self.part.file_name())
    }

    /// Why the part is unsure. A judged part needs no look any more.
    fn reasons(&self, ui: &mut Ui, cx: &TabContext<'_>) {
        let Some(inspection) = self.inspection.filter(|_| !self.part.is_judged()) else { return };
        let reasons = unsure_texts(cx, inspection);
        if reasons.is_empty() {
            return;
        }
        let whole = reasons.join(" ");
        if self.is_tall {
            ui.label(whole);
        } else {
            ui.add(Label::new(RichText::new(whole).small()).truncate());
        }
    }
}
