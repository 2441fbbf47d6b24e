//! The two limits of the image score while a person tries other ones.

use fettle_domain::{ThresholdRule, Thresholds};

/// One of the two limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// Above it a part is unsure.
    First,
    /// Above it a part is NG.
    Second,
}

/// The limits in force, and those that are tried.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct MovedLimits {
    pub(super) in_force: Thresholds,
    pub(super) tried: Thresholds,
    /// The limit that the pointer holds.
    held: Limit,
}

impl MovedLimits {
    /// No limit is moved yet.
    pub(super) fn of(in_force: Thresholds) -> Self {
        Self { in_force, tried: in_force, held: Limit::Second }
    }

    pub(super) fn get(&self, limit: Limit) -> f32 {
        match limit {
            Limit::First => self.tried.unsure,
            Limit::Second => self.tried.image,
        }
    }

    /// Moves a limit. The other goes along where it would be on the wrong side.
    pub(super) fn set(&mut self, limit: Limit, value: f32) {
        let Thresholds { unsure, image, .. } = &mut self.tried;
        match limit {
            Limit::First => (*unsure, *image) = (value, image.max(value)),
            Limit::Second => (*unsure, *image) = (unsure.min(value), value),
        }
    }

    /// Takes hold of a limit.
    pub(super) fn hold(&mut self, limit: Limit) {
        self.held = limit;
    }

    /// Moves the limit that is held.
    pub(super) fn set_held(&mut self, value: f32) {
        self.set(self.held, value);
    }

    pub(super) fn is_moved(&self) -> bool {
        self.tried != self.in_force
    }

    /// The rule that sets the limits tried. A pixel threshold that a person set is kept from the
    /// rule in force.
    pub(super) fn rule(&self, in_force: &ThresholdRule) -> ThresholdRule {
        let pixel = match in_force {
            ThresholdRule::Manual { pixel, .. } => *pixel,
            _ => None,
        };
        let Thresholds { unsure, image, .. } = self.tried;
        ThresholdRule::Manual { unsure: Some(unsure), image, pixel }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_limit_stays_below_the_second() {
        let in_force = Thresholds { unsure: 1.0, image: 2.0, pixel: 0.5 };
        // Limit moved, to where, both limits then.
        let cases = [
            (Limit::First, 1.5, (1.5, 2.0)),
            (Limit::First, 2.5, (2.5, 2.5)),
            (Limit::Second, 3.0, (1.0, 3.0)),
            (Limit::Second, 0.5, (0.5, 0.5)),
        ];
        for (limit, value, expected) in cases {
            let mut limits = MovedLimits::of(in_force);
            assert!(!limits.is_moved());
            limits.hold(limit);
            limits.set_held(value);
            assert_eq!((limits.tried.unsure, limits.tried.image), expected);
            assert_eq!(limits.get(limit), value);
            assert!(limits.is_moved());
            let (unsure, image) = (Some(expected.0), expected.1);
            let manual = |pixel| ThresholdRule::Manual { unsure, image, pixel };
            assert_eq!(limits.rule(&ThresholdRule::default()), manual(None));
            assert_eq!(limits.rule(&manual(Some(7.0))), manual(Some(7.0)));
        }
    }
}
