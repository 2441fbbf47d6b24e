//! By what rule limits are chosen, and how often they are wrong.

use serde::{Deserialize, Serialize};

/// How the image threshold is chosen. Pixel threshold and heatmap scale are those of the held-out
/// normal pictures' maps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "rule")]
pub enum ThresholdRule {
    /// As low as it can be while a new good part is expected to be called NG no more often
    /// than so.
    MaxOverkill {
        /// Share of good parts, above 0 and below 1.
        rate: f64,
    },
    /// The score below which this share of the held-out normal pictures lies.
    Quantile {
        /// Share of the pictures, 0 to 1.
        share: f64,
    },
    /// Where escape and overkill together cost least. Needs known defects.
    Cost {
        /// What one defective part called OK costs.
        escape: f64,
        /// What one good part called NG costs, in the same unit.
        overkill: f64,
        /// Share of defective parts in production, above 0 and below 1.
        prevalence: f64,
    },
    /// A person's choice.
    Manual {
        /// The image threshold.
        image: f32,
        /// The pixel threshold; `None`: that of the held-out normal pictures.
        pixel: Option<f32>,
    },
}

impl Default for ThresholdRule {
    /// One good part in a hundred.
    fn default() -> Self {
        Self::MaxOverkill { rate: 0.01 }
    }
}

impl ThresholdRule {
    /// Why no limit can be set by it: a number of it is out of its range.
    pub fn out_of_range(&self) -> Option<&'static str> {
        let inside = |value: f64| value > 0.0 && value < 1.0;
        let dear = |cost: f64| cost > 0.0 && cost.is_finite();
        match *self {
            Self::MaxOverkill { rate } if !inside(rate) => {
                Some("an overkill rate lies between 0 and 1")
            }
            Self::Quantile { share } if !(0.0..=1.0).contains(&share) => {
                Some("a quantile lies between 0 and 1")
            }
            Self::Cost { escape, overkill, .. } if !dear(escape) || !dear(overkill) => {
                Some("a cost is above 0")
            }
            Self::Cost { prevalence, .. } if !inside(prevalence) => {
                Some("the share of defective parts lies between 0 and 1")
            }
            Self::Manual { image, pixel }
                if !image.is_finite() || pixel.is_some_and(|pixel| !pixel.is_finite()) =>
            {
                Some("a threshold is a number")
            }
            _ => None,
        }
    }
}

/// How often something happened, and how often it will.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// How many times it happened.
    pub events: usize,
    /// Of how many.
    pub trials: usize,
    /// The lower end of the 95 % interval of its probability.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Rate {
    /// `events` of `trials`, with Wilson's score interval: it keeps its promise for few trials
    /// and for rates near 0 (Brown, Cai and `DasGupta`, Statistical Science 16, 2001). `None`
    /// of no trials, or of more events than trials.
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
        // At the ends exactly, which rounding would miss.
        let low = if events == 0 { 0.0 } else { centre - half };
        let high = if events == trials { 1.0 } else { centre + half };
        Some(Self { events, trials, low, high })
    }

    /// Counts those of `all` for which `is_so`; `None` of none.
    pub fn count<T>(all: impl IntoIterator<Item = T>, is_so: impl Fn(T) -> bool) -> Option<Self> {
        let (mut events, mut trials) = (0, 0);
        for one in all {
            trials += 1;
            events += usize::from(is_so(one));
        }
        Self::of(events, trials)
    }

    /// The share observed, 0 to 1.
    pub fn share(&self) -> f64 {
        self.events as f64 / self.trials as f64
    }
}

impl std::fmt::Display for Rate {
    /// In percent, with the interval: `1.0 % (0.2–5.4 %)`.
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
    fn intervals_are_those_of_the_tables() {
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
            (ThresholdRule::default(), r#"{"rule":"max_overkill","rate":0.01}"#),
            (
                ThresholdRule::Manual { image: 2.5, pixel: None },
                r#"{"rule":"manual","image":2.5,"pixel":null}"#,
            ),
        ];
        for (rule, expected) in cases {
            assert_eq!(serde_json::to_string(&rule).unwrap(), expected);
            assert_eq!(serde_json::from_str::<ThresholdRule>(expected).unwrap(), rule);
        }
    }
}
