//! Vision-language models: pictures and a question to words.
//!
//! [`load`] knows the architectures, one folder each. What they share is beside them: the
//! tokenizer of a Hugging Face checkpoint (`tokens`) and the writing of an answer
//! (`answer`). Sampling and chat templates are those of the language models.

mod answer;
mod checkpoint;
mod qwen3_vl;
mod tokens;

use std::path::PathBuf;

use candle_core::Device;

use crate::domain::ModelId;
use crate::models::Result;
use crate::models::roles::VisionChatModel;

type Load = fn(&ModelId, &[PathBuf], &Device) -> Result<Box<dyn VisionChatModel>>;

/// The architectures, by their names in the manifest.
const ARCHITECTURES: &[(&str, Load)] =
    &[("qwen3_vl", |id, files, device| Ok(Box::new(qwen3_vl::Qwen3Vl::load(id, files, device)?)))];

/// Loads a vision-language model.
///
/// `files` are those of a checkpoint of the Hugging Face hub: weights as safetensors, in one
/// file or several, `config.json`, `tokenizer.json`, and the others that the architecture
/// asks for. A file that is missing, damaged, or describes a network that is not run here is
/// an error that names it.
pub fn load(
    id: &ModelId,
    architecture: &str,
    files: &[PathBuf],
    device: &Device,
) -> Result<Box<dyn VisionChatModel>> {
    crate::models::named(ARCHITECTURES, architecture)?(id, files, device)
}
