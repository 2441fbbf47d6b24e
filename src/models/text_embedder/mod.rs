//! Text encoders for the search in manuals: a text to a vector of unit length.
//!
//! [`load`] knows the file layouts, one per file; `bert` is the network of all of them.

mod bert;
mod bert_mean;
mod e5;
mod e5s1;
#[cfg(test)]
mod tests;
mod unigram;
mod unit_length;

use std::path::{Path, PathBuf};

use candle_core::Device;

use crate::roles::TextEncoder;
use crate::{ModelsError, Result};
use fettle_domain::ModelId;

/// Loads a text encoder.
///
/// Architectures:
/// - `e5_s1`: multilingual-e5-small in 4 bits, network and tokenizer in one `.bin`;
/// - `bert_mean`: a BERT with mean pooling in the layout of sentence-transformers: `config.json`,
///   `tokenizer.json` and `model.safetensors`.
///
/// # Errors
/// [`ModelsError::UnknownArchitecture`]; [`ModelsError::Missing`], [`ModelsError::BadWeights`] with
/// the path of a missing, truncated or damaged file.
pub fn load(
    id: &ModelId,
    architecture: &str,
    files: &[PathBuf],
    device: &Device,
) -> Result<Box<dyn TextEncoder>> {
    match architecture {
        "e5_s1" => {
            let path = find_file(id, files, |path| path.extension().is_some_and(|e| e == "bin"))?;
            Ok(Box::new(e5::E5::load(id.clone(), path, device)?))
        }
        "bert_mean" => {
            let named = |name| find_file(id, files, move |path| path.ends_with(name));
            let files = bert_mean::Files {
                config: named("config.json")?,
                tokenizer: named("tokenizer.json")?,
                weights: named("model.safetensors")?,
            };
            Ok(Box::new(bert_mean::BertMean::load(id.clone(), &files, device)?))
        }
        other => Err(ModelsError::UnknownArchitecture(other.to_owned())),
    }
}

/// Finds the one file for which `wanted` is true.
///
/// # Errors
/// [`ModelsError::Missing`].
fn find_file<'a>(
    id: &ModelId,
    files: &'a [PathBuf],
    wanted: impl Fn(&Path) -> bool,
) -> Result<&'a Path> {
    let missing = |path: PathBuf| ModelsError::Missing { model: id.clone(), path };
    let found = files.iter().find(|path| wanted(path));
    let path = found.ok_or_else(|| missing(files.first().cloned().unwrap_or_default()))?;
    if path.is_file() { Ok(path) } else { Err(missing(path.clone())) }
}
