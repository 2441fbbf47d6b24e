//! Sampling of the next token.

use candle_core::{DType, Device, Tensor};
use candle_transformers::generation::{self, LogitsProcessor};
use candle_transformers::utils::apply_repeat_penalty;

use crate::Result;
use fettle_domain::Sampling;

/// Logit of a token that the grammar forbids.
const FORBIDDEN: f32 = f32::NEG_INFINITY;
/// Temperatures below this value mean greedy sampling.
const MIN_TEMPERATURE: f64 = 1e-7;

/// Sampler with the random state of one answer.
pub(crate) struct Sampler {
    processor: LogitsProcessor,
    repeat_penalty: f32,
    repeat_last_n: usize,
}

impl Sampler {
    /// Greedy at temperature 0, otherwise nucleus sampling with `top_p` and a seed.
    pub(crate) fn new(sampling: &Sampling) -> Self {
        let temperature = sampling.temperature;
        let method = if temperature < MIN_TEMPERATURE || !temperature.is_finite() {
            generation::Sampling::ArgMax
        } else if (0.0..1.0).contains(&sampling.top_p) {
            // candle takes 0 for no nucleus sampling; here it means the most probable token.
            generation::Sampling::TopP { p: sampling.top_p.max(MIN_TEMPERATURE), temperature }
        } else {
            generation::Sampling::All { temperature }
        };
        Self {
            processor: LogitsProcessor::from_sampling(sampling.seed, method),
            repeat_penalty: sampling.repeat_penalty,
            repeat_last_n: sampling.repeat_last_n,
        }
    }

    /// Samples one of the `allowed` tokens, of which there is at least one; else as
    /// [`Self::sample`].
    pub(crate) fn sample_among(
        &mut self,
        logits: &Tensor,
        context: &[u32],
        allowed: &[u32],
    ) -> Result<u32> {
        let logits = logits.to_dtype(DType::F32)?;
        let values: Vec<f32> = logits.to_vec1()?;
        let mut masked = vec![FORBIDDEN; values.len()];
        for token in allowed.iter().filter_map(|token| usize::try_from(*token).ok()) {
            if let (Some(masked), Some(value)) = (masked.get_mut(token), values.get(token)) {
                *masked = *value;
            }
        }
        self.sample(&Tensor::new(masked, &Device::Cpu)?, context)
    }

    /// Samples a token from `logits` (vocabulary). The repeat penalty applies to the last tokens of
    /// `context`, the prompt and the answer so far.
    pub(crate) fn sample(&mut self, logits: &Tensor, context: &[u32]) -> Result<u32> {
        let penalised = self.repeat_penalty > 0.0 && self.repeat_penalty != 1.0;
        let recent = context.get(context.len().saturating_sub(self.repeat_last_n)..);
        Ok(match recent.filter(|recent| penalised && !recent.is_empty()) {
            Some(recent) => {
                let logits = apply_repeat_penalty(logits, self.repeat_penalty, recent)?;
                self.processor.sample(&logits)?
            }
            None => self.processor.sample(logits)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logits() -> Tensor {
        Tensor::new(&[0.0f32, 2.0, 1.9, -1.0], &Device::Cpu).unwrap()
    }

    fn choices(sampling: &Sampling, context: &[u32]) -> Vec<u32> {
        let mut sampler = Sampler::new(sampling);
        (0..40).map(|_| sampler.sample(&logits(), context).unwrap()).collect()
    }

    #[test]
    fn temperature_0_takes_the_most_probable_token() {
        assert!(choices(&Sampling::default(), &[]).iter().all(|&t| t == 1));
    }

    #[test]
    fn only_allowed_tokens_are_sampled() {
        let mut sampler = Sampler::new(&Sampling::default());
        assert_eq!(sampler.sample_among(&logits(), &[], &[0, 3]).unwrap(), 0);
        let warm = Sampling { temperature: 9.0, ..Sampling::default() };
        let mut sampler = Sampler::new(&warm);
        let all = (0..40).map(|_| sampler.sample_among(&logits(), &[], &[2, 3]).unwrap());
        assert!(all.into_iter().all(|token| [2, 3].contains(&token)));
    }

    #[test]
    fn the_repeat_penalty_applies_to_recent_tokens() {
        let sampling = Sampling { repeat_penalty: 1.5, ..Sampling::default() };
        assert!(choices(&sampling, &[3, 1]).iter().all(|&t| t == 2));
        let sampling = Sampling { repeat_last_n: 1, ..sampling };
        assert!(choices(&sampling, &[1, 3]).iter().all(|&t| t == 1), "1 is not recent");
    }

    #[test]
    fn the_seed_determines_the_tokens_and_top_p_cuts_the_tail() {
        let warm = Sampling { temperature: 1.5, top_p: 0.6, seed: 7, ..Sampling::default() };
        let series = choices(&warm, &[]);
        assert_eq!(series, choices(&warm, &[]));
        assert!(series.iter().all(|t| [1, 2].contains(t)), "{series:?}");
        assert!(series.contains(&1) && series.contains(&2), "{series:?}");
        assert_ne!(series, choices(&Sampling { seed: 8, ..warm.clone() }, &[]));
        assert!(choices(&Sampling { top_p: 0.0, ..warm }, &[]).iter().all(|&t| t == 1));
    }
}
