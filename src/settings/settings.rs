//! The settings and their valid values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::backup_plan::{BackupPlan, check_backups};
use super::server_plan::{ServerPlan, check_server};
use super::setting_fault::check_range;
use super::{DevicePreference, Result, SettingFault, SettingsError};
use fettle_domain::{Language, ModelId, ModelRole, RemoteModel, Role, ShiftPlan, ThresholdRule};

/// The settings of one workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Language of the window, of messages and of reports.
    pub language: Language,
    /// Profile of the model manifest whose models are used.
    pub profile: String,
    /// Models used instead of the profile's, by role.
    pub models: BTreeMap<ModelRole, ModelId>,
    /// Models on servers, by role. Empty by default, since requests to a server leave the machine.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub remote: BTreeMap<ModelRole, RemoteModel>,
    /// Device that networks run on.
    pub device: DevicePreference,
    /// Threads for networks, 1 to [`Self::MOST_THREADS`]; `None`: one for each core. No more are
    /// started than the machine has cores.
    pub threads: Option<usize>,
    /// Default rule for the thresholds of a fitted bank. It must work for any product: a rule that
    /// needs known defects or a person's own threshold is invalid here.
    pub threshold_rule: ThresholdRule,
    /// Days after which the image of an inspection may be deleted, 1 to [`Self::MOST_DAYS`];
    /// `None`: never.
    pub keep_pictures_days: Option<u32>,
    /// Whether a language model also writes in reports: sentences of its own, in a section apart,
    /// or translations of a manual in another language.
    pub model_text: bool,
    /// When the workspace is backed up without being asked; `None`: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backups: Option<BackupPlan>,
    /// Whether and where the window answers other systems. Off by default.
    #[serde(skip_serializing_if = "is_usual")]
    pub server: ServerPlan,
    /// What whoever works at the window may do where nobody is signed in. All by default, as the owner of the
    /// files.
    pub default_role: Role,
    /// When the shifts of a day begin.
    #[serde(skip_serializing_if = "is_usual_plan")]
    pub shifts: ShiftPlan,
    /// Keys unknown to this version of Fettle, kept for the version that wrote them.
    #[serde(flatten)]
    pub unknown: serde_json::Map<String, serde_json::Value>,
}

impl Settings {
    /// Largest value of `threads`.
    pub const MOST_THREADS: usize = 1024;

    /// Largest value of `keep_pictures_days`: a century.
    pub const MOST_DAYS: u32 = 36_500;

    /// Checks that each setting has a valid value.
    ///
    /// # Errors
    /// [`SettingsError::BadValue`] for the first setting that has not.
    pub fn check(&self) -> Result<()> {
        let bad = |key| move |fault| SettingsError::BadValue { key, fault };
        check_threads(&self.threads).map_err(bad("threads"))?;
        check_rule(&self.threshold_rule).map_err(bad("threshold_rule"))?;
        check_days(&self.keep_pictures_days).map_err(bad("keep_pictures_days"))?;
        check_backups(&self.backups).map_err(bad("backups"))?;
        check_server(&self.server).map_err(bad("server"))?;
        check_shifts(&self.shifts).map_err(bad("shifts"))
    }
}

fn is_usual(plan: &ServerPlan) -> bool {
    *plan == ServerPlan::default()
}

fn is_usual_plan(plan: &ShiftPlan) -> bool {
    *plan == ShiftPlan::default()
}

pub(super) fn check_shifts(plan: &ShiftPlan) -> Result<(), SettingFault> {
    let most = ShiftPlan::LAST_HOUR;
    match plan.0.iter().find(|hour| **hour > most) {
        Some(hour) => {
            let (value, most) = ((*hour).into(), most.into());
            Err(SettingFault::OutOfRange { value, least: 0, most })
        }
        None => Ok(()),
    }
}

pub(super) fn check_threads(threads: &Option<usize>) -> Result<(), SettingFault> {
    threads.map_or(Ok(()), |threads| check_range(threads as u64, Settings::MOST_THREADS as u64))
}

pub(super) fn check_rule(rule: &ThresholdRule) -> Result<(), SettingFault> {
    match (rule, rule.out_of_range()) {
        (_, Some(why)) => Err(SettingFault::Rule(why)),
        (ThresholdRule::MaxOverkill { .. } | ThresholdRule::Quantile { .. }, None) => Ok(()),
        (
            ThresholdRule::Cost { .. }
            | ThresholdRule::MaxEscape { .. }
            | ThresholdRule::Manual { .. },
            None,
        ) => Err(SettingFault::Rule("not every product can be fitted by this rule")),
    }
}

pub(super) fn check_days(days: &Option<u32>) -> Result<(), SettingFault> {
    days.map_or(Ok(()), |days| check_range(days.into(), Settings::MOST_DAYS.into()))
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
            model_text: false,
            backups: None,
            server: ServerPlan::default(),
            shifts: ShiftPlan::default(),
            default_role: Role::Admin,
            unknown: serde_json::Map::new(),
        }
    }
}
