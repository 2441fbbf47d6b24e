//! Rules that set thresholds, and error rates with confidence intervals.

use serde::{Deserialize, Serialize};

/// The rule that sets the second image threshold, above which a part is NG. The first follows from
/// known defects and from what is expected without any. Pixel threshold and heatmap scale come from the anomaly
/// maps of the held-out normal images.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "rule")]
pub enum ThresholdRule {
    /// The lowest threshold with at most this expected overkill (good parts called NG).
    MaxOverkill {
        /// Share of the good parts, above 0 and below 1.
        rate: f64,
    },
    /// The highest first threshold with at most this expected escape (defective parts called OK), by the
    /// scores of known defects, of which there must be some. What scores above it is unsure, or NG where
    /// it scores above the [default](Self::default) rule's second threshold as well.
    MaxEscape {
        /// Share of the defective parts, above 0 and below 1.
        rate: f64,
    },
    /// A quantile of the scores of the held-out normal images.
    Quantile {
        /// Share of the images below the threshold, 0 to 1.
        share: f64,
    },
    /// The threshold with the lowest expected cost of escape and overkill. Needs known defects.
    Cost {
        /// Cost of one defective part called OK.
        escape: f64,
        /// Cost of one good part called NG, in the same unit.
        overkill: f64,
        /// Share of defective parts in production, above 0 and below 1.
        prevalence: f64,
    },
    /// Thresholds given by a person.
    Manual {
        /// The first image threshold; `None`: from the scores, at most `image`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unsure: Option<f32>,
        /// The second image threshold: above it a part is NG.
        image: f32,
        /// The pixel threshold; `None`: from the held-out normal images.
        pixel: Option<f32>,
    },
}

impl Default for ThresholdRule {
    /// At most one good part in two hundred called NG: what is less sure is looked at again.
    fn default() -> Self {
        Self::MaxOverkill { rate: Self::USUAL_OVERKILL }
    }
}

impl ThresholdRule {
    /// The share of good parts that [`Self::default`] lets be called NG.
    pub const USUAL_OVERKILL: f64 = 0.005;

    /// Whether the rule needs known defects, so that not every product can be fitted by it.
    pub fn needs_defects(&self) -> bool {
        matches!(self, Self::Cost { .. } | Self::MaxEscape { .. })
    }

    /// The reason why a parameter of the rule is out of range, if one is.
    pub fn out_of_range(&self) -> Option<&'static str> {
        let is_share = |value: f64| value > 0.0 && value < 1.0;
        let is_cost = |cost: f64| cost > 0.0 && cost.is_finite();
        match *self {
            Self::MaxOverkill { rate } if !is_share(rate) => {
                Some("an overkill rate lies between 0 and 1")
            }
            Self::MaxEscape { rate } if !is_share(rate) => {
                Some("an escape rate lies between 0 and 1")
            }
            Self::Quantile { share } if !(0.0..=1.0).contains(&share) => {
                Some("a quantile lies between 0 and 1")
            }
            Self::Cost { escape, overkill, .. } if !is_cost(escape) || !is_cost(overkill) => {
                Some("a cost is above 0")
            }
            Self::Cost { prevalence, .. } if !is_share(prevalence) => {
                Some("the share of defective parts lies between 0 and 1")
            }
            Self::Manual { unsure, image, pixel }
                if [Some(image), unsure, pixel].iter().flatten().any(|v| !v.is_finite()) =>
            {
                Some("a threshold is a number")
            }
            Self::Manual { unsure: Some(unsure), image, .. } if unsure > image => {
                Some("the first limit is at most the second")
            }
            _ => None,
        }
    }
}

/// An observed rate with the confidence interval of its probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Number of events.
    pub events: usize,
    /// Number of trials.
    pub trials: usize,
    /// Lower end of the 95 % confidence interval.
    pub low: f64,
    /// Upper end of the 95 % confidence interval.
    pub high: f64,
}

impl Rate {
    /// `events` of `trials` with Wilson's score interval, whose coverage holds for few trials and
    /// for rates near 0 (Brown, Cai and `DasGupta`, Statistical Science 16, 2001). `None` without
    /// trials or for more events than trials.
    pub fn of(events: usize, trials: usize) -> Option<Self> {
        /// The normal quantile of 97.5 %.
        const Z: f64 = 1.959_963_984_540_054;
        if trials == 0 || events > trials {
            return None;
        }
        let (n, share) = (trials as f64, events as f64 / trials as f64);
        let centre = (share + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
        let spread = share * (1.0 - share) / n + Z * Z / (4.0 * n * n);
        let half = Z / (1.0 + Z * Z / n) * spread.sqrt();
        // Exactly 0 and 1 at the ends, which rounding would miss.
        let low = if events == 0 { 0.0 } else { centre - half };
        let high = if events == trials { 1.0 } else { centre + half };
        Some(Self { events, trials, low, high })
    }

    /// The rate of items that are an event; `None` without items.
    pub fn count<T>(
        items: impl IntoIterator<Item = T>,
        is_event: impl Fn(T) -> bool,
    ) -> Option<Self> {
        let (mut events, mut trials) = (0, 0);
        for item in items {
            trials += 1;
            events += usize::from(is_event(item));
        }
        Self::of(events, trials)
    }

    /// The observed share, 0 to 1.
    pub fn share(&self) -> f64 {
        self.events as f64 / self.trials as f64
    }
}

impl std::fmt::Display for Rate {
    /// Formats in percent with the interval: `1.0 % (0.2–5.4 %)`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let percent = |share: f64| share * 100.0;
        let (share, low, high) = (percent(self.share()), percent(self.low), percent(self.high));
        write!(f, "{share:.1} % ({low:.1}–{high:.1} %)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_r() {
        // Events, trials, and the interval that R's `prop.test(correct = FALSE)` gives.
        let cases = [
            (0, 10, 0.0, 0.27753),
            (1, 100, 0.001767, 0.054486),
            (5, 10, 0.236593, 0.763407),
            (44, 100, 0.346718, 0.537737),
            (10, 10, 0.722467, 1.0),
        ];
        for (events, trials, low, high) in cases {
            let rate = Rate::of(events, trials).unwrap();
            assert!((rate.low - low).abs() < 5e-5, "{rate:?}");
            assert!((rate.high - high).abs() < 5e-5, "{rate:?}");
            assert!(rate.low <= rate.share() && rate.share() <= rate.high, "{rate:?}");
        }
        assert_eq!(Rate::of(1, 100).unwrap().to_string(), "1.0 % (0.2–5.4 %)");
        assert_eq!((Rate::of(0, 0), Rate::of(2, 1)), (None, None));
        assert_eq!(Rate::count([1, 5, 7], |v| v > 4), Rate::of(2, 3));
    }

    #[test]
    fn rules_are_written_by_name() {
        let cases = [
            (ThresholdRule::default(), r#"{"rule":"max_overkill","rate":0.005}"#),
            (ThresholdRule::MaxEscape { rate: 0.01 }, r#"{"rule":"max_escape","rate":0.01}"#),
            (
                ThresholdRule::Manual { unsure: None, image: 2.5, pixel: None },
                r#"{"rule":"manual","image":2.5,"pixel":null}"#,
            ),
        ];
        for (rule, expected) in cases {
            assert_eq!(serde_json::to_string(&rule).unwrap(), expected);
            assert_eq!(serde_json::from_str::<ThresholdRule>(expected).unwrap(), rule);
        }
    }
}
