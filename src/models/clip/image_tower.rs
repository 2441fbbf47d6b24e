use std::path::PathBuf;

use candle_core::{Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::clip::div_l2_norm;
use candle_transformers::models::clip::vision_model::ClipVisionConfig;

use super::encoder::{LAYER_NORM_EPS, blocks, projection};
use crate::Result;
use crate::roles::ImageEncoder;
use crate::transformer::Block;
use crate::weights::WeightFile;
use fettle_domain::{ImageRecipe, ModelId, Resize, ResizeFilter};
use fettle_kernels::{
    Activation, Conv2dFused, ConvShape, LayerNorm, Linear, Padding, in_thread_pool,
};

/// CLIP's vision transformer with its projection into the embedding space, in the layout of
/// `openai/clip-vit-base-patch32` (`vision_model.…`, `visual_projection`).
pub(crate) struct ClipImageEncoder {
    id: ModelId,
    device: Device,
    /// Convolution that embeds the patches.
    patch_embedding: Conv2dFused,
    /// Class token (1, 1, dim).
    class_token: Tensor,
    /// Position embeddings (tokens, dim).
    positions: Tensor,
    pre_norm: LayerNorm,
    blocks: Vec<Block>,
    post_norm: LayerNorm,
    projection: Linear,
    image_size: u32,
    dim: usize,
}

impl ClipImageEncoder {
    /// Loads the tower from a model's `files`: a weight file, and a `config.json` unless the sizes
    /// are those of ViT-B/32.
    pub(crate) fn load(id: &ModelId, files: &[PathBuf], device: &Device) -> Result<Self> {
        let file = WeightFile::of_model(id, files, device)?;
        let config = super::config::read(files, file.path())?.vision_config;
        file.build(|vb| Self::from_tensors(id.clone(), device.clone(), &vb, &config))
    }

    fn from_tensors(
        id: ModelId,
        device: Device,
        vb: &VarBuilder<'_>,
        config: &ClipVisionConfig,
    ) -> candle_core::Result<Self> {
        let ClipVisionConfig { embed_dim: width, patch_size, image_size, .. } = *config;
        let vision = vb.pp("vision_model");
        let embeddings = vision.pp("embeddings");
        let shape = ConvShape {
            in_channels: config.num_channels,
            out_channels: width,
            kernel: patch_size,
            stride: patch_size,
            padding: Padding::Symmetric(0),
            groups: 1,
            activation: Activation::Identity,
        };
        let weight = (width, shape.in_channels, patch_size, patch_size);
        let weight = embeddings.pp("patch_embedding").get(weight, "weight")?;
        let tokens = (image_size / patch_size).pow(2) + 1;
        let norm = |name: &str| LayerNorm::load(&vision.pp(name), width, LAYER_NORM_EPS);
        Ok(Self {
            patch_embedding: Conv2dFused::new(
                &weight,
                &Tensor::zeros(width, weight.dtype(), &device)?,
                shape,
            )?,
            class_token: embeddings.get(width, "class_embedding")?.reshape((1, 1, width))?,
            positions: embeddings.pp("position_embedding").get((tokens, width), "weight")?,
            pre_norm: norm("pre_layrnorm")?,
            blocks: blocks(
                &vision.pp("encoder"),
                config.num_hidden_layers,
                width,
                config.intermediate_size,
                config.num_attention_heads,
            )?,
            post_norm: norm("post_layernorm")?,
            projection: projection(&vb.pp("visual_projection"), width, config.projection_dim)?,
            image_size: image_size as u32,
            dim: config.projection_dim,
            id,
            device,
        })
    }

    /// The class token after all blocks, projected into the embedding space.
    fn forward(&self, pixels: &Tensor) -> candle_core::Result<Tensor> {
        let patches = self.patch_embedding.forward(pixels)?;
        let (batch, width, height, across) = patches.dims4()?;
        let patches = patches.permute((0, 2, 3, 1))?.reshape((batch, height * across, width))?;
        let tokens = Tensor::cat(&[&self.class_token.expand((batch, 1, width))?, &patches], 1)?;
        let x = tokens.broadcast_add(&self.positions)?.flatten(0, 1)?;
        let mut x = self.pre_norm.forward(&x)?;
        if let Some((last, blocks)) = self.blocks.split_last() {
            for block in blocks {
                x = block.forward(&x, batch, false)?;
            }
            x = last.forward_one(&x, batch, false, 0)?;
        }
        div_l2_norm(&self.projection.forward(&self.post_norm.forward(&x)?)?)
    }
}

impl ImageEncoder for ClipImageEncoder {
    fn id(&self) -> &ModelId {
        &self.id
    }

    /// The preprocessing of transformers' `CLIPImageProcessor`.
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
        Ok(in_thread_pool(&self.device, || self.forward(pixels))?)
    }
}
