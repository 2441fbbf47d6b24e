//! Changing the language of the program.

use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{Language, Role};

/// Sets the language of messages and reports for later jobs, and stores it in the settings.
#[derive(Debug, Clone, Copy)]
pub struct ChangeLanguage(pub Language);

impl Request for ChangeLanguage {
    type Answer = ();
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "change-language"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<()> {
        job.shared.set_language(self.0);
        job.change_settings(|settings| settings.language = self.0)
    }
}
