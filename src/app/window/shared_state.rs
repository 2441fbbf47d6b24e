//! The state that all tabs share.

use crate::bank_fits::BankFits;
use crate::catalogue::Catalogue;
use crate::command::Command;
use crate::localizer::Localizer;
use crate::tab_context::TabContext;
use crate::tasks::Tasks;
use crate::toasts::Toasts;
use crate::view_state::ViewState;
use fettle_engine::Engine;

/// The state that all tabs share; a [`TabContext`] lends it to one tab at a time.
pub(super) struct SharedState {
    // Before `engine`, which waits for the jobs under way as it ends: these are cancelled.
    pub(super) fits: BankFits,
    pub(super) engine: Engine,
    pub(super) localizer: Localizer,
    pub(super) catalogue: Catalogue,
    pub(super) tasks: Tasks,
    pub(super) toasts: Toasts,
    pub(super) view: ViewState,
    /// Sent since the last frame, in order.
    pub(super) commands: Vec<Command>,
}

impl SharedState {
    pub(super) fn context(&mut self) -> TabContext<'_> {
        TabContext {
            engine: &self.engine,
            localizer: self.localizer,
            catalogue: &self.catalogue,
            tasks: &mut self.tasks,
            fits: &mut self.fits,
            toasts: &mut self.toasts,
            view: &mut self.view,
            commands: &mut self.commands,
        }
    }

    /// Calls `update` with the catalogue, which a [`TabContext`] only lends. The context of that
    /// call has an empty catalogue.
    pub(super) fn update_catalogue(
        &mut self,
        update: impl FnOnce(&mut TabContext<'_>, &mut Catalogue),
    ) {
        let mut catalogue = std::mem::take(&mut self.catalogue);
        update(&mut self.context(), &mut catalogue);
        self.catalogue = catalogue;
    }
}
