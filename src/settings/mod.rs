//! What a person has chosen, and where everything lies.
//!
//! [`Settings`] are a JSON file in the [`Workspace`]. Reading them never fails: what is
//! wrong is left at its default and said in a [`SettingsWarning`].

mod device;
mod error;
mod file;
mod migrate;
mod workspace;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use device::{DevicePreference, InvalidDevice};
pub use error::{Result, SettingsError};
pub use file::{SettingsWarning, read, write};
pub use workspace::Workspace;

use crate::domain::{Language, ModelId, ModelRole};

/// What a person has chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The language of the program and its reports.
    pub language: Language,
    /// The manifest's profile whose models are used.
    pub profile: String,
    /// Models that are used instead of the profile's.
    pub models: BTreeMap<ModelRole, ModelId>,
    /// Where networks run.
    pub device: DevicePreference,
    /// Threads for networks; `None`: as many as the machine has cores.
    pub threads: Option<usize>,
    /// Keys that this version does not know, kept for the one that wrote them.
    #[serde(flatten)]
    pub unknown: serde_json::Map<String, serde_json::Value>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::default(),
            profile: "starter".to_owned(),
            models: BTreeMap::new(),
            device: DevicePreference::default(),
            threads: None,
            unknown: serde_json::Map::new(),
        }
    }
}
