//! `config.json` of a Qwen3-VL checkpoint, as transformers writes it.

use serde::Deserialize;

use crate::Result;
use crate::vlm::checkpoint::Checkpoint;
use crate::vlm::decoder::Sizes;

const NAME: &str = "config.json";
/// Larger than any network's width, depth or vocabulary, and small enough to multiply.
const MOST: usize = 1 << 20;

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Config {
    pub(super) text_config: Text,
    pub(super) vision_config: Vision,
    pub(super) image_token_id: u32,
}

/// The language model.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Text {
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
    /// Since transformers 5 with `rope_theta` in it.
    #[serde(alias = "rope_parameters")]
    rope_scaling: Rope,
}

#[derive(Debug, Clone, Deserialize)]
struct Rope {
    #[serde(default = "default_rope")]
    rope_type: String,
    rope_theta: Option<f64>,
    mrope_section: [usize; 3],
}

fn default_rope() -> String {
    "default".to_owned()
}

impl Text {
    /// How many columns of a head's half belong to time, rows and columns.
    pub(super) fn sections(&self) -> [usize; 3] {
        self.rope_scaling.mrope_section
    }

    /// For the decoder.
    pub(super) fn sizes(&self) -> Sizes {
        Sizes {
            vocabulary: self.vocab_size,
            hidden: self.hidden_size,
            inner: self.intermediate_size,
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            key_heads: self.num_key_value_heads,
            head_dim: self.head_dim,
            eps: self.rms_norm_eps,
            biased: false,
            normed: true,
        }
    }

    /// The base of the rotary angles.
    pub(super) fn theta(&self) -> Option<f64> {
        self.rope_theta.or(self.rope_scaling.rope_theta)
    }
}

/// The vision tower.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Vision {
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

impl Vision {
    /// Values of a patch: 3 colours, of each picture of a time step.
    pub(super) fn patch_values(&self) -> usize {
        3 * self.temporal_patch_size * self.patch_size * self.patch_size
    }

    /// Patches that become one token.
    pub(super) fn merged(&self) -> usize {
        self.spatial_merge_size * self.spatial_merge_size
    }

    /// The side of the square of learned positions.
    pub(super) fn side(&self) -> usize {
        self.num_position_embeddings.isqrt()
    }
}

impl Config {
    /// Reads and checks the file.
    pub(super) fn read(checkpoint: &Checkpoint) -> Result<Self> {
        let config: Self = checkpoint.json(NAME)?;
        config.check().map_err(|why| checkpoint.bad(NAME, why))?;
        Ok(config)
    }

    /// What cannot be run.
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
        if let Some(wrong) = numbers.into_iter().find(|number| !(1..=MOST).contains(number)) {
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
        let sections = text.sections();
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
        if vision.side() * vision.side() != vision.num_position_embeddings {
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

    const TINY: &str = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/golden/qwen3_vl_tiny/config.json"
    ));

    #[test]
    fn what_is_not_run_here_is_refused() {
        // Where to change it, to what, and what the message then says.
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
        let whole: Value = serde_json::from_str(TINY).unwrap();
        serde_json::from_value::<Config>(whole.clone()).unwrap().check().unwrap();
        for (pointer, value, says) in cases {
            let mut broken = whole.clone();
            *broken.pointer_mut(pointer).unwrap() = value;
            let error = serde_json::from_value::<Config>(broken).unwrap().check().unwrap_err();
            assert!(error.contains(says), "{pointer}: {error}");
        }
    }

    #[test]
    fn positions_may_be_written_as_transformers_5_does() {
        let mut newer: Value = serde_json::from_str(TINY).unwrap();
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
