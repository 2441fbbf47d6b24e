//! Who works at the window: the person who signed in, or nobody. Whoever leaves without signing out is
//! signed out after a while.

use std::time::{Duration, Instant};

use egui::Ui;

use crate::command::Command;
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_domain::Person;
use fettle_engine::{ListPeople, SignOut};

/// How long a person stays signed in without a key, a click or a movement.
const IDLE: Duration = Duration::from_secs(15 * 60);

/// The person who is signed in.
#[derive(Default)]
pub(crate) struct Session {
    people: Loadable<Vec<Person>>,
    signed_in: Option<Person>,
    last_input: Option<Instant>,
    signing_out: Option<Task<()>>,
}

impl Session {
    /// Takes a person who signed in.
    pub(crate) fn signed_in(&mut self, person: Option<Person>) {
        self.signed_in = person;
        self.last_input = None;
    }

    /// Reads anew who may sign in.
    pub(crate) fn reload(&mut self, cx: &mut TabContext<'_>) {
        self.people.load(cx, ListPeople);
    }

    /// Signs the person out.
    pub(crate) fn sign_out(&mut self, cx: &mut TabContext<'_>) {
        if self.signed_in.is_some() && self.signing_out.is_none() {
            self.signing_out = cx.start(SignOut);
        }
    }

    /// Notes a key, a click or a movement in the window that is drawn: the main one, or the inspector's.
    pub(crate) fn note_input(&mut self, ctx: &egui::Context) {
        if ctx.input(|input| !input.events.is_empty() || input.pointer.any_down()) {
            self.last_input = Some(Instant::now());
        }
    }

    /// Takes answers, and signs out whom nobody has seen for a while.
    pub(crate) fn poll(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) {
        self.people.load_once(cx, ListPeople);
        self.people.poll(cx);
        if let Some(answer) = self.signing_out.as_ref().and_then(Task::poll) {
            self.signing_out = None;
            match answer {
                Ok(()) => return cx.send(Command::SignedIn(None)),
                Err(error) => cx.toasts.error(error.explain(cx.localizer.language)),
            }
        }
        if self.signed_in.is_none() {
            return;
        }
        self.follow(cx);
        self.note_input(ctx);
        let now = Instant::now();
        let seen = *self.last_input.get_or_insert(now);
        if is_idle(seen, now) && self.signing_out.is_none() {
            self.signing_out = cx.start_when_idle(SignOut);
        }
        ctx.request_repaint_after(IDLE);
    }

    /// Takes up what an administrator decided about the person meanwhile: another role, or none.
    fn follow(&mut self, cx: &mut TabContext<'_>) {
        let Some(person) = self.signed_in.as_mut().filter(|_| self.signing_out.is_none()) else {
            return;
        };
        let named = ("name", person.name.clone().into());
        match cx.engine.signed_in() {
            None => {
                cx.toasts.error(cx.localizer.with("session-removed", &[named]));
                cx.send(Command::SignedIn(None));
            }
            Some(now) if now.name == person.name && now.role != person.role => {
                person.role = now.role;
                let role = cx.text(now.role.message_id());
                let values = [named, ("role", role.into())];
                cx.toasts.error(cx.localizer.with("session-other-role", &values));
            }
            Some(_) => {}
        }
    }

    /// Whether anybody may sign in.
    pub(crate) fn has_people(&self) -> bool {
        self.people.answer().is_some_and(|people| !people.is_empty())
    }

    /// Draws who is signed in, or the offer to sign in, where anybody may.
    pub(crate) fn show(&self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        let Some(person) = &self.signed_in else {
            if self.has_people() && ui.button(cx.text("command-sign-in")).clicked() {
                cx.send(Command::SignIn);
            }
            return;
        };
        let role = cx.text(person.role.message_id());
        ui.menu_button(format!("{} · {role}", person.name), |ui| {
            for (label, command) in
                [("command-sign-out", Command::SignOut), ("session-other", Command::SignIn)]
            {
                if ui.button(cx.text(label)).clicked() {
                    cx.send(command);
                    ui.close();
                }
            }
        });
    }
}

fn is_idle(seen: Instant, now: Instant) -> bool {
    now.saturating_duration_since(seen) >= IDLE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_stays_signed_in_for_a_quarter_of_an_hour() {
        let now = Instant::now();
        assert!(!is_idle(now, now + IDLE - Duration::from_secs(1)));
        assert!(is_idle(now, now + IDLE));
    }
}
