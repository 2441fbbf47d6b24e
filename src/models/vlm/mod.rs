//! Vision-language models: pictures and a question to words.
//!
//! [`load`] knows the architectures, one folder each: how a picture becomes tokens. What they
//! share is beside them: the checkpoint, the decoder, and the half that reads a prompt and writes
//! an answer (`language`). Sampling and chat templates are those of the language models.

mod answer;
mod checkpoint;
mod decoder;
mod language;
mod layers;
mod llava_onevision;
mod qwen3_vl;
mod rotary;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tokens;

use std::path::PathBuf;

use candle_core::Device;

use crate::Result;
use crate::roles::VisionChatModel;
use fettle_domain::ModelId;

type Load = fn(&ModelId, &[PathBuf], &Device) -> Result<Box<dyn VisionChatModel>>;

/// The architectures, by their names in the manifest.
const ARCHITECTURES: &[(&str, Load)] = &[
    ("llava_onevision", |id, files, device| {
        Ok(Box::new(llava_onevision::LlavaOnevision::load(id, files, device)?))
    }),
    ("qwen3_vl", |id, files, device| Ok(Box::new(qwen3_vl::Qwen3Vl::load(id, files, device)?))),
];

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
    crate::named(ARCHITECTURES, architecture)?(id, files, device)
}
