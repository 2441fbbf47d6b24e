//! Which networks turn a picture into a unit vector for similarity search; a new one is
//! its file and one line of [`ARCHITECTURES`].

use std::path::PathBuf;

use candle_core::Device;

use super::backbone::efficientnet_lite::EfficientNetLite;
use super::clip::ClipImageEncoder;
use super::roles::ImageEncoder;
use super::weights::WeightFile;
use super::{Result, named};
use fettle_domain::ModelId;

type Load = fn(&ModelId, &[PathBuf], &Device) -> Result<Box<dyn ImageEncoder>>;

/// The architectures that can be loaded.
const ARCHITECTURES: [(&str, Load); 2] = [
    ("clip_vit_b32", |id, files, device| Ok(Box::new(ClipImageEncoder::load(id, files, device)?))),
    ("efficientnet_lite0", |id, files, device| {
        let file = WeightFile::of_model(id, files, device)?;
        Ok(Box::new(EfficientNetLite::load(id, &file, device)?))
    }),
];

/// Loads the image encoder `architecture` from a model's `files`.
///
/// [`super::ModelsError::UnknownArchitecture`], [`super::ModelsError::Missing`] when there is no
/// weight file, [`super::ModelsError::BadWeights`] when it does not hold this network.
pub fn load(
    id: &ModelId,
    architecture: &str,
    files: &[PathBuf],
    device: &Device,
) -> Result<Box<dyn ImageEncoder>> {
    named(&ARCHITECTURES, architecture)?(id, files, device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ModelsError;
    use crate::test_files::{golden, model, reference};

    #[test]
    fn every_architecture_embeds_to_unit_length() {
        let Some(golden) = golden("clip_tiny") else { return };
        let id = ModelId("under-test".into());
        let weights = [
            ("clip_vit_b32", reference("clip_tiny/model.safetensors")),
            ("efficientnet_lite0", model("efficientnet-lite0", "efficientnet-lite0-57934424.pth")),
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
