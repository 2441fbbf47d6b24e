//! The settings of a workspace and the layout of its folders.
//!
//! Start with [`Workspace`], which finds the workspace and names its folders, then [`Settings`],
//! which are the JSON file `settings.json` in it. Reading settings never fails: a setting that
//! cannot be used keeps its default and is reported as a [`SettingsWarning`].

mod backup_plan;
mod device;
mod error;
mod file;
mod migrate;
mod server_plan;
mod setting_fault;
mod settings;
mod warning;
mod workspace;

pub use backup_plan::BackupPlan;
pub use device::{DevicePreference, InvalidDevice};
pub use error::{Result, SettingsError};
pub use file::{read, write};
pub use server_plan::ServerPlan;
pub use setting_fault::SettingFault;
pub use settings::Settings;
pub use warning::SettingsWarning;
pub use workspace::Workspace;
