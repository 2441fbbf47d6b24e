//! Image encoders for similarity search: an image to a vector of unit length. A new architecture is
//! its file and one line of [`ARCHITECTURES`].

use std::path::PathBuf;

use candle_core::Device;

use super::backbone::EfficientNetLite;
use super::clip::ClipImageEncoder;
use super::roles::ImageEncoder;
use super::weights::WeightFile;
use crate::{Result, architecture};
use fettle_domain::ModelId;

type Load = fn(&ModelId, &[PathBuf], &Device) -> Result<Box<dyn ImageEncoder>>;

/// Architectures by their names in the manifest.
const ARCHITECTURES: [(&str, Load); 2] = [
    ("clip_vit_b32", |id, files, device| Ok(Box::new(ClipImageEncoder::load(id, files, device)?))),
    ("efficientnet_lite0", |id, files, device| {
        let file = WeightFile::of_model(id, files, device)?;
        Ok(Box::new(EfficientNetLite::load(id, &file, device)?))
    }),
];

/// Loads the image encoder `architecture` from a model's `files`.
///
/// # Errors
/// [`crate::ModelsError::UnknownArchitecture`]; [`crate::ModelsError::Missing`] without a weight
/// file; [`crate::ModelsError::BadWeights`] for a file of another network.
pub fn load(
    id: &ModelId,
    architecture: &str,
    files: &[PathBuf],
    device: &Device,
) -> Result<Box<dyn ImageEncoder>> {
    architecture::find(&ARCHITECTURES, architecture)?(id, files, device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ModelsError;
    use fettle_testing::{data, tensors};

    #[test]
    fn every_architecture_embeds_to_unit_length() {
        let golden = tensors::golden("clip_tiny");
        let id = ModelId("under-test".into());
        let weights = [
            ("clip_vit_b32", Some(data::golden("clip_tiny/model.safetensors"))),
            (
                "efficientnet_lite0",
                data::model("efficientnet-lite0", "efficientnet-lite0-57934424.pth"),
            ),
        ];
        for (architecture, path) in weights {
            let Some(path) = path else { continue };
            let encoder = load(&id, architecture, &[path], &Device::Cpu).unwrap();
            let rows = encoder.embed(&golden["pixel_values"]).unwrap().to_vec2::<f32>().unwrap();
            assert_eq!(rows.len(), 2, "{architecture}");
            for row in rows {
                assert_eq!(row.len(), encoder.dim(), "{architecture}");
                let length: f32 = row.iter().map(|v| v * v).sum();
                assert!((length - 1.0).abs() < 1e-5, "{architecture}: {length}");
            }
        }
        let unknown = load(&id, "clip_vit_b31", &[], &Device::Cpu).err();
        assert!(matches!(unknown, Some(ModelsError::UnknownArchitecture(_))));
    }
}
