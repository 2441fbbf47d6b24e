//! Limits of a rate by day, as a p-chart has them (Montgomery, Introduction to Statistical Quality
//! Control): the mean of all days, and three standard deviations of a day of that many parts.

/// Parts of a day and the NG ones among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DayRate {
    pub(super) day: String,
    /// At least 1.
    pub(super) parts: usize,
    pub(super) ng: usize,
}

impl DayRate {
    /// The rate of NG parts, 0 to 1.
    pub(super) fn rate(&self) -> f64 {
        self.ng as f64 / self.parts.max(1) as f64
    }
}

/// The limits of a day's rate, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RateLimits {
    pub(super) lower: f64,
    pub(super) upper: f64,
}

/// The rates of all days, with their limits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RateChart {
    pub(super) days: Vec<DayRate>,
    /// The rate of all parts of all days, 0 to 1.
    pub(super) mean: f64,
    /// One for each day: a day of few parts has wide ones.
    pub(super) limits: Vec<RateLimits>,
}

/// Fewer days say nothing of what is usual.
const LEAST_DAYS: usize = 2;

impl RateChart {
    /// The chart of the days on which parts were inspected; `None` for too few of them.
    pub(super) fn of(days: impl Iterator<Item = DayRate>) -> Option<Self> {
        let days: Vec<DayRate> = days.filter(|day| day.parts > 0).collect();
        if days.len() < LEAST_DAYS {
            return None;
        }
        let sum = |count: fn(&DayRate) -> usize| days.iter().map(count).sum::<usize>() as f64;
        let mean = sum(|day| day.ng) / sum(|day| day.parts);
        let limits = days.iter().map(|day| {
            let deviation = 3.0 * (mean * (1.0 - mean) / day.parts as f64).sqrt();
            RateLimits { lower: (mean - deviation).max(0.0), upper: (mean + deviation).min(1.0) }
        });
        let limits = limits.collect();
        Some(Self { days, mean, limits })
    }

    /// The days whose rate is outside of its limits.
    pub(super) fn outside(&self) -> impl Iterator<Item = &DayRate> {
        self.days.iter().zip(&self.limits).filter_map(|(day, limits)| {
            let is_usual = (limits.lower..=limits.upper).contains(&day.rate());
            (!is_usual).then_some(day)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: &str, parts: usize, ng: usize) -> DayRate {
        DayRate { day: day.to_owned(), parts, ng }
    }

    #[test]
    fn limits_follow_the_number_of_parts() {
        let days = [day("1", 100, 10), day("2", 400, 40), day("3", 0, 0), day("4", 100, 10)];
        let chart = RateChart::of(days.into_iter()).unwrap();
        assert_eq!((chart.days.len(), chart.mean), (3, 0.1));
        // 0.1 ± 3 · √(0.1 · 0.9 / n)
        let expected = [(0.01, 0.19), (0.055, 0.145), (0.01, 0.19)];
        for (found, (lower, upper)) in chart.limits.iter().zip(expected) {
            assert!((found.lower - lower).abs() < 1e-9 && (found.upper - upper).abs() < 1e-9);
        }
        assert_eq!(chart.outside().count(), 0);
    }

    #[test]
    fn a_day_of_many_ng_parts_is_outside_and_one_day_has_no_limits() {
        let days = [day("1", 100, 5), day("2", 100, 4), day("3", 100, 30)];
        let chart = RateChart::of(days.into_iter()).unwrap();
        let outside: Vec<&str> = chart.outside().map(|day| day.day.as_str()).collect();
        assert_eq!(outside, ["3"]);
        assert_eq!(RateChart::of([day("1", 100, 5)].into_iter()), None);
    }
}
