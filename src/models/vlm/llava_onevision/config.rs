//! `config.json` of a LLaVA-OneVision checkpoint in the format of transformers.

use serde::Deserialize;

use crate::Result;
use crate::vlm::checkpoint::Checkpoint;
use crate::vlm::decoder::DecoderConfig;

const FILE: &str = "config.json";
/// Upper limit of widths, depths and vocabularies: larger than any network's, small enough for
/// products.
const MAX_SIZE: usize = 1 << 20;
/// Maximum side of an image in pixels; published networks have 384.
const MAX_IMAGE_SIDE: usize = 4096;

/// The file.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Config {
    pub(super) text_config: TextConfig,
    pub(super) vision_config: VisionConfig,
    #[serde(alias = "image_token_id")]
    pub(super) image_token_index: u32,
    #[serde(default = "gelu")]
    projector_hidden_act: String,
    #[serde(default = "last")]
    vision_feature_layer: i64,
    #[serde(default = "full")]
    vision_feature_select_strategy: String,
}

fn gelu() -> String {
    "gelu".to_owned()
}

fn last() -> i64 {
    -1
}

fn full() -> String {
    "full".to_owned()
}

/// Configuration of the language model, Qwen2. The defaults are settings that published files omit.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct TextConfig {
    #[serde(default)]
    model_type: String,
    vocab_size: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    num_key_value_heads: usize,
    #[serde(default = "silu")]
    hidden_act: String,
    #[serde(default = "qwen2_context")]
    pub(super) max_position_embeddings: usize,
    #[serde(default = "qwen2_eps")]
    rms_norm_eps: f32,
    rope_theta: Option<f64>,
    /// From transformers 5 on it contains `rope_theta`.
    #[serde(alias = "rope_parameters")]
    rope_scaling: Option<RopeConfig>,
    #[serde(default)]
    use_sliding_window: bool,
}

fn silu() -> String {
    "silu".to_owned()
}

fn qwen2_context() -> usize {
    32_768
}

fn qwen2_eps() -> f32 {
    1e-6
}

#[derive(Debug, Clone, Deserialize)]
struct RopeConfig {
    #[serde(default = "default_rope")]
    rope_type: String,
    rope_theta: Option<f64>,
}

fn default_rope() -> String {
    "default".to_owned()
}

impl TextConfig {
    /// Base of the rotary angles.
    pub(super) fn theta(&self) -> f64 {
        let nested = self.rope_scaling.as_ref().and_then(|rope| rope.rope_theta);
        self.rope_theta.or(nested).unwrap_or(10_000.0)
    }

    /// Configuration of the decoder.
    pub(super) fn decoder(&self) -> DecoderConfig {
        DecoderConfig {
            vocabulary: self.vocab_size,
            hidden: self.hidden_size,
            inner: self.intermediate_size,
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            key_heads: self.num_key_value_heads,
            head_dim: self.hidden_size / self.num_attention_heads,
            eps: self.rms_norm_eps,
            qkv_bias: true,
            qk_norm: false,
        }
    }
}

/// Configuration of the vision tower, SigLIP without its head.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct VisionConfig {
    #[serde(default)]
    model_type: String,
    pub(super) hidden_size: usize,
    pub(super) intermediate_size: usize,
    pub(super) num_hidden_layers: usize,
    pub(super) num_attention_heads: usize,
    pub(super) image_size: usize,
    pub(super) patch_size: usize,
    #[serde(default = "three")]
    num_channels: usize,
    #[serde(default = "gelu_tanh")]
    hidden_act: String,
    #[serde(default = "siglip_eps")]
    layer_norm_eps: f64,
}

fn three() -> usize {
    3
}

fn gelu_tanh() -> String {
    "gelu_pytorch_tanh".to_owned()
}

fn siglip_eps() -> f64 {
    1e-6
}

impl VisionConfig {
    /// Side of the square grid of patches; pixels that are left over at the edges are not used.
    pub(super) fn grid_side(&self) -> usize {
        self.image_size / self.patch_size
    }

    /// Numbers of a patch of three channels.
    pub(super) fn patch_values(&self) -> usize {
        3 * self.patch_size * self.patch_size
    }
}

impl Config {
    /// Reads and validates the file.
    pub(super) fn read(checkpoint: &Checkpoint) -> Result<Self> {
        let config: Self = checkpoint.json(FILE)?;
        config.check().map_err(|why| checkpoint.bad(FILE, why))?;
        Ok(config)
    }

