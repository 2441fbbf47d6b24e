//! Searching by words, and what it needs: an image embedder that knows them.

use egui::{Button, TextEdit, Ui};

use crate::asked::Asked;
use crate::command::Command;
use crate::desk::Desk;
use crate::model_pull::ModelPull;
use fettle_domain::ModelRole;
use fettle_engine::{AskWordsModel, ChooseModel, WordsModel};
use fettle_i18n::Value;

/// The words, and the model that understands them.
#[derive(Default)]
pub(super) struct Words {
    /// As typed, before they are searched for.
    pub(super) typed: String,
    model: Asked<WordsModel>,
    pull: ModelPull,
    choosing: Asked<()>,
}

impl Words {
    /// Another model may be in use now.
    pub(super) fn look_again(&mut self) {
        self.model = Asked::default();
    }

    /// Takes answers; whether another model is in use from now on.
    pub(super) fn poll(&mut self, desk: &mut Desk<'_>) -> bool {
        self.model.poll(desk);
        if let Some(all_came) = self.pull.poll(desk) {
            if all_came {
                self.choose(desk);
            }
            desk.send(Command::LibraryChanged(None));
        }
        if !self.choosing.poll(desk) {
            return false;
        }
        desk.send(Command::LibraryChanged(None));
        if let Some(error) = self.choosing.error() {
            desk.toasts.error(error.to_owned());
        }
        self.choosing.error().is_none()
    }

    fn choose(&mut self, desk: &mut Desk<'_>) {
        if let Some(WordsModel { model, is_chosen: false, .. }) = self.model.answer() {
            let (role, model) = (ModelRole::ImageEmbedder, model.clone());
            self.choosing.ask(desk, ChooseModel { role, model });
        }
    }

    /// Draws the line to type in, or what it needs; the words to be searched for.
    pub(super) fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) -> Option<String> {
        self.model.ask_once(desk, AskWordsModel);
        let label = ui.strong(desk.text("search-by-words"));
        let can = self.model.answer().is_some_and(WordsModel::is_ready);
        let mut asked = false;
        ui.add_enabled_ui(can, |ui| {
            let hint = desk.text("search-words-hint");
            let edit = TextEdit::singleline(&mut self.typed).hint_text(hint);
            let edit = ui.add(edit.desired_width(f32::INFINITY)).labelled_by(label.id);
            let enter = ui.input(|input| input.key_pressed(egui::Key::Enter));
            asked = edit.lost_focus() && enter;
            let find = Button::new(desk.text("search-find"));
            asked |= ui.add_enabled(!self.typed.trim().is_empty(), find).clicked();
        });
        if let Some(why) = self.model.error() {
            ui.small(why);
        }
        if self.pull.is_running() {
            self.pull.show(ui, desk);
        } else if !can {
            self.offer(ui, desk);
        }
        let typed = self.typed.trim();
        (asked && !typed.is_empty()).then(|| typed.to_owned())
    }

    /// What is missing, and the button that brings it.
    fn offer(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) {
        let Some(WordsModel { model, is_chosen, is_here, bytes }) = self.model.answer().cloned()
        else {
            return;
        };
        let name = ("model", Value::from(model.to_string()));
        if is_chosen {
            ui.small(desk.words.with("search-words-missing", &[name]));
        } else {
            ui.small(desk.words.with("search-words-other", &[name]));
            ui.small(desk.text("search-words-then"));
        }
        let label = match bytes {
            _ if is_here => desk.text("search-words-use"),
            Some(bytes) => {
                let size = Value::Number { value: bytes as f64 / 1e6, digits: 0 };
                desk.words.with("search-words-fetch-size", &[("size", size)])
            }
            None => {
                ui.small(desk.text("search-words-size-unknown"));
                desk.text("search-words-fetch")
            }
        };
        if ui.add_enabled(!self.choosing.is_awaited(), Button::new(label)).clicked() {
            match is_here {
                true => self.choose(desk),
                false => self.pull.start(desk, [model]),
            }
        }
    }
}
