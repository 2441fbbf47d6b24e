//! What a tab works with while it is polled and drawn.

use super::bank_fits::BankFits;
use super::catalogue::Catalogue;
use super::command::Command;
use super::figure_cache::FigureCache;
use super::localizer::Localizer;
use super::server_switch::ServerSwitch;
use super::tasks::{JobStatus, Task, Tasks};
use super::toasts::Toasts;
use super::view_state::ViewState;
use fettle_domain::{DefectCode, ProductCode};
use fettle_engine::{Engine, FitBank, Request};

/// The engine, the state shared by all tabs, and the queue of commands to the window.
pub(super) struct TabContext<'a> {
    pub(super) engine: &'a Engine,
    /// The server that answers other systems.
    pub(super) server: &'a dyn ServerSwitch,
    pub(super) localizer: Localizer,
    pub(super) catalogue: &'a Catalogue,
    pub(super) tasks: &'a mut Tasks,
    /// The fits under way.
    pub(super) fits: &'a mut BankFits,
    pub(super) toasts: &'a mut Toasts,
    pub(super) view: &'a mut ViewState,
    /// Whether anybody may sign in.
    pub(super) has_people: bool,
    /// Pictures of manuals, as they were shown last.
    pub(super) figures: &'a mut FigureCache,
    /// Executed after the frame is drawn.
    pub(super) commands: &'a mut Vec<Command>,
}

impl TabContext<'_> {
    /// The message `id` in the language of the window.
    pub(super) fn text(&self, id: &str) -> String {
        self.localizer.text(id)
    }

    /// A product's name in the language of the window.
    pub(super) fn product_name(&self, code: &ProductCode) -> String {
        self.catalogue.product_name(self.localizer, code)
    }

    /// A defect type's name in the language of the window.
    pub(super) fn defect_name(&self, product: Option<&ProductCode>, code: &DefectCode) -> String {
        self.catalogue.defect_name(self.localizer, product, code)
    }

    /// Has the window execute `command` after the frame is drawn.
    pub(super) fn send(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// Starts to fit a bank, unless a fit of the product runs. Where the engine is too busy, a toast says
    /// so.
    pub(super) fn fit(&mut self, request: FitBank) {
        if let Err(error) = self.fits.start(self.engine, self.tasks, request) {
            self.toasts.error(error.explain(self.localizer.language));
        }
    }

    /// Asks `job` to stop, if the person at the window may: else a toast says who may.
    pub(super) fn stop(&mut self, job: &JobStatus) {
        if job.may_be_stopped_by(&self.engine.user()) {
            job.cancel.cancel();
        } else {
            self.toasts.error(self.localizer.text("jobs-not-yours"));
        }
    }

    /// Asks the fit of a product to stop, like [`Self::stop`]; its active bank stays.
    pub(super) fn stop_fit(&mut self, product: &ProductCode) {
        let may = self.fits.of(product).map(|fit| fit.may_be_stopped_by(&self.engine.user()));
        match may {
            Some(true) => self.fits.stop(product),
            Some(false) => self.toasts.error(self.localizer.text("jobs-not-yours")),
            None => {}
        }
    }

    /// Starts a job that is asked for again with the next frame where the engine is too busy.
    pub(super) fn start_when_idle<R: Request>(
        &mut self,
        request: R,
    ) -> Option<Task<R::Answer, R::Event>> {
        self.engine.submit(request).ok().map(|handle| self.tasks.watch(handle))
    }

    /// Starts a job. Where the engine is too busy, a toast says so and the result is `None`.
    pub(super) fn start<R: Request>(&mut self, request: R) -> Option<Task<R::Answer, R::Event>> {
        match self.engine.submit(request) {
            Ok(handle) => Some(self.tasks.watch(handle)),
            Err(error) => {
                self.toasts.error(error.explain(self.localizer.language));
                None
            }
        }
    }
}
