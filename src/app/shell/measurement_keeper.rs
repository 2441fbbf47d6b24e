//! Keeps what was measured in the pictures of inspections, one change after the other: a part may be left
//! before its last line is kept.

use std::collections::VecDeque;

use crate::command::Command;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_domain::{InspectionId, Measurements};
use fettle_engine::SetMeasurements;

/// Changes that are not kept yet.
#[derive(Default)]
pub(crate) struct MeasurementKeeper {
    waiting: VecDeque<SetMeasurements>,
    keeping: Option<(InspectionId, Task<Measurements>)>,
    /// Whether the window closes once all is kept.
    is_closing: bool,
}

impl MeasurementKeeper {
    /// Has the lines of an inspection kept in place of those before.
    pub(crate) fn keep(&mut self, request: SetMeasurements) {
        self.waiting.retain(|waiting| waiting.inspection != request.inspection);
        self.waiting.push_back(request);
    }

    /// Takes the outcome of the last change, and begins the next.
    pub(crate) fn poll(&mut self, cx: &mut TabContext<'_>) {
        let answer = self.keeping.as_ref().and_then(|(id, task)| Some((*id, task.poll()?)));
        if let Some((id, answer)) = answer {
            self.keeping = None;
            match answer {
                // Newer lines of the same inspection are on their way.
                Ok(_) if self.waiting.iter().any(|waiting| waiting.inspection == id) => {}
                Ok(kept) => cx.send(Command::Measured(id, kept)),
                Err(error) => {
                    self.is_closing = false;
                    cx.toasts.error(error.explain(cx.localizer.language));
                }
            }
        }
        if self.keeping.is_none()
            && let Some(request) = self.waiting.front()
        {
            let id = request.inspection;
            self.keeping = cx.start_when_idle(request.clone()).map(|task| (id, task));
            if self.keeping.is_some() {
                self.waiting.pop_front();
            }
        }
        if self.is_closing && !self.has_unkept() {
            self.is_closing = false;
            cx.send(Command::Quit);
        }
    }

    /// Whether something measured is not kept yet.
    pub(crate) fn has_unkept(&self) -> bool {
        self.keeping.is_some() || !self.waiting.is_empty()
    }

    /// Has the window closed once all is kept.
    pub(crate) fn close_when_kept(&mut self) {
        self.is_closing = true;
    }
}
