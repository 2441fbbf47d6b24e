//! The section of access tokens: which there are, giving one, revoking one.

use egui::{Button, Context, DragValue, Frame, Grid, RichText, TextEdit, Ui};

use super::people::{COMBO_WIDTH, role_text, roles};
use super::section::spinner_or_error;
use crate::clock::local_time;
use crate::dialogs::removal_question::RemovalQuestion;
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use crate::widgets::combo_box::labelled_combo_cells;
use fettle_domain::{AccessToken, Role};
use fettle_engine::{AddToken, ListTokens, RevokeToken, SecretToken};

/// Days that are proposed for a token that ends.
const USUAL_DAYS: u32 = 365;
/// Most days, which the engine checks.
const MOST_DAYS: u32 = 3660;

/// The tokens, one that is being given, and the secret of the last one until a person has it.
#[derive(Default)]
pub(super) struct Tokens {
    tokens: Loadable<Vec<AccessToken>>,
    name: String,
    role: Option<Role>,
    days: Option<u32>,
    giving: Option<Task<SecretToken>>,
    given: Option<SecretToken>,
    /// What is to be revoked, while it is asked.
    asking: Option<(String, RemovalQuestion)>,
    revoking: Option<Task<AccessToken>>,
}

impl Tokens {
    /// Forgets the secret of the last token: it is for whoever gave it, not for the next person.
    pub(super) fn forget_secret(&mut self) {
        self.given = None;
    }

    /// Loads the tokens again.
    pub(super) fn load(&mut self, cx: &mut TabContext<'_>) {
        self.tokens.load(cx, ListTokens);
    }

    /// Takes what is loaded, given and revoked; whether there are other tokens than before.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) -> bool {
        self.tokens.poll(cx);
        let mut has_changed = false;
        if let Some(answer) = self.giving.as_ref().and_then(Task::poll) {
            self.giving = None;
            has_changed = true;
            match answer {
                Ok(given) => {
                    (self.given, self.role) = (Some(given), None);
                    self.name.clear();
                }
                Err(error) => cx.toasts.error(error.explain(cx.localizer.language)),
            }
        }
        if let Some(answer) = self.revoking.as_ref().and_then(Task::poll) {
            self.revoking = None;
            has_changed = true;
            match answer {
                Ok(token) => {
                    let named = [("name", token.name.into())];
                    cx.toasts.done(cx.localizer.with("token-revoked", &named));
                }
                Err(error) => cx.toasts.error(error.explain(cx.localizer.language)),
            }
        }
        if has_changed {
            self.tokens.load(cx, ListTokens);
        }
        has_changed
    }

    /// Shows the section.
    pub(super) fn show(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        ui.heading(cx.text("settings-tokens"));
        ui.weak(cx.text("settings-tokens-hint"));
        let Some(tokens) = self.tokens.answer().filter(|_| self.tokens.error().is_none()) else {
            return spinner_or_error(ui, self.tokens.error());
        };
        let mut revoked = None;
        Grid::new("settings_tokens").num_columns(4).striped(true).show(ui, |ui| {
            for token in tokens {
                ui.label(&token.name);
                ui.label(role_text(cx, token.role));
                ui.label(state_text(cx, token));
                let named = [("name", token.name.clone().into())];
                if token.revoked_at.is_none() {
                    let button = Button::new(cx.localizer.with("settings-revoke", &named));
                    if ui.add_enabled(self.revoking.is_none(), button).clicked() {
                        revoked = Some(token.name.clone());
                    }
                }
                ui.end_row();
            }
        });
        if let Some(name) = revoked {
            let named = [("name", name.clone().into())];
            let title = cx.localizer.with("token-revoke-title", &named);
            let consequence = cx.text("token-revoke-hint");
            let question = RemovalQuestion::new(title, consequence, "token-revoke");
            self.asking = Some((name, question));
        }
        self.secret(ui, cx);
        self.form(ui, cx);
    }

    /// Shows the question before a token is revoked.
    pub(super) fn dialogs(&mut self, ctx: &Context, cx: &mut TabContext<'_>) {
        let Some((name, question)) = &self.asking else { return };
        let Some(is_revoked) = question.show(ctx, cx) else { return };
        if is_revoked {
            self.revoking = cx.start(RevokeToken(name.clone()));
        }
        self.asking = None;
    }

    /// The secret of the token that was given, which is shown this once.
    fn secret(&mut self, ui: &mut Ui, cx: &TabContext<'_>) {
        let Some(SecretToken { token, secret }) = &self.given else { return };
        let mut has_it = false;
        Frame::group(ui.style()).show(ui, |ui| {
            let until = match &token.expires_at {
                Some(time) => {
                    cx.localizer.with("token-until", &[("time", local_time(time).into())])
                }
                None => cx.text("token-endless"),
            };
            let values = [
                ("name", token.name.clone().into()),
                ("role", role_text(cx, token.role).into()),
                ("until", until.into()),
            ];
            ui.strong(cx.localizer.with("token-given", &values));
            ui.label(RichText::new(secret).monospace());
            ui.label(cx.text("token-shown-once"));
            ui.horizontal(|ui| {
                if ui.button(cx.text("token-copy")).clicked() {
                    ui.ctx().copy_text(secret.clone());
                }
                has_it = ui.button(cx.text("token-has")).clicked();
            });
        });
        if has_it {
            self.given = None;
        }
    }

    /// The fields of a token that is given.
    fn form(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        let mut role = self.role.unwrap_or(Role::Operator);
        Grid::new("settings_token").num_columns(2).show(ui, |ui| {
            let name = ui.label(cx.text("token-name"));
            ui.add(TextEdit::singleline(&mut self.name)).labelled_by(name.id);
            ui.end_row();
            let label = cx.text("token-role");
            labelled_combo_cells(ui, &label, role_text(cx, role), COMBO_WIDTH, |ui| {
                roles(ui, cx, &mut role);
            });
            ui.end_row();
            let mut ends = self.days.is_some();
            let box_of_end = ui.checkbox(&mut ends, cx.text("token-ends"));
            if box_of_end.changed() {
                self.days = ends.then_some(USUAL_DAYS);
            }
            if let Some(days) = &mut self.days {
                let field = DragValue::new(days).range(1..=MOST_DAYS);
                let suffix = format!(" {}", cx.text("settings-days"));
                ui.add(field.suffix(suffix)).labelled_by(box_of_end.id);
            }
            ui.end_row();
        });
        self.role = Some(role);
        let can_give = self.giving.is_none() && !self.name.trim().is_empty();
        if ui.add_enabled(can_give, Button::new(cx.text("token-add"))).clicked() {
            let request = AddToken { name: self.name.clone(), role, days: self.days };
            self.giving = cx.start(request);
        }
    }
}

/// Until when a token is accepted, or why it is not.
fn state_text(cx: &TabContext<'_>, token: &AccessToken) -> String {
    let ends = token.expires_at.as_deref().map(str::parse::<jiff::Timestamp>);
    match (&token.revoked_at, &token.expires_at, ends) {
        (Some(_), ..) => cx.text("token-state-revoked"),
        (None, None, _) => cx.text("token-endless"),
        (None, Some(time), Some(Ok(ends))) if jiff::Timestamp::now() < ends => {
            cx.localizer.with("token-until", &[("time", local_time(time).into())])
        }
        (None, Some(_), _) => cx.text("token-state-expired"),
    }
}
