//! The fits under way, one a product, whichever tab started them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::tasks::{JobStatus, Task, Tasks};
use fettle_domain::ProductCode;
use fettle_engine::{Engine, EngineError, FitBank, FittedBank};

/// The running fits.
#[derive(Default)]
pub(crate) struct BankFits(BTreeMap<ProductCode, Task<FittedBank>>);

impl BankFits {
    /// The fit of a product that is under way.
    pub(crate) fn of(&self, product: &ProductCode) -> Option<&JobStatus> {
        self.0.get(product).map(Task::status)
    }

    /// Starts a fit, unless one of its product runs.
    ///
    /// # Errors
    /// [`EngineError::Busy`].
    pub(crate) fn start(
        &mut self,
        engine: &Engine,
        tasks: &mut Tasks,
        request: FitBank,
    ) -> Result<(), EngineError> {
        let product = request.product.clone();
        if let Entry::Vacant(entry) = self.0.entry(product) {
            entry.insert(tasks.watch(engine.submit(request)?));
        }
        Ok(())
    }

    /// Cancels the fit of a product; its active bank stays. [`super::tab_context::TabContext::stop_fit`]
    /// asks first whether the person may.
    pub(crate) fn stop(&self, product: &ProductCode) {
        if let Some(task) = self.0.get(product) {
            task.cancel();
        }
    }

    /// The answers that came.
    pub(crate) fn take_answers(&mut self) -> Vec<Result<FittedBank, EngineError>> {
        let mut answers = Vec::new();
        self.0.retain(|_, task| match task.poll() {
            None => true,
            Some(answer) => {
                answers.push(answer);
                false
            }
        });
        answers
    }
}
