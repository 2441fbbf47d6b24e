//! Notices that a tab is shown again.

/// The frame in which a tab was drawn last.
#[derive(Default)]
pub(super) struct LastDrawn(Option<u64>);

impl LastDrawn {
    /// Whether the frame before this one did not draw the tab. Called once in each frame that draws
    /// it.
    pub(super) fn is_reopened(&mut self, ctx: &egui::Context) -> bool {
        let now = ctx.cumulative_frame_nr();
        let before = self.0.replace(now);
        before.is_none_or(|before| before + 1 < now)
    }
}
