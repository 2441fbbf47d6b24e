//! The choice of devices: which GPU, or the CPU, each lane computes on.

use candle_core::Device;

use fettle_settings::DevicePreference;

/// The devices of the vision and the language lane.
#[derive(Debug, Clone)]
pub(crate) struct Placement {
    /// Image networks and memory banks.
    pub(crate) vision: Device,
    /// Text networks and the language model.
    pub(crate) language: Device,
}

impl Placement {
    /// The devices that `preferred` asks for; `Auto` is GPU 0 for vision and GPU 1 for language,
    /// one GPU for both, or the CPU.
    ///
    /// A machine without a usable GPU is the usual case, not an error; the reason is
    /// logged and [`Placement::describe`] says what was chosen.
    pub(crate) fn choose(allow_gpu: bool, preferred: DevicePreference) -> Self {
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

    /// The device preferences that this machine and this build can fulfil.
    pub(crate) fn devices(allow_gpu: bool) -> Vec<DevicePreference> {
        let gpus = (0..)
            .take_while(|_| allow_gpu && candle_core::utils::cuda_is_available())
            .take_while(|index| Device::new_cuda(*index).is_ok())
            .map(DevicePreference::Cuda);
        [DevicePreference::Auto, DevicePreference::Cpu].into_iter().chain(gpus).collect()
    }

    /// Whether both lanes compute on the same devices as with `other`.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.vision.same_device(&other.vision) && self.language.same_device(&other.language)
    }

    /// The device's name for `doctor` and the log: `cpu`, `cuda:0`.
    pub(crate) fn describe(device: &Device) -> String {
        match device.location() {
            candle_core::DeviceLocation::Cpu => "cpu".to_owned(),
            candle_core::DeviceLocation::Cuda { gpu_id } => format!("cuda:{gpu_id}"),
            candle_core::DeviceLocation::Metal { gpu_id } => format!("metal:{gpu_id}"),
        }
    }
}
