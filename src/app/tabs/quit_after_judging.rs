//! Closing the window while judgements are not recorded yet.

use crate::command::Command;
use crate::tab_context::TabContext;

/// Whether the window closes once all judgements of a tab are recorded.
#[derive(Default)]
pub(super) struct QuitAfterJudging {
    is_waiting: bool,
}

impl QuitAfterJudging {
    /// Takes a request to close the window while `count` judgements are not recorded yet. The first one
    /// waits for them and says what another one would lose; whether this is another one.
    pub(super) fn ask_again(&mut self, cx: &mut TabContext<'_>, count: usize) -> bool {
        if std::mem::replace(&mut self.is_waiting, true) {
            tracing::warn!(count, "judgements are given up: the window was closed twice");
            return true;
        }
        cx.toasts.done(cx.localizer.with("judge-before-quit", &[("count", count.into())]));
        false
    }

    /// Keeps the window open, since a judgement was lost: a person is to read that.
    pub(super) fn stay(&mut self) {
        self.is_waiting = false;
    }

    /// Closes the window that waits for the judgements, once none of the `count` is left.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>, count: usize) {
        if self.is_waiting && count == 0 {
            self.is_waiting = false;
            cx.send(Command::Quit);
        }
    }
}
