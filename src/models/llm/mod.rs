//! Language models that answer in words: GGUF files on candle's quantised kernels.
//!
//! [`load`] knows the architectures, one file each; they are designs of one `decoder`. What they
//! share is beside them: the file (`gguf`), its tokenizer (`tokens`) and chat template
//! (`template`), the choice of tokens (`sampling`), whole-character streaming (`stream`), where an
//! answer ends (`stop`) and the conversation over all of it (`chat`).

mod chat;
mod decoder;
mod gemma3;
mod gguf;
mod llama;
mod qwen2;
mod qwen3;
mod sampling;
mod stop;
mod stream;
mod template;
#[cfg(test)]
mod tests;
mod tokens;

use std::ops::ControlFlow;
use std::path::PathBuf;

use candle_core::{Device, Tensor};

use self::chat::Chat;
use self::decoder::Decoder;
use self::gguf::Gguf;
pub(crate) use self::sampling::Sampler;
pub(crate) use self::stop::StopTexts;
pub(crate) use self::template::{ChatTemplate, Content};
use crate::roles::ChatModel;
use crate::{ModelsError, Result};
use fettle_domain::ModelId;

/// Loads a chat model.
///
/// `files` holds one `.gguf`. Architectures, as the files name them: `llama` (Llama 2 and 3,
/// Mistral), `qwen2` (also Qwen2.5), `qwen3`, `gemma3`.
/// A file that is missing, cut short, damaged, or of another architecture than it is
/// said to be is an error that names it.
pub fn load(
    id: &ModelId,
    architecture: &str,
    files: &[PathBuf],
    device: &Device,
) -> Result<Box<dyn ChatModel>> {
    Ok(Box::new(load_chat(id, architecture, files, device)?))
}

fn load_chat(id: &ModelId, architecture: &str, files: &[PathBuf], device: &Device) -> Result<Chat> {
    let design = match architecture {
        "gemma3" => gemma3::design,
        "llama" => llama::design,
        "qwen2" => qwen2::design,
        "qwen3" => qwen3::design,
        other => return Err(ModelsError::UnknownArchitecture(other.to_owned())),
    };
    let gguf = open(id, architecture, files)?;
    let network = Decoder::load(&gguf, design(&gguf)?, device)?;
    Chat::new(id.clone(), &gguf, Box::new(network))
}

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

/// A network that predicts the next token and remembers those it has read.
trait CausalLm: Send {
    /// Most tokens it can hold.
    fn context_length(&self) -> usize;
    /// How many tokens it has read and not forgotten.
    fn cached(&self) -> usize;
    /// Forgets everything from token `len` on.
    fn truncate(&mut self, len: usize);
    /// Reads `tokens` (at least one) after those it holds and gives what it makes of the
    /// last, (1, width). Asks `poll` between layers; after a `Break` it is as if it had
    /// not read any of them. After an error only `truncate(0)` brings it back.
    fn read(
        &mut self,
        tokens: &[u32],
        poll: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), Tensor>>;
    /// How likely each token (vocabulary) comes next, as logits.
    fn logits(&self, last: &Tensor) -> Result<Tensor>;
}
