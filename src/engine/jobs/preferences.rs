//! What the owner of a workspace chooses of the rest: devices, threads, the rule of new banks, how
//! long pictures are kept.

use crate::devices::Placement;
use crate::error::Result;
use crate::request::{JobContext, Request};
use fettle_domain::ThresholdRule;
use fettle_settings::DevicePreference;

/// One of the settings, as it is to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Preference {
    /// Where networks run: from the next one on that is asked for.
    Device(DevicePreference),
    /// How many threads compute, from the program's next start on; `None`: one a core.
    Threads(Option<usize>),
    /// How the limits of new banks are set where a fit does not say otherwise.
    ThresholdRule(ThresholdRule),
    /// After how many days an inspection's picture may go; `None`: never.
    KeepPictures(Option<u32>),
    /// Whether reports leave out what only the language model says.
    SupportedOnly(bool),
}

/// Changes a setting, and the settings remember it.
#[derive(Debug, Clone, Copy)]
pub struct Prefer(pub Preference);

impl Request for Prefer {
    type Answer = ();

    fn name(&self) -> &'static str {
        "prefer"
    }

    fn run(self, job: &JobContext) -> Result<()> {
        job.shared.change_settings(|settings| match self.0 {
            Preference::Device(device) => settings.device = device,
            Preference::Threads(threads) => settings.threads = threads,
            Preference::ThresholdRule(rule) => settings.threshold_rule = rule,
            Preference::KeepPictures(days) => settings.keep_pictures_days = days,
            Preference::SupportedOnly(only) => settings.supported_only = only,
        })?;
        job.shared.place_anew()
    }
}

/// Asks what devices can be chosen on this machine with this build.
#[derive(Debug, Clone, Copy)]
pub struct ListDevices;

impl Request for ListDevices {
    type Answer = Vec<DevicePreference>;

    fn name(&self) -> &'static str {
        "list-devices"
    }

    fn run(self, job: &JobContext) -> Result<Vec<DevicePreference>> {
        Ok(Placement::devices(job.shared.allow_gpu))
    }
}

/// Asks what is chosen, and what is in force.
#[derive(Debug, Clone, Copy)]
pub struct AskPreferences;

/// What is chosen, and what is in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Preferences {
    /// The device chosen.
    pub device: DevicePreference,
    /// What image networks compute on: `cpu`, `cuda:0`.
    pub vision_device: String,
    /// What text networks compute on.
    pub language_device: String,
    /// The threads chosen; `None`: one a core.
    pub threads: Option<usize>,
    /// How many compute until the program ends.
    pub threads_now: usize,
    /// As many as could compute at once.
    pub cores: usize,
    /// How the limits of new banks are set.
    pub threshold_rule: ThresholdRule,
    /// After how many days an inspection's picture may go; `None`: never.
    pub keep_pictures_days: Option<u32>,
    /// Whether reports leave out what only the language model says.
    pub supported_only: bool,
}

impl Request for AskPreferences {
    type Answer = Preferences;

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
            supported_only: settings.supported_only,
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
    fn what_is_chosen_is_remembered_and_what_cannot_be_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(dir.path());
        let path = workspace.settings_path();
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        let engine = Engine::start(workspace, Settings::default(), options).unwrap();
        let prefer = |preference| engine.submit(Prefer(preference)).unwrap().wait(|_| {});
        let asked = || engine.submit(AskPreferences).unwrap().wait(|_| {}).unwrap();
        let before = asked();
        let devices = engine.submit(ListDevices).unwrap().wait(|_| {}).unwrap();
        assert_eq!(devices, [DevicePreference::Auto, DevicePreference::Cpu]);
        assert_eq!((before.threads, before.keep_pictures_days), (None, None));

        let rule = ThresholdRule::Quantile { share: 0.995 };
        for preference in [
            Preference::Device(DevicePreference::Cpu),
            Preference::Threads(Some(1)),
            Preference::ThresholdRule(rule),
            Preference::KeepPictures(Some(90)),
            Preference::SupportedOnly(true),
        ] {
            prefer(preference).unwrap();
        }
        let expected = Preferences {
            device: DevicePreference::Cpu,
            threads: Some(1),
            threshold_rule: rule,
            keep_pictures_days: Some(90),
            supported_only: true,
            ..before
        };
        assert_eq!(asked(), expected);
        let (settings, warnings) = read(&path);
        assert_eq!(warnings, []);
        assert_eq!((settings.device, settings.threads), (DevicePreference::Cpu, Some(1)));
        assert_eq!((settings.threshold_rule, settings.keep_pictures_days), (rule, Some(90)));
        assert!(settings.supported_only);

        for bad in [
            Preference::Threads(Some(0)),
            Preference::ThresholdRule(ThresholdRule::MaxOverkill { rate: 1.0 }),
            Preference::ThresholdRule(ThresholdRule::Manual { image: 1.0, pixel: None }),
            Preference::KeepPictures(Some(0)),
        ] {
            let error = prefer(bad).unwrap_err();
            let refused = matches!(&error, EngineError::Settings(SettingsError::BadValue { .. }));
            assert!(refused, "{bad:?}: {error}");
        }
        assert_eq!(asked(), expected);
    }
}
