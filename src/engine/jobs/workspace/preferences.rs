//! Preferences of a workspace: devices, threads, threshold rule, retention of pictures.

use crate::devices::Placement;
use crate::error::Result;
use crate::jobs::access::check_somebody_may_administer;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{Role, ShiftPlan, ThresholdRule};
use fettle_settings::{BackupPlan, DevicePreference, ServerPlan};

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
    /// Whether and where the window answers other systems.
    Server(ServerPlan),
    /// What whoever works at the window may do where nobody is signed in.
    DefaultRole(Role),
    /// When the shifts of a day begin.
    Shifts(ShiftPlan),
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

    fn role(&self) -> Role {
        Role::Admin
    }

    fn run(self, job: &JobContext) -> Result<()> {
        if let Preference::DefaultRole(role) = self.0
            && role < Role::Admin
        {
            let people = job.library(|library| library.people())?;
            check_somebody_may_administer(role, people.iter().map(|(person, _pin)| &person.role))?;
        }
        job.change_settings(|settings| match self.0 {
            Preference::Device(device) => settings.device = device,
            Preference::Threads(threads) => settings.threads = threads,
            Preference::ThresholdRule(rule) => settings.threshold_rule = rule,
            Preference::KeepPictures(days) => settings.keep_pictures_days = days,
            Preference::ModelText(shown) => settings.model_text = shown,
            Preference::Server(plan) => settings.server = plan,
            Preference::DefaultRole(role) => settings.default_role = role,
            Preference::Shifts(plan) => settings.shifts = plan,
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

    fn role(&self) -> Role {
        Role::Operator
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
    /// Whether and where the window answers other systems.
    pub server: ServerPlan,
    /// What whoever works at the window may do where nobody is signed in.
    pub default_role: Role,
    /// When the shifts of a day begin.
    pub shifts: ShiftPlan,
}

impl Request for GetPreferences {
    type Answer = Preferences;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "ask-preferences"
    }

    fn role(&self) -> Role {
        Role::Operator
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
            server: settings.server,
            default_role: settings.default_role,
            shifts: settings.shifts,
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
        let server = ServerPlan { on: true, port: 5001, ..ServerPlan::default() };
        for preference in [
            Preference::Device(DevicePreference::Cpu),
            Preference::Threads(Some(1)),
            Preference::ThresholdRule(rule),
            Preference::KeepPictures(Some(90)),
            Preference::ModelText(true),
            Preference::Server(server),
            Preference::Shifts(ShiftPlan([7, 19, 19])),
        ] {
            change(preference).unwrap();
        }
        let expected = Preferences {
            device: DevicePreference::Cpu,
            threads: Some(1),
            threshold_rule: rule,
            keep_pictures_days: Some(90),
            model_text: true,
            server,
            shifts: ShiftPlan([7, 19, 19]),
            ..before
        };
        assert_eq!(preferences(), expected);
        let (settings, warnings) = read(&path);
        assert_eq!(warnings, []);
        assert_eq!((settings.device, settings.threads), (DevicePreference::Cpu, Some(1)));
        assert_eq!((settings.threshold_rule, settings.keep_pictures_days), (rule, Some(90)));
        assert!(settings.model_text);
        assert_eq!(settings.server, server);

        for bad in [
            Preference::Threads(Some(0)),
            Preference::ThresholdRule(ThresholdRule::MaxOverkill { rate: 1.0 }),
            Preference::ThresholdRule(ThresholdRule::Manual {
                unsure: None,
                image: 1.0,
                pixel: None,
            }),
            Preference::KeepPictures(Some(0)),
            Preference::Server(ServerPlan { port: 0, ..server }),
            Preference::Shifts(ShiftPlan([6, 24, 22])),
        ] {
            let error = change(bad).unwrap_err();
            let refused = matches!(&error, EngineError::Settings(SettingsError::BadValue { .. }));
            assert!(refused, "{bad:?}: {error}");
        }
        assert_eq!(preferences(), expected);
    }
}
