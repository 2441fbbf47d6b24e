//! The language of the program.

use crate::error::Result;
use crate::request::{JobContext, Request};
use fettle_domain::Language;

/// Jobs that begin from now on report in this language, and the settings remember it.
#[derive(Debug, Clone, Copy)]
pub struct ChangeLanguage(pub Language);

impl Request for ChangeLanguage {
    type Answer = ();

    fn name(&self) -> &'static str {
        "change-language"
    }

    fn run(self, job: &JobContext) -> Result<()> {
        job.shared.set_language(self.0);
        job.shared.change_settings(|settings| settings.language = self.0)
    }
}
