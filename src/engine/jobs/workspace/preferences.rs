//! Preferences of a workspace: devices, threads, threshold rule, retention of pictures.

use crate::devices::Placement;
use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::ThresholdRule;
use fettle_settings::{BackupPlan, DevicePreference};

/// A setting with its new value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Preference {
    /// Device of the networks, for networks loaded later.
    Device(DevicePreference),
    /// Number of compute threads, from the next start of the program; `None`: one per core.
    Threads(Option<usize>),
    /// Default threshold rule of new banks.
    ThresholdRule(ThresholdRule),
    /// Days after which the picture of an inspection may be deleted; `None`: never.
    KeepPictures(Option<u32>),
    /// Whether reports have a section of the language model's own sentences.
    ModelText(bool),
}

/// Changes a setting and stores it.
#[derive(Debug, Clone, Copy)]
pub struct ChangePreference(pub Preference);

impl Request for ChangePreference {
    type Answer = ();
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "prefer"
    }

    fn run(self, job: &JobContext) -> Result<()> {
        job.shared.change_settings(|settings| match self.0 {
            Preference::Device(device) => settings.device = device,
            Preference::Threads(threads) => settings.threads = threads,
            Preference::ThresholdRule(rule) => settings.threshold_rule = rule,
            Preference::KeepPictures(days) => settings.keep_pictures_days = days,
            Preference::ModelText(shown) => settings.model_text = shown,
        })?;
        job.shared.apply_device_preference()
    }
}

/// Lists the devices of this computer that this build supports.
#[derive(Debug, Clone, Copy)]
pub struct ListDevices;

impl Request for ListDevices {
    type Answer = Vec<DevicePreference>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "list-devices"
    }

    fn run(self, job: &JobContext) -> Result<Vec<DevicePreference>> {
        Ok(Placement::devices(job.shared.allow_gpu))
    }
}

/// Reads the preferences and the values in force.
#[derive(Debug, Clone, Copy)]
pub struct GetPreferences;

/// The preferences and the values in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Preferences {
    /// The chosen device.
    pub device: DevicePreference,
    /// Device of the image networks: `cpu`, `cuda:0`.
    pub vision_device: String,
    /// Device of the text networks.
    pub language_device: String,
    /// Chosen number of threads; `None`: one per core.
    pub threads: Option<usize>,
    /// Number of compute threads until the program ends.
    pub threads_now: usize,
    /// Number of cores.
    pub cores: usize,
    /// Default threshold rule of new banks.
    pub threshold_rule: ThresholdRule,
    /// Days after which the picture of an inspection may be deleted; `None`: never.
    pub keep_pictures_days: Option<u32>,
    /// Whether reports have a section of the language model's own sentences.
    pub model_text: bool,
    /// When the workspace is backed up without being asked; `None`: never.
    pub backups: Option<BackupPlan>,
}

impl Request for GetPreferences {
    type Answer = Preferences;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "ask-preferences"
    }

    fn run(self, job: &JobContext) -> Result<Preferences> {
        let settings = job.shared.settings();
        let placement = job.shared.placement();
        let threads_now = rayon::current_num_threads();
        Ok(Preferences {
            device: settings.device,
            vision_device: Placement::describe(&placement.vision),
            language_device: Placement::describe(&placement.language),
            threads: settings.threads,
            threads_now,
            cores: std::thread::available_parallelism().map_or(threads_now, usize::from),
            threshold_rule: settings.threshold_rule,
            keep_pictures_days: settings.keep_pictures_days,
            model_text: settings.model_text,
            backups: settings.backups,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, EngineError, EngineOptions};
    use fettle_domain::Language;
    use fettle_settings::{Settings, SettingsError, Workspace, read};

    #[test]
    fn changed_preferences_are_stored_and_bad_values_rejected() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(dir.path());
        let path = workspace.settings_path();
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        let engine = Engine::start(workspace, Settings::default(), options).unwrap();
        let change = |preference| engine.submit(ChangePreference(preference)).unwrap().wait(|_| {});
        let preferences = || engine.submit(GetPreferences).unwrap().wait(|_| {}).unwrap();
        let before = preferences();
        let devices = engine.submit(ListDevices).unwrap().wait(|_| {}).unwrap();
        assert_eq!(devices, [DevicePreference::Auto, DevicePreference::Cpu]);
        assert_eq!((before.threads, before.keep_pictures_days), (None, None));

        let rule = ThresholdRule::Quantile { share: 0.995 };
        for preference in [
            Preference::Device(DevicePreference::Cpu),
            Preference::Threads(Some(1)),
            Preference::ThresholdRule(rule),
            Preference::KeepPictures(Some(90)),
            Preference::ModelText(true),
        ] {
            change(preference).unwrap();
        }
        let expected = Preferences {
            device: DevicePreference::Cpu,
            threads: Some(1),
            threshold_rule: rule,
            keep_pictures_days: Some(90),
            model_text: true,
            ..before
        };
        assert_eq!(preferences(), expected);
        let (settings, warnings) = read(&path);
        assert_eq!(warnings, []);
        assert_eq!((settings.device, settings.threads), (DevicePreference::Cpu, Some(1)));
        assert_eq!((settings.threshold_rule, settings.keep_pictures_days), (rule, Some(90)));
        assert!(settings.model_text);

        for bad in [
            Preference::Threads(Some(0)),
            Preference::ThresholdRule(ThresholdRule::MaxOverkill { rate: 1.0 }),
            Preference::ThresholdRule(ThresholdRule::Manual {
                unsure: None,
                image: 1.0,
                pixel: None,
            }),
            Preference::KeepPictures(Some(0)),
        ] {
            let error = change(bad).unwrap_err();
            let refused = matches!(&error, EngineError::Settings(SettingsError::BadValue { .. }));
            assert!(refused, "{bad:?}: {error}");
        }
        assert_eq!(preferences(), expected);
    }
}
