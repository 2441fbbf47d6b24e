//! Reads `tokenizer.json` in the format of Hugging Face's `tokenizers`.

use std::panic::catch_unwind;
use std::path::Path;

use tokenizers::Tokenizer;

use super::{ModelsError, Result};

/// Reads the tokenizer at `path`.
///
/// # Errors
/// [`ModelsError::BadWeights`] for a missing or damaged file. The `tokenizers` crate (0.23) panics
/// on some damaged decoder descriptions; the panic becomes this error, too.
pub(super) fn read(path: &Path) -> Result<Tokenizer> {
    let bad = |why: String| ModelsError::BadWeights { path: path.to_owned(), why };
    let at = path.to_owned();
    match catch_unwind(move || Tokenizer::from_file(at)) {
        Ok(read) => read.map_err(|e| bad(e.to_string())),
        Err(_) => Err(bad("its description of a tokenizer is damaged".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_an_error_even_where_the_crate_panics() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tokenizer.json");
        let sound = r#"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],
            "normalizer":null,"pre_tokenizer":null,"post_processor":null,
            "decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,
            "use_regex":true},"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}"#;
        for (text, is_sound) in [
            (sound.to_owned(), true),
            (sound.replace("\"ByteLevel\"", "\"ByteLevel"), false),
            (sound.replace("\"type\":\"ByteLevel\",\"add", "\"type\":{},\"add"), false),
            (sound.replace("\"type\":\"ByteLevel\",", ""), false),
            (String::new(), false),
        ] {
            std::fs::write(&path, &text).unwrap();
            let read = read(&path);
            assert_eq!(read.is_ok(), is_sound, "{text}");
            let bad = matches!(read.err(), None | Some(ModelsError::BadWeights { .. }));
            assert!(bad, "{text}");
        }
    }
}
