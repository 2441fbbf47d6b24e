//! All widgets of the window side by side, to be looked at after a change of style (docs/style.md).

use egui::{Checkbox, ComboBox, ProgressBar, RichText, Slider, TextEdit, Ui};

use super::primary_button::step_button;
use super::verdict_mark;
use crate::fonts::bold;
use crate::theme::{BODY, HEADING, LARGE, SMALL};
use fettle_domain::Verdict;

/// What the widgets of the gallery hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gallery {
    checked: bool,
    typed: String,
    number: f32,
    chosen: usize,
}

impl Default for Gallery {
    fn default() -> Self {
        Self { checked: true, typed: "주조품 casting".to_owned(), number: 0.4, chosen: 1 }
    }
}

impl Gallery {
    /// Shows letters, buttons, fields, signs and colours.
    pub(crate) fn show(&mut self, ui: &mut Ui) {
        for size in [LARGE, HEADING, BODY, SMALL] {
            let words = format!("{size} 불량 위치 Defect 0.82");
            ui.horizontal(|ui| {
                ui.label(RichText::new(&words).size(size));
                ui.label(RichText::new(words).font(bold(size)));
            });
        }
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            ui.add(step_button(ui, "다음 할 일 Next".to_owned(), true));
            ui.add(step_button(ui, "다른 일 Other".to_owned(), false));
            ui.add_enabled(false, step_button(ui, "지금은 안 됨 Disabled".to_owned(), false));
            let _chosen = ui.selectable_label(true, "고름 Selected");
            let _other = ui.selectable_label(false, "안 고름 Other");
            let _link = ui.link("링크 Link");
        });
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            ui.add(Checkbox::new(&mut self.checked, "표시 Checked"));
            let label = ui.label("이름 Name");
            ui.add(TextEdit::singleline(&mut self.typed).desired_width(160.0))
                .labelled_by(label.id);
            let label = ui.label("값 Value");
            ui.add(Slider::new(&mut self.number, 0.0..=1.0)).labelled_by(label.id);
            let label = ui.label("제품 Product");
            let names = ["가죽 Leather", "주조품 Casting"];
            let shown = names.get(self.chosen).copied().unwrap_or_default();
            let combo = ComboBox::from_id_salt("gallery_combo").selected_text(shown);
            let combo = combo.show_ui(ui, |ui| {
                for (index, name) in names.into_iter().enumerate() {
                    ui.selectable_value(&mut self.chosen, index, name);
                }
            });
            combo.response.labelled_by(label.id);
        });
        ui.add_space(8.0);
        ui.add(ProgressBar::new(self.number).text("40 % · 약 2분 10초 남음").desired_width(420.0));
        ui.add_space(16.0);
        ui.horizontal(|ui| {
            for (verdict, word) in
                [(Verdict::Ok, "OK"), (Verdict::Unsure, "보류 Unsure"), (Verdict::Ng, "NG")]
            {
                verdict_mark::show_with_word(ui, RichText::new(word), verdict);
                ui.add_space(16.0);
            }
        });
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            ui.colored_label(ui.visuals().error_fg_color, "✖ 오류 Error");
            ui.colored_label(ui.visuals().warn_fg_color, "⚠ 주의 Warning");
            ui.weak("덜 중요함 Less important");
            ui.strong("중요함 Important");
        });
    }
}
