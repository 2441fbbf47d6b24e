//! Text to unit vectors, for questions to the manuals.
//!
//! [`load`] knows the file layouts, one file each; `bert` is the network of all.

mod bert;
mod bert_mean;
mod e5;
mod e5s1;
#[cfg(test)]
mod tests;
mod unigram;

use std::path::{Path, PathBuf};

use candle_core::Device;

use crate::roles::TextEncoder;
use crate::{ModelsError, Result};
use fettle_domain::ModelId;

/// Loads a text encoder.
///
/// Architectures:
/// - `e5_s1`: multilingual-e5-small in 4 bits, one `.bin` with everything;
/// - `bert_mean`: a BERT with mean pooling, as sentence-transformers keep it:
///   `config.json`, `tokenizer.json` and `model.safetensors`.
///
/// A file that is missing, cut short or damaged is an error that names it.
pub fn load(
    id: &ModelId,
    architecture: &str,
    files: &[PathBuf],
    device: &Device,
) -> Result<Box<dyn TextEncoder>> {
    match architecture {
        "e5_s1" => {
            let path = one_of(id, files, |path| path.extension().is_some_and(|e| e == "bin"))?;
            Ok(Box::new(e5::E5::load(id.clone(), path, device)?))
        }
        "bert_mean" => {
            let named = |name| one_of(id, files, move |path| path.ends_with(name));
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

fn one_of<'a>(
    id: &ModelId,
    files: &'a [PathBuf],
    wanted: impl Fn(&Path) -> bool,
) -> Result<&'a Path> {
    let missing = |path: PathBuf| ModelsError::Missing { model: id.clone(), path };
    let found = files.iter().find(|path| wanted(path));
    let path = found.ok_or_else(|| missing(files.first().cloned().unwrap_or_default()))?;
    if path.is_file() { Ok(path) } else { Err(missing(path.clone())) }
}

/// Divides by the Euclidean length. A zero vector stays as it is.
fn to_unit_length(mut row: Vec<f32>) -> Vec<f32> {
    let length = row.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        row.iter_mut().for_each(|x| *x /= length);
    }
    row
}
