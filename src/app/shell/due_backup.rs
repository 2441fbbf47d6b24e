//! Back-ups by the settings' plan: looked for at the start of the window, then every hour.

use std::time::{Duration, Instant};

use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_engine::{BackUpIfDue, BackedUp, EngineError};
use fettle_i18n::Value;

/// Time between two looks at the plan.
const INTERVAL: Duration = Duration::from_secs(3600);

/// When the plan was looked at last, and the back-up under way.
#[derive(Default)]
pub(crate) struct DueBackup {
    looked: Option<Instant>,
    task: Option<Task<Option<BackedUp>>>,
}

impl DueBackup {
    /// Makes the back-up that is due, and says where it is, or why there is none.
    pub(crate) fn poll(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) {
        let is_time = self.looked.is_none_or(|looked| looked.elapsed() >= INTERVAL);
        if self.task.is_none() && is_time {
            self.looked = Some(Instant::now());
            self.task = cx.start(BackUpIfDue);
        }
        // A wish to be drawn later holds for one frame only.
        if let (Some(looked), None) = (self.looked, &self.task) {
            ctx.request_repaint_after(INTERVAL.saturating_sub(looked.elapsed()));
        }
        let Some(answer) = self.task.as_ref().and_then(Task::poll) else { return };
        self.task = None;
        match answer {
            Ok(Some(made)) => toast_backed_up(cx, &made),
            Ok(None) | Err(EngineError::Cancelled) => {}
            Err(error) => cx.toasts.error(error.explain(cx.localizer.language)),
        }
    }
}

/// Shows a toast about a back-up, and about files that it could not hold.
pub(crate) fn toast_backed_up(cx: &mut TabContext<'_>, made: &BackedUp) {
    let values = [
        ("files", made.files.into()),
        ("size", Value::Number { value: made.bytes as f64 / 1e6, digits: 1 }),
        ("path", made.path.display().to_string().into()),
    ];
    cx.toasts.done(cx.localizer.with("backup-done", &values));
    for file in &made.missing {
        cx.toasts.error(cx.localizer.with("backup-missing", &[("file", file.clone().into())]));
    }
}
