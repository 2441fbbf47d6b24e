//! Language models that answer in words: GGUF files on candle's quantised kernels.
//!
//! [`load`] knows the architectures, one file each. What they share is beside them:
//! the file (`gguf`), its tokenizer (`tokens`) and chat template (`template`),
//! the choice of tokens (`sampling`), whole-character streaming (`stream`) and the
//! conversation over all of it (`chat`).

mod chat;
mod gguf;
mod kv_cache;
mod qwen2;
mod sampling;
mod stream;
mod template;
#[cfg(test)]
mod tests;
mod tokens;

use std::ops::ControlFlow;
use std::path::PathBuf;

use candle_core::{Device, Tensor};

use self::chat::Chat;
use self::gguf::Gguf;
use crate::domain::ModelId;
use crate::models::roles::ChatModel;
use crate::models::{ModelsError, Result};

/// Loads a chat model.
///
/// `files` holds one `.gguf`. Architectures: `qwen2` (Qwen2 and Qwen2.5, any size).
/// A file that is missing, cut short, damaged, or of another architecture than it is
/// said to be is an error that names it.
pub fn load(
    id: &ModelId,
    architecture: &str,
    files: &[PathBuf],
    device: &Device,
) -> Result<Box<dyn ChatModel>> {
    let network: fn(&Gguf, &Device) -> Result<Box<dyn CausalLm>> = match architecture {
        "qwen2" => |gguf, device| Ok(Box::new(qwen2::Qwen2::load(gguf, device)?)),
        other => return Err(ModelsError::UnknownArchitecture(other.to_owned())),
    };
    let gguf = open(id, architecture, files)?;
    let network = network(&gguf, device)?;
    Ok(Box::new(Chat::new(id.clone(), &gguf, network)?))
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
