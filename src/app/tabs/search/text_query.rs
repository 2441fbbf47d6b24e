//! Search by text, and the image embedder with a text encoder that the search needs.

use egui::{Button, TextEdit, Ui};

use crate::command::Command;
use crate::loadable::Loadable;
use crate::model_pull::ModelPull;
use crate::tab_context::TabContext;
use fettle_domain::ModelRole;
use fettle_engine::{ChooseModel, FindTextSearchModel, TextSearchModel};
use fettle_i18n::Value;

/// The text, and the model that embeds it.
#[derive(Default)]
pub(super) struct TextQuery {
    /// The content of the text field.
    pub(super) typed: String,
    model: Loadable<TextSearchModel>,
    pull: ModelPull,
    choosing: Loadable<()>,
}

impl TextQuery {
    /// Loads the model again with the next frame.
    pub(super) fn reload_model(&mut self) {
        self.model = Loadable::default();
    }

    /// Takes the outcomes of jobs. Returns whether another model was selected.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) -> bool {
        self.model.poll(cx);
        if let Some(is_complete) = self.pull.poll(cx) {
            if is_complete {
                self.select_model(cx);
            }
            cx.send(Command::LibraryChanged(None));
        }
        if !self.choosing.poll(cx) {
            return false;
        }
        cx.send(Command::LibraryChanged(None));
        if let Some(error) = self.choosing.error() {
            cx.toasts.error(error.to_owned());
        }
        self.choosing.error().is_none()
    }

    /// Selects the model that embeds text, unless it is selected.
    fn select_model(&mut self, cx: &mut TabContext<'_>) {
        if let Some(TextSearchModel { model, is_chosen: false, .. }) = self.model.answer() {
            let (role, model) = (ModelRole::ImageEmbedder, model.clone());
            self.choosing.load(cx, ChooseModel { role, model });
        }
    }

    /// Shows the text field, disabled until the model is ready, and what the search needs. Returns
    /// the text to search for.
    pub(super) fn show(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) -> Option<String> {
        self.model.load_once(cx, FindTextSearchModel);
        let label = ui.strong(cx.text("search-by-words"));
        let is_ready = self.model.answer().is_some_and(TextSearchModel::is_ready);
        let mut submitted = false;
        ui.add_enabled_ui(is_ready, |ui| {
            let hint = cx.text("search-words-hint");
            let edit = TextEdit::singleline(&mut self.typed).hint_text(hint);
            let edit = ui.add(edit.desired_width(f32::INFINITY)).labelled_by(label.id);
            let enter = ui.input(|input| input.key_pressed(egui::Key::Enter));
            submitted = edit.lost_focus() && enter;
            let find = Button::new(cx.text("search-find"));
            submitted |= ui.add_enabled(!self.typed.trim().is_empty(), find).clicked();
        });
        if let Some(error) = self.model.error() {
            ui.small(error);
        }
        if self.pull.is_running() {
            self.pull.show(ui, cx);
        } else if !is_ready {
            self.offer_model(ui, cx);
        }
        let typed = self.typed.trim();
        (submitted && !typed.is_empty()).then(|| typed.to_owned())
    }

    /// Names the missing model, with a button that selects or fetches it.
    fn offer_model(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        let Some(TextSearchModel { model, is_chosen, is_here, bytes }) =
            self.model.answer().cloned()
        else {
            return;
        };
        let name = ("model", Value::from(model.to_string()));
        if is_chosen {
            ui.small(cx.localizer.with("search-words-missing", &[name]));
        } else {
            ui.small(cx.localizer.with("search-words-other", &[name]));
            ui.small(cx.text("search-words-then"));
        }
        let label = match bytes {
            _ if is_here => cx.text("search-words-use"),
            Some(bytes) => {
                let size = Value::Number { value: bytes as f64 / 1e6, digits: 0 };
                cx.localizer.with("search-words-fetch-size", &[("size", size)])
            }
            None => {
                ui.small(cx.text("search-words-size-unknown"));
                cx.text("search-words-fetch")
            }
        };
        if ui.add_enabled(!self.choosing.is_loading(), Button::new(label)).clicked() {
            match is_here {
                true => self.select_model(cx),
                false => self.pull.start(cx, [model]),
            }
        }
    }
}
