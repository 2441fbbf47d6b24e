//! What this machine has, what of it computes, and the folders.

use egui::{Grid, Ui};

use super::{megabytes, waiting};
use crate::asked::Asked;
use crate::desk::Desk;
use crate::widgets::choice::named_list;
use fettle_engine::{Doctor, DoctorReport, ListDevices, Preference, Preferences};
use fettle_settings::DevicePreference;

/// Width of a list, in points.
const LIST: f32 = 220.0;

/// What is known of the machine.
#[derive(Default)]
pub(super) struct Machine {
    doctor: Asked<DoctorReport>,
    devices: Asked<Vec<DevicePreference>>,
}

impl Machine {
    /// Asks anew; what devices there are does not change while the program runs.
    pub(super) fn ask(&mut self, desk: &mut Desk<'_>) {
        self.doctor.ask(desk, Doctor);
        self.devices.ask_once(desk, ListDevices);
    }

    pub(super) fn poll(&mut self, desk: &mut Desk<'_>) {
        self.doctor.poll(desk);
        self.devices.poll(desk);
    }

    /// Draws it; what a person wants otherwise.
    pub(super) fn show(
        &self,
        ui: &mut Ui,
        desk: &Desk<'_>,
        preferences: &Asked<Preferences>,
    ) -> Option<Preference> {
        ui.heading(desk.text("settings-machine"));
        let error = preferences.error().or(self.devices.error()).or(self.doctor.error());
        let (Some(chosen), Some(devices), Some(doctor)) =
            (preferences.answer(), self.devices.answer(), self.doctor.answer())
        else {
            waiting(ui, error);
            return None;
        };
        let device = device(ui, desk, chosen, devices).map(Preference::Device);
        let threads = threads(ui, desk, chosen).map(Preference::Threads);
        ui.add_space(6.0);
        let memory = megabytes(desk, doctor.memory_bytes);
        let rows = [
            ("settings-vision-device", chosen.vision_device.clone()),
            ("settings-language-device", chosen.language_device.clone()),
            ("doctor-threads", chosen.threads_now.to_string()),
            ("doctor-cpu", doctor.cpu.join(", ")),
            ("doctor-memory", memory),
            ("doctor-workspace", doctor.workspace.clone()),
            ("settings-models-folder", doctor.models_dir.clone()),
            ("settings-version", doctor.version.clone()),
        ];
        Grid::new("settings_machine").num_columns(2).striped(true).show(ui, |ui| {
            for (name, value) in rows {
                ui.label(desk.text(name));
                ui.label(value);
                ui.end_row();
            }
        });
        device.or(threads)
    }
}

/// Where networks run; another device where one was chosen.
fn device(
    ui: &mut Ui,
    desk: &Desk<'_>,
    chosen: &Preferences,
    devices: &[DevicePreference],
) -> Option<DevicePreference> {
    let mut wanted = chosen.device;
    let label = desk.text("settings-device");
    let shown = device_name(desk, chosen.device);
    named_list(ui, &label, shown, LIST, |ui| {
        for device in devices {
            ui.selectable_value(&mut wanted, *device, device_name(desk, *device));
        }
    });
    if let DevicePreference::Cuda(_) = chosen.device
        && chosen.vision_device != chosen.device.to_string()
    {
        let values = [
            ("device", chosen.device.to_string().into()),
            ("used", chosen.vision_device.clone().into()),
        ];
        let text = desk.words.with("settings-device-absent", &values);
        ui.colored_label(ui.visuals().warn_fg_color, text);
    } else if !devices.iter().any(|device| matches!(device, DevicePreference::Cuda(_))) {
        ui.weak(desk.text("settings-no-gpu"));
    } else {
        ui.weak(desk.text("settings-device-hint"));
    }
    (wanted != chosen.device).then_some(wanted)
}

fn device_name(desk: &Desk<'_>, device: DevicePreference) -> String {
    match device {
        DevicePreference::Auto => desk.text("settings-device-auto"),
        DevicePreference::Cpu => "CPU".to_owned(),
        DevicePreference::Cuda(number) => format!("GPU {number} (cuda:{number})"),
    }
}

/// How many threads compute; another number where one was chosen.
fn threads(ui: &mut Ui, desk: &Desk<'_>, chosen: &Preferences) -> Option<Option<usize>> {
    let mut wanted = chosen.threads;
    let auto = desk.words.with("settings-threads-auto", &[("count", chosen.cores.into())]);
    let shown = chosen.threads.map_or_else(|| auto.clone(), |count| count.to_string());
    let label = desk.text("settings-threads");
    named_list(ui, &label, shown, LIST, |ui| {
        ui.selectable_value(&mut wanted, None, auto);
        for count in 1..=chosen.cores {
            ui.selectable_value(&mut wanted, Some(count), count.to_string());
        }
    });
    if chosen.threads.unwrap_or(chosen.cores) != chosen.threads_now {
        let values = [("count", chosen.threads_now.into())];
        let text = desk.words.with("settings-threads-later", &values);
        ui.colored_label(ui.visuals().warn_fg_color, text);
    }
    (wanted != chosen.threads).then_some(wanted)
}
