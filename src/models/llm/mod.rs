//! Chat models from GGUF files with quantised weights.
//!
//! [`load`] knows the architectures, one per file; each is a configuration of one `decoder`. All
//! share the reader of the file (`gguf`), its `tokenizer` and `chat_template`, the choice of tokens
//! (`sampling`), the streaming of whole characters (`utf8_decoder`), the end of an answer
//! (`stop_sequences`), and the chat model made of these parts (`chat`).

mod causal_lm;
mod chat;
mod chat_template;
mod decoder;
mod gemma3;
mod gguf;
mod grammar_mask;
mod llama;
mod qwen2;
mod qwen3;
mod sampling;
mod stop_sequences;
#[cfg(test)]
mod tests;
mod tokenizer;
mod utf8_decoder;

use std::path::PathBuf;

use candle_core::Device;

use self::chat::GgufChatModel;
use self::decoder::Decoder;
use self::gguf::Gguf;
use crate::roles::ChatModel;
use crate::{ModelsError, Result};
use fettle_domain::ModelId;

pub(crate) use self::chat_template::{ChatTemplate, TemplateMessage};
pub(crate) use self::sampling::Sampler;
pub(crate) use self::stop_sequences::StopSequences;

/// Loads a chat model from the `.gguf` among `files`.
///
/// Architectures, by their names in GGUF: `llama` (Llama 2 and 3, Mistral), `qwen2` (also Qwen2.5),
/// `qwen3`, `gemma3`.
///
/// # Errors
/// [`ModelsError::UnknownArchitecture`]; [`ModelsError::Missing`]; [`ModelsError::BadWeights`] for
/// a file that is truncated, damaged, or of another architecture.
pub fn load(
    id: &ModelId,
    architecture: &str,
    files: &[PathBuf],
    device: &Device,
) -> Result<Box<dyn ChatModel>> {
    Ok(Box::new(load_chat(id, architecture, files, device)?))
}

fn load_chat(
    id: &ModelId,
    architecture: &str,
    files: &[PathBuf],
    device: &Device,
) -> Result<GgufChatModel> {
    let config = match architecture {
        "gemma3" => gemma3::config,
        "llama" => llama::config,
        "qwen2" => qwen2::config,
        "qwen3" => qwen3::config,
        other => return Err(ModelsError::UnknownArchitecture(other.to_owned())),
    };
    let gguf = open(id, architecture, files)?;
    let network = Decoder::load(&gguf, config(&gguf)?, device)?;
    GgufChatModel::new(id.clone(), &gguf, Box::new(network))
}

/// Opens the `.gguf` among `files` and checks its architecture.
fn open(id: &ModelId, architecture: &str, files: &[PathBuf]) -> Result<Gguf> {
    let path = files
        .iter()
        .find(|file| file.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("gguf")))
        .ok_or_else(|| ModelsError::Missing {
            model: id.clone(),
            path: PathBuf::from(format!("{id}.gguf")),
        })?;
    if !path.is_file() {
        return Err(ModelsError::Missing { model: id.clone(), path: path.clone() });
    }
    let gguf = Gguf::open(path)?;
    match gguf.text("general.architecture")? {
        found if found == architecture => Ok(gguf),
        found => Err(gguf.bad(format!("it holds a '{found}' network, not '{architecture}'"))),
    }
}
