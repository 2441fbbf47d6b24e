//! Keeps the [`Catalogue`] in line with the library.

use crate::catalogue::Catalogue;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_engine::{EngineError, ListLibrary, ProductSummary};

/// Lists the library for the catalogue.
#[derive(Default)]
pub(crate) struct CatalogueLoader(Option<Task<Vec<ProductSummary>>>);

impl CatalogueLoader {
    /// Lists the library again. The catalogue keeps its products until the answer comes.
    pub(crate) fn reload(&mut self, cx: &mut TabContext<'_>, catalogue: &mut Catalogue) {
        self.0 = cx.start(ListLibrary);
        catalogue.error = match self.0 {
            Some(_) => None,
            None => Some(EngineError::Busy.explain(cx.localizer.language)),
        };
    }

    /// Takes the answer. The first call lists the library.
    pub(crate) fn poll(&mut self, cx: &mut TabContext<'_>, catalogue: &mut Catalogue) {
        let is_first = catalogue.listed.is_none() && catalogue.error.is_none();
        if self.0.is_none() && is_first {
            self.reload(cx, catalogue);
        }
        let Some(answer) = self.0.as_ref().and_then(Task::poll) else { return };
        self.0 = None;
        match answer {
            Ok(products) => {
                (catalogue.listed, catalogue.error) = (Some(products), None);
                catalogue.generation += 1;
            }
            Err(error) => catalogue.error = Some(error.explain(cx.localizer.language)),
        }
    }
}
