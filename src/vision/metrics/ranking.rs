//! Scores in falling order, ties grouped: the input of all curves.

use crate::{Result, VisionError};

/// Samples of one score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tied {
    /// The score of all samples of the group.
    pub score: f32,
    /// Number of anomalous samples.
    pub anomalous: u64,
    /// Number of normal samples.
    pub normal: u64,
}

/// Scored samples in groups of equal score, highest score first.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    groups: Vec<Tied>,
    anomalous: u64,
    normal: u64,
}

impl Ranking {
    /// Ranks samples, given as `(score, is anomalous)`, by sorting.
    ///
    /// # Errors
    /// [`VisionError::NotFinite`] for a score that is not finite.
    pub fn new(scores: impl IntoIterator<Item = (f32, bool)>) -> Result<Self> {
        let mut scores: Vec<(f32, bool)> = scores.into_iter().collect();
        if scores.iter().any(|(score, _)| !score.is_finite()) {
            return Err(VisionError::NotFinite("scores"));
        }
        scores.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
        let mut groups: Vec<Tied> = Vec::new();
        for (score, is_anomalous) in scores {
            let one = Tied {
                score,
                anomalous: u64::from(is_anomalous),
                normal: u64::from(!is_anomalous),
            };
            match groups.last_mut() {
                Some(last) if last.score == score => {
                    last.anomalous += one.anomalous;
                    last.normal += one.normal;
                }
                _ => groups.push(one),
            }
        }
        Ok(Self::of_groups(groups))
    }

    /// A ranking of `groups`, whose scores must fall.
    pub(super) fn of_groups(groups: Vec<Tied>) -> Self {
        let anomalous = groups.iter().map(|group| group.anomalous).sum();
        let normal = groups.iter().map(|group| group.normal).sum();
        Self { groups, anomalous, normal }
    }

    /// Groups of equal score, highest first.
    pub fn groups(&self) -> &[Tied] {
        &self.groups
    }

    /// Numbers of anomalous and of normal samples; `None` where one of them is 0.
    pub(super) fn both_kinds(&self) -> Option<(f64, f64)> {
        let both = self.anomalous > 0 && self.normal > 0;
        both.then_some((self.anomalous as f64, self.normal as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_scores_are_one_group() {
        let ranking =
            Ranking::new([(1.0, false), (3.0, true), (1.0, true), (0.0, false), (-0.0, false)])
                .unwrap();
        let groups: Vec<_> =
            ranking.groups().iter().map(|g| (g.score, g.anomalous, g.normal)).collect();
        assert_eq!(groups, [(3.0, 1, 0), (1.0, 1, 1), (0.0, 0, 2)]);
        for wrong in [f32::NAN, f32::INFINITY] {
            let refused = Ranking::new([(1.0, true), (wrong, false)]);
            assert!(matches!(refused, Err(VisionError::NotFinite(_))), "{wrong}");
        }
    }
}
