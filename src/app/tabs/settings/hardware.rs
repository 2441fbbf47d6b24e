//! The section of hardware: devices, threads, memory and folders.

use egui::{Grid, Ui};

use super::section::{megabytes, spinner_or_error};
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use crate::widgets::combo_box::labelled_combo;
use fettle_engine::{Doctor, DoctorReport, ListDevices, Preference, Preferences};
use fettle_settings::DevicePreference;

/// Width of a combo box, in points.
const COMBO_WIDTH: f32 = 220.0;

/// The state of the machine and its devices.
#[derive(Default)]
pub(super) struct Hardware {
    doctor: Loadable<DoctorReport>,
    devices: Loadable<Vec<DevicePreference>>,
}

impl Hardware {
    /// Loads the state again. Devices do not change while the program runs and are loaded once.
    pub(super) fn load(&mut self, cx: &mut TabContext<'_>) {
        self.doctor.load(cx, Doctor);
        self.devices.load_once(cx, ListDevices);
    }

    /// Takes what is loaded.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) {
        self.doctor.poll(cx);
        self.devices.poll(cx);
    }

    /// Shows the section. Returns the preference that a person changed.
    pub(super) fn show(
        &self,
        ui: &mut Ui,
        cx: &TabContext<'_>,
        preferences: &Loadable<Preferences>,
    ) -> Option<Preference> {
        ui.heading(cx.text("settings-machine"));
        let error = preferences.error().or(self.devices.error()).or(self.doctor.error());
        let (Some(current), Some(devices), Some(doctor)) =
            (preferences.answer(), self.devices.answer(), self.doctor.answer())
        else {
            spinner_or_error(ui, error);
            return None;
        };
        let device = device_combo(ui, cx, current, devices).map(Preference::Device);
        let threads = threads_combo(ui, cx, current).map(Preference::Threads);
        ui.add_space(6.0);
        let memory = megabytes(cx, doctor.memory_bytes);
        let rows = [
            ("settings-vision-device", current.vision_device.clone()),
            ("settings-language-device", current.language_device.clone()),
            ("doctor-threads", current.threads_now.to_string()),
            ("doctor-cpu", doctor.cpu.join(", ")),
            ("doctor-memory", memory),
            ("doctor-workspace", doctor.workspace.clone()),
            ("settings-models-folder", doctor.models_dir.clone()),
            ("settings-version", doctor.version.clone()),
        ];
        Grid::new("settings_machine").num_columns(2).striped(true).show(ui, |ui| {
            for (name, value) in rows {
                ui.label(cx.text(name));
                ui.label(value);
                ui.end_row();
            }
        });
        device.or(threads)
    }
}

/// The choice of the device for networks. Returns the device where another one was selected.
fn device_combo(
    ui: &mut Ui,
    cx: &TabContext<'_>,
    current: &Preferences,
    devices: &[DevicePreference],
) -> Option<DevicePreference> {
    let mut wanted = current.device;
    let label = cx.text("settings-device");
    let shown = device_name(cx, current.device);
    labelled_combo(ui, &label, shown, COMBO_WIDTH, |ui| {
        for device in devices {
            ui.selectable_value(&mut wanted, *device, device_name(cx, *device));
        }
    });
    if let DevicePreference::Cuda(_) = current.device
        && current.vision_device != current.device.to_string()
    {
        let values = [
            ("device", current.device.to_string().into()),
            ("used", current.vision_device.clone().into()),
        ];
        let text = cx.localizer.with("settings-device-absent", &values);
        ui.colored_label(ui.visuals().warn_fg_color, text);
    } else if !devices.iter().any(|device| matches!(device, DevicePreference::Cuda(_))) {
        ui.weak(cx.text("settings-no-gpu"));
    } else {
        ui.weak(cx.text("settings-device-hint"));
    }
    (wanted != current.device).then_some(wanted)
}

/// A device for people.
fn device_name(cx: &TabContext<'_>, device: DevicePreference) -> String {
    match device {
        DevicePreference::Auto => cx.text("settings-device-auto"),
        DevicePreference::Cpu => "CPU".to_owned(),
        DevicePreference::Cuda(number) => format!("GPU {number} (cuda:{number})"),
    }
}

/// The choice of the number of threads. Returns the number where another one was selected.
fn threads_combo(ui: &mut Ui, cx: &TabContext<'_>, current: &Preferences) -> Option<Option<usize>> {
    let mut wanted = current.threads;
    let auto = cx.localizer.with("settings-threads-auto", &[("count", current.cores.into())]);
    let shown = current.threads.map_or_else(|| auto.clone(), |count| count.to_string());
    let label = cx.text("settings-threads");
    labelled_combo(ui, &label, shown, COMBO_WIDTH, |ui| {
        ui.selectable_value(&mut wanted, None, auto);
        for count in 1..=current.cores {
            ui.selectable_value(&mut wanted, Some(count), count.to_string());
        }
    });
    if current.threads.unwrap_or(current.cores).min(current.cores) != current.threads_now {
        let values = [("count", current.threads_now.into())];
        let text = cx.localizer.with("settings-threads-later", &values);
        ui.colored_label(ui.visuals().warn_fg_color, text);
    }
    (wanted != current.threads).then_some(wanted)
}
