//! What a tab has at hand while it is drawn.

use super::catalogue::Catalogue;
use super::command::Command;
use super::shell::toasts::Toasts;
use super::tasks::{Task, Tasks};
use super::view_state::ViewState;
use super::words::Words;
use fettle_engine::{Engine, Request};

/// Engine, words and the ways to ask the rest of the window for something.
pub(super) struct Desk<'a> {
    pub(super) engine: &'a Engine,
    pub(super) words: Words,
    /// What is registered.
    pub(super) catalogue: &'a Catalogue,
    pub(super) tasks: &'a mut Tasks,
    pub(super) toasts: &'a mut Toasts,
    pub(super) view: &'a mut ViewState,
    /// Carried out after this frame is drawn.
    pub(super) commands: &'a mut Vec<Command>,
}

impl Desk<'_> {
    /// The message `id`.
    pub(super) fn text(&self, id: &str) -> String {
        self.words.text(id)
    }

    /// Carries `command` out after this frame is drawn.
    pub(super) fn send(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// Starts a job. Where the engine is too busy a toast says so.
    pub(super) fn start<R: Request>(&mut self, request: R) -> Option<Task<R::Answer>> {
        match self.engine.submit(request) {
            Ok(handle) => Some(self.tasks.watch(handle)),
            Err(error) => {
                self.toasts.error(error.explain(self.words.0));
                None
            }
        }
    }
}
