//! Which device each lane computes on: chosen here and nowhere else.

use candle_core::Device;

/// Where the networks of the two lanes live.
#[derive(Debug, Clone)]
pub(super) struct Placement {
    /// Image networks and memory banks.
    pub(super) vision: Device,
    /// Text networks and the language model.
    pub(super) language: Device,
}

impl Placement {
    /// GPU 0 for vision and GPU 1 for language, one GPU for both, or the CPU.
    ///
    /// A machine without a usable GPU is the usual case, not an error; the reason is
    /// logged and [`Placement::describe`] says what was chosen.
    pub(super) fn choose(allow_gpu: bool) -> Self {
        let gpu = |index: usize| -> Option<Device> {
            if !allow_gpu || !candle_core::utils::cuda_is_available() {
                return None;
            }
            Device::new_cuda(index)
                .inspect_err(|error| tracing::info!(index, %error, "no such GPU"))
                .ok()
        };
        match gpu(0) {
            Some(first) => {
                Self { language: gpu(1).unwrap_or_else(|| first.clone()), vision: first }
            }
            None => Self { vision: Device::Cpu, language: Device::Cpu },
        }
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
