//! `config.json` of a Qwen3-VL checkpoint in the format of transformers.

use serde::Deserialize;

use crate::Result;
use crate::vlm::checkpoint::Checkpoint;
use crate::vlm::decoder::DecoderConfig;

const FILE: &str = "config.json";
/// Upper limit of widths, depths and vocabularies: larger than any network's, small enough for
/// products.
const MAX_SIZE: usize = 1 << 20;

/// The file.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Config {
    pub(super) text_config: TextConfig,
    pub(super) vision_config: VisionConfig,
    pub(super) image_token_id: u32,
}

/// Configuration of the language model.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct TextConfig {
    vocab_size: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    num_key_value_heads: usize,
    head_dim: usize,
    hidden_act: String,
    pub(super) max_position_embeddings: usize,
    rms_norm_eps: f32,
    #[serde(default)]
    attention_bias: bool,
    rope_theta: Option<f64>,
    /// From transformers 5 on it contains `rope_theta`.
    #[serde(alias = "rope_parameters")]
    rope_scaling: RopeConfig,
}

#[derive(Debug, Clone, Deserialize)]
struct RopeConfig {
    #[serde(default = "default_rope")]
    rope_type: String,
    rope_theta: Option<f64>,
    mrope_section: [usize; 3],
}

fn default_rope() -> String {
    "default".to_owned()
}

impl TextConfig {
    /// Columns of half a head for time, rows and columns.
    pub(super) fn mrope_sections(&self) -> [usize; 3] {
        self.rope_scaling.mrope_section
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
            head_dim: self.head_dim,
            eps: self.rms_norm_eps,
            qkv_bias: false,
            qk_norm: true,
        }
    }

    /// Base of the rotary angles.
    pub(super) fn theta(&self) -> Option<f64> {
        self.rope_theta.or(self.rope_scaling.rope_theta)
    }
}

/// Configuration of the vision tower.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct VisionConfig {
    pub(super) depth: usize,
    pub(super) hidden_size: usize,
    hidden_act: String,
    pub(super) intermediate_size: usize,
    pub(super) num_heads: usize,
    in_channels: usize,
    pub(super) patch_size: usize,
    pub(super) spatial_merge_size: usize,
    pub(super) temporal_patch_size: usize,
    pub(super) out_hidden_size: usize,
    pub(super) num_position_embeddings: usize,
    pub(super) deepstack_visual_indexes: Vec<usize>,
}

impl VisionConfig {
    /// Numbers of a patch: 3 channels of each frame of a time step.
    pub(super) fn patch_values(&self) -> usize {
        3 * self.temporal_patch_size * self.patch_size * self.patch_size
    }

    /// Patches per token.
    pub(super) fn patches_per_token(&self) -> usize {
        self.spatial_merge_size * self.spatial_merge_size
    }

