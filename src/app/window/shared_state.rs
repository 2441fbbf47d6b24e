//! The state that all tabs share.

use std::sync::Arc;

use crate::bank_fits::BankFits;
use crate::catalogue::Catalogue;
use crate::command::Command;
use crate::figure_cache::FigureCache;
use crate::localizer::Localizer;
use crate::server_switch::ServerSwitch;
use crate::tab_context::TabContext;
use crate::tasks::Tasks;
use crate::toasts::Toasts;
use crate::view_state::ViewState;
use fettle_engine::Engine;

/// The state that all tabs share; a [`TabContext`] lends it to one tab at a time.
pub(super) struct SharedState {
    // Before `engine`, which waits for the jobs under way as it ends: these are cancelled.
    pub(super) fits: BankFits,
    pub(super) engine: Arc<Engine>,
    pub(super) server: Arc<dyn ServerSwitch>,
    pub(super) localizer: Localizer,
    pub(super) catalogue: Catalogue,
    pub(super) tasks: Tasks,
    pub(super) toasts: Toasts,
    pub(super) view: ViewState,
    /// Whether anybody may sign in.
    pub(super) has_people: bool,
    pub(super) figures: FigureCache,
    /// Sent since the last frame, in order.
    pub(super) commands: Vec<Command>,
}

impl SharedState {
    pub(super) fn context(&mut self) -> TabContext<'_> {
        TabContext {
            engine: &self.engine,
            server: &*self.server,
            localizer: self.localizer,
            catalogue: &self.catalogue,
            tasks: &mut self.tasks,
            fits: &mut self.fits,
            toasts: &mut self.toasts,
            view: &mut self.view,
            has_people: self.has_people,
            figures: &mut self.figures,
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
