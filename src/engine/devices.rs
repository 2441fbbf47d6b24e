//! Which device each lane computes on: chosen here and nowhere else.

use candle_core::Device;

use fettle_settings::DevicePreference;

/// Where the networks of the two lanes live.
#[derive(Debug, Clone)]
pub(super) struct Placement {
    /// Image networks and memory banks.
    pub(super) vision: Device,
    /// Text networks and the language model.
    pub(super) language: Device,
}

impl Placement {
    /// As preferred; by itself GPU 0 for vision and GPU 1 for language, one GPU for both, or
    /// the CPU.
    ///
    /// A machine without a usable GPU is the usual case, not an error; the reason is
    /// logged and [`Placement::describe`] says what was chosen.
    pub(super) fn choose(allow_gpu: bool, preferred: DevicePreference) -> Self {
        let gpu = |index: usize| -> Option<Device> {
            if !allow_gpu || !candle_core::utils::cuda_is_available() {
                return None;
            }
            Device::new_cuda(index)
                .inspect_err(|error| tracing::info!(index, %error, "no such GPU"))
                .ok()
        };
        let chosen = match preferred {
            DevicePreference::Cpu => None,
            DevicePreference::Cuda(index) => gpu(index).map(|gpu| (gpu.clone(), gpu)),
            DevicePreference::Auto => gpu(0).map(|first| {
                let second = gpu(1).unwrap_or_else(|| first.clone());
                (first, second)
            }),
        };
        let (vision, language) = chosen.unwrap_or((Device::Cpu, Device::Cpu));
        Self { vision, language }
    }

    /// What may be preferred on this machine with this build.
    pub(super) fn devices(allow_gpu: bool) -> Vec<DevicePreference> {
        let gpus = (0..)
            .take_while(|_| allow_gpu && candle_core::utils::cuda_is_available())
            .take_while(|index| Device::new_cuda(*index).is_ok())
            .map(DevicePreference::Cuda);
        [DevicePreference::Auto, DevicePreference::Cpu].into_iter().chain(gpus).collect()
    }

    /// Whether both lanes compute where they do by `other`.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.vision.same_device(&other.vision) && self.language.same_device(&other.language)
    }

    /// In words, for `doctor` and the log: `cpu`, `cuda:0`.
    pub(super) fn describe(device: &Device) -> String {
        match device.location() {
            candle_core::DeviceLocation::Cpu => "cpu".to_owned(),
            candle_core::DeviceLocation::Cuda { gpu_id } => format!("cuda:{gpu_id}"),
            candle_core::DeviceLocation::Metal { gpu_id } => format!("metal:{gpu_id}"),
        }
    }
}