    /// Checks that the network is supported.
    ///
    /// # Errors
    /// The unsupported setting, as a sentence.
    fn check(&self) -> Result<(), String> {
        let (text, vision) = (&self.text_config, &self.vision_config);
        let numbers = [
            text.vocab_size,
            text.hidden_size,
            text.intermediate_size,
            text.num_hidden_layers,
            text.num_attention_heads,
            text.num_key_value_heads,
            vision.hidden_size,
            vision.intermediate_size,
            vision.num_hidden_layers,
            vision.num_attention_heads,
        ];
        if let Some(wrong) = numbers.into_iter().find(|number| !(1..=MAX_SIZE).contains(number)) {
            return Err(format!("a size of {wrong}"));
        }
        for (found, known) in [
            (&text.hidden_act, "silu"),
            (&vision.hidden_act, "gelu_pytorch_tanh"),
            (&self.projector_hidden_act, "gelu"),
        ] {
            if found != known {
                return Err(format!("activation '{found}' is not '{known}'"));
            }
        }
        for (found, known) in
            [(&text.model_type, "qwen2"), (&vision.model_type, "siglip_vision_model")]
        {
            if !found.is_empty() && found != known {
                return Err(format!("'{found}' is not '{known}'"));
            }
        }
        if (self.vision_feature_layer, self.vision_feature_select_strategy.as_str()) != (-1, "full")
        {
            let (layer, part) = (self.vision_feature_layer, &self.vision_feature_select_strategy);
            return Err(format!("features of layer {layer}, '{part}'"));
        }
        let (side, patch) = (vision.image_size, vision.patch_size);
        if !(1..=64).contains(&patch) || !(patch..=MAX_IMAGE_SIDE).contains(&side) {
            return Err(format!("patches of {patch} of {side}"));
        }
        if vision.num_channels != 3 {
            return Err(format!("pictures of {} channels", vision.num_channels));
        }
        if (vision.layer_norm_eps - 1e-6).abs() > 1e-9 {
            return Err(format!("layer-norm epsilon {} is not 1e-6", vision.layer_norm_eps));
        }
        let rope = text.rope_scaling.as_ref().map_or("default", |rope| rope.rope_type.as_str());
        if rope != "default" || text.theta() < 1.0 || text.use_sliding_window {
            return Err(format!("positions '{rope}' with base {}", text.theta()));
        }
        for (hidden, heads, even) in [
            (text.hidden_size, text.num_attention_heads, 2),
            (vision.hidden_size, vision.num_attention_heads, 1),
        ] {
            if !hidden.is_multiple_of(heads * even) {
                return Err(format!("{hidden} channels, {heads} heads"));
            }
        }
        if !text.num_attention_heads.is_multiple_of(text.num_key_value_heads) {
            return Err("heads do not divide over keys".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn tiny() -> Value {
        let path = fettle_testing::data::golden("llava_onevision_tiny/config.json");
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    #[test]
    fn unsupported_settings_are_refused() {
        // (JSON pointer, new value, expected part of the message)
        let cases = [
            ("/text_config/hidden_act", json!("gelu"), "'gelu'"),
            ("/text_config/model_type", json!("llama"), "'llama'"),
            ("/text_config/hidden_size", json!(0), "size of 0"),
            ("/text_config/hidden_size", json!(1u64 << 40), "size of"),
            ("/text_config/hidden_size", json!(26), "26 channels, 4 heads"),
            ("/text_config/num_key_value_heads", json!(3), "divide"),
            ("/text_config/use_sliding_window", json!(true), "positions"),
            ("/text_config/rope_scaling", json!({"rope_type": "yarn"}), "'yarn'"),
            ("/vision_config/hidden_act", json!("silu"), "'silu'"),
            ("/vision_config/model_type", json!("clip_vision_model"), "'clip_vision_model'"),
            ("/vision_config/num_channels", json!(1), "1 channels"),
            ("/vision_config/patch_size", json!(0), "patches of 0"),
            ("/vision_config/image_size", json!(1u64 << 40), "patches of"),
            ("/vision_config/layer_norm_eps", json!(1e-5), "epsilon"),
            ("/vision_config/num_attention_heads", json!(5), "5 heads"),
            ("/projector_hidden_act", json!("relu"), "'relu'"),
            ("/vision_feature_layer", json!(-2), "layer -2"),
            ("/vision_feature_select_strategy", json!("default"), "'default'"),
        ];
        let whole = tiny();
        serde_json::from_value::<Config>(whole.clone()).unwrap().check().unwrap();
        for (pointer, value, says) in cases {
            let mut broken = whole.clone();
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            let parent = broken.pointer_mut(parent).unwrap().as_object_mut().unwrap();
            parent.insert(key.to_owned(), value);
            let error = serde_json::from_value::<Config>(broken).unwrap().check().unwrap_err();
            assert!(error.contains(says), "{pointer}: {error}");
        }
    }

    #[test]
    fn published_files_without_some_settings_are_read() {
        let config: Config = serde_json::from_value(json!({
            "image_token_index": 151_646,
            "text_config": {
                "hidden_size": 896, "intermediate_size": 4864, "num_attention_heads": 14,
                "num_hidden_layers": 24, "num_key_value_heads": 2, "rope_theta": 1e6,
                "vocab_size": 152_000, "model_type": "qwen2",
            },
            "vision_config": {
                "hidden_size": 1152, "image_size": 384, "intermediate_size": 4304,
                "num_attention_heads": 16, "num_hidden_layers": 26, "patch_size": 14,
                "model_type": "siglip_vision_model", "vision_use_head": false,
            },
        }))
        .unwrap();
        config.check().unwrap();
        assert_eq!((config.vision_config.grid_side(), config.text_config.theta()), (27, 1e6));
        assert_eq!(config.text_config.decoder().head_dim, 64);
    }
}
