//! `config.json` of a CLIP checkpoint in the format of transformers.

use std::path::{Path, PathBuf};

use candle_transformers::models::clip::ClipConfig;
use candle_transformers::models::clip::text_model::{Activation, ClipTextConfig};
use candle_transformers::models::clip::vision_model::ClipVisionConfig;
use serde::Deserialize;

use crate::{ModelsError, Result};

/// The file. The defaults are those of ViT-B/32, which the published file leaves out.
#[derive(Debug, Deserialize)]
struct Config {
    #[serde(default = "projection_dim")]
    projection_dim: usize,
    text_config: TextConfig,
    vision_config: VisionConfig,
}

fn projection_dim() -> usize {
    512
}

#[derive(Debug, Deserialize)]
#[serde(default)]
struct TextConfig {
    vocab_size: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    max_position_embeddings: usize,
    hidden_act: String,
    layer_norm_eps: f64,
}

impl Default for TextConfig {
    fn default() -> Self {
        Self {
            vocab_size: 49408,
            hidden_size: 512,
            intermediate_size: 2048,
            num_hidden_layers: 12,
            num_attention_heads: 8,
            max_position_embeddings: 77,
            hidden_act: "quick_gelu".into(),
            layer_norm_eps: 1e-5,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(default)]
struct VisionConfig {
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    num_channels: usize,
    image_size: usize,
    patch_size: usize,
    hidden_act: String,
    layer_norm_eps: f64,
}

impl Default for VisionConfig {
    fn default() -> Self {
        Self {
            hidden_size: 768,
            intermediate_size: 3072,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            num_channels: 3,
            image_size: 224,
            patch_size: 32,
            hidden_act: "quick_gelu".into(),
            layer_norm_eps: 1e-5,
        }
    }
}

/// Largest configuration, in bytes.
const MAX_CONFIG_BYTES: u64 = 1 << 20;

/// Configuration of the network whose weights are at `weights`: of the `config.json` among `files`
/// or beside the weights, else that of ViT-B/32.
pub(super) fn read(files: &[PathBuf], weights: &Path) -> Result<ClipConfig> {
    let is_config = |path: &&PathBuf| path.file_name().is_some_and(|name| name == "config.json");
    let sibling = weights.with_file_name("config.json");
    let path = match files.iter().find(is_config) {
        Some(path) => path.clone(),
        None if sibling.exists() => sibling,
        None => return Ok(ClipConfig::vit_base_patch32()),
    };
    let bad = |why: String| ModelsError::BadWeights { path: path.clone(), why };
    let text = fettle_system::read_to_string(&path, MAX_CONFIG_BYTES)
        .map_err(|source| ModelsError::Io { path: path.clone(), source })?;
    let config: Config = serde_json::from_str(&text).map_err(|err| bad(err.to_string()))?;
    to_clip_config(config).map_err(bad)
}

/// Converts the file to candle's configuration.
///
/// # Errors
/// A setting that the towers do not support, as a sentence.
fn to_clip_config(config: Config) -> Result<ClipConfig, String> {
    let Config { projection_dim, text_config: text, vision_config: vision } = config;
    for (activation, eps) in
        [(&text.hidden_act, text.layer_norm_eps), (&vision.hidden_act, vision.layer_norm_eps)]
    {
        if activation != "quick_gelu" {
            return Err(format!("activation '{activation}' is not CLIP's quick_gelu"));
        }
        if (eps - 1e-5).abs() > 1e-9 {
            return Err(format!("layer-norm epsilon {eps} is not CLIP's 1e-5"));
        }
    }
    for (hidden, heads) in [
        (text.hidden_size, text.num_attention_heads),
        (vision.hidden_size, vision.num_attention_heads),
    ] {
        if hidden.checked_rem(heads) != Some(0) {
            return Err(format!("{hidden} channels do not divide into {heads} heads"));
        }
    }
    if text.num_hidden_layers == 0 || vision.num_hidden_layers == 0 {
        return Err("a tower without layers".into());
    }
    if vision.num_channels != 3 {
        return Err(format!("pictures of {} channels", vision.num_channels));
    }
    if vision.patch_size == 0
        || vision.image_size < vision.patch_size
        || u32::try_from(vision.image_size).is_err()
    {
        return Err(format!("patches of {} of {}", vision.patch_size, vision.image_size));
    }
    Ok(ClipConfig {
        text_config: ClipTextConfig {
            vocab_size: text.vocab_size,
            embed_dim: text.hidden_size,
            activation: Activation::QuickGelu,
            intermediate_size: text.intermediate_size,
            max_position_embeddings: text.max_position_embeddings,
            pad_with: None,
            num_hidden_layers: text.num_hidden_layers,
            num_attention_heads: text.num_attention_heads,
            projection_dim,
        },
        vision_config: ClipVisionConfig {
            embed_dim: vision.hidden_size,
            activation: Activation::QuickGelu,
            intermediate_size: vision.intermediate_size,
            num_hidden_layers: vision.num_hidden_layers,
            num_attention_heads: vision.num_attention_heads,
            projection_dim,
            num_channels: vision.num_channels,
            image_size: vision.image_size,
            patch_size: vision.patch_size,
        },
        // Only the training loss uses it.
        logit_scale_init_value: 2.6592,
        image_size: vision.image_size,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<ClipConfig> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("config.json"), json).unwrap();
        read(&[], &dir.path().join("model.safetensors"))
    }

    #[test]
    fn without_a_file_the_settings_are_those_of_vit_b_32() {
        let config = read(&[], Path::new("/nowhere/model.safetensors")).unwrap();
        assert_eq!(config.vision_config.embed_dim, 768);
        assert_eq!(config.vision_config.projection_dim, 512);
    }

    #[test]
    fn missing_settings_are_those_of_vit_b_32() {
        let config = parse(r#"{"text_config": {}, "vision_config": {"num_hidden_layers": 3}}"#);
        let config = config.unwrap();
        assert_eq!(config.vision_config.num_hidden_layers, 3);
        assert_eq!(config.vision_config.embed_dim, 768);
        assert_eq!(config.text_config.vocab_size, 49408);
    }

    #[test]
    fn unsupported_settings_are_refused() {
        let cases = [
            ("{", "EOF"),
            (r#"{"text_config": {}, "vision_config": {"hidden_act": "gelu"}}"#, "'gelu'"),
            (r#"{"text_config": {}, "vision_config": {"layer_norm_eps": 1e-6}}"#, "epsilon"),
            (r#"{"text_config": {}, "vision_config": {"num_attention_heads": 0}}"#, "0 heads"),
            (r#"{"text_config": {}, "vision_config": {"patch_size": 0}}"#, "patches"),
            (r#"{"text_config": {"num_hidden_layers": 0}, "vision_config": {}}"#, "layers"),
        ];
        for (json, why) in cases {
            let text = parse(json).unwrap_err().to_string();
            assert!(text.contains(why) && text.contains("config.json"), "{text}");
        }
    }
}
