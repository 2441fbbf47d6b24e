//! Whether inspections can be made now, for whoever asks every few seconds.

use super::doctor::{MissingRequirement, look_at_models};
use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{Language, Role};

/// Finds what inspections lack: models, products, a library that can be read. [`Doctor`](super::Doctor) looks
/// closer, and takes longer the larger the library is.
#[derive(Debug, Clone, Copy)]
pub struct CheckReadiness {
    /// The language of what is wrong with the library.
    pub language: Language,
}

impl Request for CheckReadiness {
    type Answer = Vec<MissingRequirement>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "check-readiness"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn is_quick(&self) -> bool {
        true
    }

    fn run(self, job: &JobContext) -> Result<Vec<MissingRequirement>> {
        let mut missing = look_at_models(&job.shared)?.missing;
        match job.library(|library| library.products()) {
            Ok(products) if products.is_empty() => missing.push(MissingRequirement::Products),
            Ok(_) => {}
            Err(error) => {
                let message = error.explain(self.language);
                missing.push(MissingRequirement::Library { message });
            }
        }
        Ok(missing)
    }
}
