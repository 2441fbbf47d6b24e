//! Choosing the next token.

use candle_core::Tensor;
use candle_transformers::generation::{self, LogitsProcessor};
use candle_transformers::utils::apply_repeat_penalty;

use crate::Result;
use fettle_domain::Sampling;

/// Below this, temperature means "the likeliest".
const COLD: f64 = 1e-7;

/// One answer's dice.
pub(crate) struct Sampler {
    processor: LogitsProcessor,
    repeat_penalty: f32,
    repeat_last_n: usize,
}

impl Sampler {
    /// Greedy at temperature 0; else seeded, over the likeliest tokens that hold `top_p`.
    pub(crate) fn new(sampling: &Sampling) -> Self {
        let temperature = sampling.temperature;
        let how = if temperature < COLD || !temperature.is_finite() {
            generation::Sampling::ArgMax
        } else if (0.0..1.0).contains(&sampling.top_p) {
            // 0 would switch nucleus sampling off; it means the single likeliest token.
            generation::Sampling::TopP { p: sampling.top_p.max(COLD), temperature }
        } else {
            generation::Sampling::All { temperature }
        };
        Self {
            processor: LogitsProcessor::from_sampling(sampling.seed, how),
            repeat_penalty: sampling.repeat_penalty,
            repeat_last_n: sampling.repeat_last_n,
        }
    }

    /// `logits` (vocabulary); `context` is everything read and written so far.
    pub(crate) fn choose(&mut self, logits: &Tensor, context: &[u32]) -> Result<u32> {
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
    use candle_core::Device;

    use super::*;

    fn logits() -> Tensor {
        Tensor::new(&[0.0f32, 2.0, 1.9, -1.0], &Device::Cpu).unwrap()
    }

    fn choices(sampling: &Sampling, context: &[u32]) -> Vec<u32> {
        let mut sampler = Sampler::new(sampling);
        (0..40).map(|_| sampler.choose(&logits(), context).unwrap()).collect()
    }

    #[test]
    fn cold_takes_the_likeliest() {
        assert!(choices(&Sampling::default(), &[]).iter().all(|&t| t == 1));
    }

    #[test]
    fn a_penalty_moves_on_from_what_was_said() {
        let sampling = Sampling { repeat_penalty: 1.5, ..Sampling::default() };
        assert!(choices(&sampling, &[3, 1]).iter().all(|&t| t == 2));
        let sampling = Sampling { repeat_last_n: 1, ..sampling };
        assert!(choices(&sampling, &[1, 3]).iter().all(|&t| t == 1), "1 is too long ago");
    }

    #[test]
    fn one_seed_is_one_series_and_top_p_cuts_the_tail() {
        let warm = Sampling { temperature: 1.5, top_p: 0.6, seed: 7, ..Sampling::default() };
        let series = choices(&warm, &[]);
        assert_eq!(series, choices(&warm, &[]));
        assert!(series.iter().all(|t| [1, 2].contains(t)), "{series:?}");
        assert!(series.contains(&1) && series.contains(&2), "{series:?}");
        assert_ne!(series, choices(&Sampling { seed: 8, ..warm.clone() }, &[]));
        assert!(choices(&Sampling { top_p: 0.0, ..warm }, &[]).iter().all(|&t| t == 1));
    }
}
