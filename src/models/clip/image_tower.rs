use std::path::PathBuf;

use candle_core::{Device, Module, Tensor};
use candle_nn::Linear;
use candle_transformers::models::clip::div_l2_norm;
use candle_transformers::models::clip::vision_model::ClipVisionTransformer;

use crate::domain::{ImageRecipe, ModelId, Resize, ResizeFilter};
use crate::models::Result;
use crate::models::roles::ImageEncoder;
use crate::models::weights::WeightFile;

/// CLIP's vision transformer and its projection into the shared space, in the layout of
/// `openai/clip-vit-base-patch32` (`vision_model.…`, `visual_projection`).
pub struct ClipImageEncoder {
    id: ModelId,
    device: Device,
    transformer: ClipVisionTransformer,
    projection: Linear,
    image_size: u32,
    dim: usize,
}

impl ClipImageEncoder {
    /// Reads the tower from a model's `files`: a weight file, and a `config.json` if its
    /// sizes are not those of ViT-B/32.
    pub fn load(id: &ModelId, files: &[PathBuf], device: &Device) -> Result<Self> {
        let file = WeightFile::of_model(id, files, device)?;
        let config = super::config::read(files, file.path())?.vision_config;
        file.build(|vb| {
            let vision = vb.pp("vision_model");
            // candle makes up a random one where it is missing.
            vision.pp("embeddings").get(config.embed_dim, "class_embedding")?;
            Ok(Self {
                id: id.clone(),
                device: device.clone(),
                transformer: ClipVisionTransformer::new(vision, &config)?,
                projection: candle_nn::linear_no_bias(
                    config.embed_dim,
                    config.projection_dim,
                    vb.pp("visual_projection"),
                )?,
                image_size: config.image_size as u32,
                dim: config.projection_dim,
            })
        })
    }
}

impl ImageEncoder for ClipImageEncoder {
    fn id(&self) -> &ModelId {
        &self.id
    }

    /// That of transformers' `CLIPImageProcessor`.
    fn recipe(&self) -> ImageRecipe {
        ImageRecipe {
            resize: Resize::ShorterSideCrop(self.image_size),
            filter: ResizeFilter::Bicubic,
            mean: [0.481_454_66, 0.457_827_5, 0.408_210_73],
            std: [0.268_629_54, 0.261_302_6, 0.275_777_1],
        }
    }

    fn device(&self) -> &Device {
        &self.device
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn embed(&self, pixels: &Tensor) -> Result<Tensor> {
        let pooled = self.transformer.forward(pixels)?;
        Ok(div_l2_norm(&self.projection.forward(&pooled)?)?)
    }
}
