//! Vision-language models: images and a question to an answer.
//!
//! [`load`] knows the architectures, one per folder, which turn an image into tokens. All share the
//! `checkpoint`, the `decoder`, and the `language_model` with tokenizer and chat template. Sampling
//! and chat templates are those of [`crate::llm`].

mod checkpoint;
mod decoder;
mod generation;
mod language_model;
mod layers;
mod llava_onevision;
mod qwen3_vl;
mod rotary;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tiny_checkpoint;
mod tokenizer;

use std::path::PathBuf;

use candle_core::Device;

use crate::roles::VisionChatModel;
use crate::{Result, architecture};
use fettle_domain::ModelId;

type Load = fn(&ModelId, &[PathBuf], &Device) -> Result<Box<dyn VisionChatModel>>;

/// Architectures by their names in the manifest.
const ARCHITECTURES: &[(&str, Load)] = &[
    ("llava_onevision", |id, files, device| {
        Ok(Box::new(llava_onevision::LlavaOnevision::load(id, files, device)?))
    }),
    ("qwen3_vl", |id, files, device| Ok(Box::new(qwen3_vl::Qwen3Vl::load(id, files, device)?))),
];

/// Loads a vision-language model.
///
/// `files` are those of a checkpoint on the Hugging Face hub: safetensors in one file or several,
/// `config.json`, `tokenizer.json`, and further files of the architecture.
///
/// # Errors
/// [`crate::ModelsError::UnknownArchitecture`]; [`crate::ModelsError::Missing`];
/// [`crate::ModelsError::BadWeights`] with the path of a damaged file, or one that describes a
/// network that is not supported.
pub fn load(
    id: &ModelId,
    architecture: &str,
    files: &[PathBuf],
    device: &Device,
) -> Result<Box<dyn VisionChatModel>> {
    architecture::find(ARCHITECTURES, architecture)?(id, files, device)
}
