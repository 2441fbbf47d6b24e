//! Trial of a new backbone: ResNet-50's blocks, one fewer in the third stage.

use candle_core::Device;

use super::resnet::{ResNet, ResNetShape};
use crate::Result;
use crate::weights::WeightFile;
use fettle_domain::ModelId;

const SHAPE: ResNetShape = ResNetShape { blocks: &[3, 4, 5], width: 64 };

/// Reads the network from `file`, whose tensors are on `device`.
pub(super) fn load(id: &ModelId, file: &WeightFile, device: &Device) -> Result<ResNet> {
    ResNet::load(id, file, device, &SHAPE)
}
