//! The period of a list or statistic: all, today, a week, a month.

use jiff::{Timestamp, ToSpan, Zoned};

/// A period that ends now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Period {
    #[default]
    All,
    Today,
    /// Today and the 6 days before.
    Week,
    /// Today and the 29 days before.
    Month,
}

impl Period {
    pub(crate) const ALL: [Self; 4] = [Self::All, Self::Today, Self::Week, Self::Month];

    /// Locale id of the period's name.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::All => "period-all",
            Self::Today => "period-today",
            Self::Week => "period-week",
            Self::Month => "period-month",
        }
    }

    /// The first moment of the period: midnight of its first day.
    pub(crate) fn since(self, now: &Zoned) -> Option<Timestamp> {
        let days = match self {
            Self::All => return None,
            Self::Today => 0,
            Self::Week => 6,
            Self::Month => 29,
        };
        let begin = now.start_of_day().and_then(|today| today.checked_sub(days.days())).ok()?;
        Some(begin.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_begins_at_midnight_of_its_first_day() {
        let now: Zoned = "2026-11-22T10:30:00+09:00[Asia/Seoul]".parse().unwrap();
        for (period, since) in [
            (Period::All, None),
            (Period::Today, Some("2026-11-22T00:00:00+09:00")),
            (Period::Week, Some("2026-11-16T00:00:00+09:00")),
            (Period::Month, Some("2026-10-24T00:00:00+09:00")),
        ] {
            assert_eq!(period.since(&now), since.map(|since| since.parse().unwrap()));
        }
    }
}
