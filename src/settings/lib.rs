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

use fettle_domain::{Language, ModelId, ModelRole, RemoteModel, ThresholdRule};

/// What a person has chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The language of the program and its reports.
    pub language: Language,
    /// The manifest's profile whose models are used.
    pub profile: String,
    /// Models that are used instead of the profile's.
    pub models: BTreeMap<ModelRole, ModelId>,
    /// Roles that a model on a server fills. None unless somebody says so: what it is asked
    /// leaves the machine.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub remote: BTreeMap<ModelRole, RemoteModel>,
    /// Where networks run.
    pub device: DevicePreference,
    /// Threads for networks; `None`: as many as the machine has cores.
    pub threads: Option<usize>,
    /// How a bank's limits are set where a fit does not say otherwise. One that any product can
    /// be fitted with: known defects or a person's own number are not everywhere.
    pub threshold_rule: ThresholdRule,
    /// After so many days an inspection's picture may go, 1 to [`Self::MOST_DAYS`]; `None`: never.
    pub keep_pictures_days: Option<u32>,
    /// A report leaves out what only the language model says.
    pub supported_only: bool,
    /// Keys that this version does not know, kept for the one that wrote them.
    #[serde(flatten)]
    pub unknown: serde_json::Map<String, serde_json::Value>,
}

impl Settings {
    /// The longest time for which pictures are kept, other than for ever: a century.
    pub const MOST_DAYS: u32 = 36_500;

    /// Whether each setting has a value that it can have.
    ///
    /// # Errors
    /// [`SettingsError::BadValue`] for the first that has not.
    pub fn check(&self) -> Result<()> {
        let bad = |key| move |why| SettingsError::BadValue { key, why };
        check_threads(&self.threads).map_err(bad("threads"))?;
        check_rule(&self.threshold_rule).map_err(bad("threshold_rule"))?;
        check_days(&self.keep_pictures_days).map_err(bad("keep_pictures_days"))
    }
}

fn check_threads(threads: &Option<usize>) -> Result<(), String> {
    if *threads == Some(0) { Err("it is 0".to_owned()) } else { Ok(()) }
}

fn check_rule(rule: &ThresholdRule) -> Result<(), String> {
    match (rule, rule.out_of_range()) {
        (_, Some(why)) => Err(why.to_owned()),
        (ThresholdRule::MaxOverkill { .. } | ThresholdRule::Quantile { .. }, None) => Ok(()),
        (ThresholdRule::Cost { .. } | ThresholdRule::Manual { .. }, None) => {
            Err("not every product can be fitted by this rule".to_owned())
        }
    }
}

fn check_days(days: &Option<u32>) -> Result<(), String> {
    match days {
        Some(days) if !(1..=Settings::MOST_DAYS).contains(days) => {
            Err(format!("{days} does not lie between 1 and {}", Settings::MOST_DAYS))
        }
        _ => Ok(()),
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::default(),
            profile: "starter".to_owned(),
            models: BTreeMap::new(),
            remote: BTreeMap::new(),
            device: DevicePreference::default(),
            threads: None,
            threshold_rule: ThresholdRule::default(),
            keep_pictures_days: None,
            supported_only: false,
            unknown: serde_json::Map::new(),
        }
    }
}