    /// Side of the square grid of position embeddings.
    pub(super) fn grid_side(&self) -> usize {
        self.num_position_embeddings.isqrt()
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
            text.head_dim,
            vision.depth,
            vision.hidden_size,
            vision.intermediate_size,
            vision.num_heads,
            vision.out_hidden_size,
            vision.num_position_embeddings,
        ];
        if let Some(wrong) = numbers.into_iter().find(|number| !(1..=MAX_SIZE).contains(number)) {
            return Err(format!("a size of {wrong}"));
        }
        let small = [vision.patch_size, vision.spatial_merge_size, vision.temporal_patch_size];
        if small.into_iter().any(|number| !(1..=64).contains(&number)) || vision.in_channels != 3 {
            return Err(format!("patches of {small:?}, {} channels", vision.in_channels));
        }
        for (found, known) in
            [(&text.hidden_act, "silu"), (&vision.hidden_act, "gelu_pytorch_tanh")]
        {
            if found != known {
                return Err(format!("activation '{found}' is not '{known}'"));
            }
        }
        if text.attention_bias {
            return Err("attention with biases".to_owned());
        }
        let rope = &text.rope_scaling;
        if rope.rope_type != "default" || !text.theta().is_some_and(|base| base >= 1.0) {
            return Err(format!("positions '{}' with base {:?}", rope.rope_type, text.theta()));
        }
        let sections = text.mrope_sections();
        let columns = sections.into_iter().try_fold(0usize, usize::checked_add);
        if !text.head_dim.is_multiple_of(2) || columns != Some(text.head_dim / 2) {
            return Err(format!("positions in {sections:?} of heads of {}", text.head_dim));
        }
        if !text.num_attention_heads.is_multiple_of(text.num_key_value_heads) {
            return Err("heads do not divide over keys".to_owned());
        }
        if !vision.hidden_size.is_multiple_of(4 * vision.num_heads) {
            return Err(format!("{} channels, {} heads", vision.hidden_size, vision.num_heads));
        }
        if vision.out_hidden_size != text.hidden_size {
            return Err(format!("{} wide into {}", vision.out_hidden_size, text.hidden_size));
        }
        if vision.grid_side() * vision.grid_side() != vision.num_position_embeddings {
            return Err(format!("{} positions are no square", vision.num_position_embeddings));
        }
        let taps = &vision.deepstack_visual_indexes;
        if taps.len() > text.num_hidden_layers || taps.iter().any(|&tap| tap >= vision.depth) {
            return Err(format!("taps {taps:?} of {} blocks", vision.depth));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn tiny() -> Value {
        let path = fettle_testing::data::golden("qwen3_vl_tiny/config.json");
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    #[test]
    fn unsupported_settings_are_refused() {
        // (JSON pointer, new value, expected part of the message)
        let cases = [
            ("/text_config/hidden_act", json!("gelu"), "'gelu'"),
            ("/vision_config/hidden_act", json!("silu"), "'silu'"),
            ("/text_config/hidden_size", json!(0), "size of 0"),
            ("/text_config/hidden_size", json!(1u64 << 40), "size of"),
            ("/text_config/head_dim", json!(20), "heads of 20"),
            ("/text_config/attention_bias", json!(true), "biases"),
            ("/text_config/num_key_value_heads", json!(3), "divide"),
            ("/text_config/rope_scaling/rope_type", json!("yarn"), "'yarn'"),
            ("/text_config/rope_scaling/mrope_section", json!([u64::MAX, 1, 1]), "heads of 16"),
            ("/text_config/rope_theta", json!(null), "base None"),
            ("/vision_config/num_heads", json!(4), "24 channels, 4 heads"),
            ("/vision_config/in_channels", json!(1), "1 channels"),
            ("/vision_config/patch_size", json!(0), "patches of"),
            ("/vision_config/out_hidden_size", json!(25), "25 wide"),
            ("/vision_config/num_position_embeddings", json!(24), "no square"),
            ("/vision_config/deepstack_visual_indexes", json!([9]), "taps [9]"),
        ];
        let whole = tiny();
        serde_json::from_value::<Config>(whole.clone()).unwrap().check().unwrap();
        for (pointer, value, says) in cases {
            let mut broken = whole.clone();
            *broken.pointer_mut(pointer).unwrap() = value;
            let error = serde_json::from_value::<Config>(broken).unwrap().check().unwrap_err();
            assert!(error.contains(says), "{pointer}: {error}");
        }
    }

    #[test]
    fn the_rope_settings_of_transformers_5_are_read() {
        let mut newer = tiny();
        let text = newer["text_config"].as_object_mut().unwrap();
        let theta = text.remove("rope_theta").unwrap();
        let mut rope = text.remove("rope_scaling").unwrap();
        rope["rope_theta"] = theta;
        text.insert("rope_parameters".into(), rope);
        let config: Config = serde_json::from_value(newer).unwrap();
        config.check().unwrap();
        assert_eq!(config.text_config.theta(), Some(5_000_000.0));
    }
}
