//! The period of a list or statistic: all, today, a week, a month, one day.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, Zoned};

use crate::localizer::Localizer;

/// A period that ends now, or one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Period {
    #[default]
    All,
    Today,
    /// Today and the 6 days before.
    Week,
    /// Today and the 29 days before.
    Month,
    /// A day of the past.
    Day(Date),
}

impl Period {
    /// The periods to choose from.
    pub(crate) const ALL: [Self; 4] = [Self::All, Self::Today, Self::Week, Self::Month];

    /// The period's name.
    pub(crate) fn text(self, localizer: Localizer) -> String {
        let id = match self {
            Self::All => "period-all",
            Self::Today => "period-today",
            Self::Week => "period-week",
            Self::Month => "period-month",
            Self::Day(day) => return day.to_string(),
        };
        localizer.text(id)
    }

    /// The first moment of the period: midnight of its first day.
    pub(crate) fn since(self, now: &Zoned) -> Option<Timestamp> {
        let days = match self {
            Self::All => return None,
            Self::Today => 0,
            Self::Week => 6,
            Self::Month => 29,
            Self::Day(day) => return midnight(day, now),
        };
        let begin = now.start_of_day().and_then(|today| today.checked_sub(days.days())).ok()?;
        Some(begin.timestamp())
    }

    /// The first moment after the period, where it ends before now.
    pub(crate) fn until(self, now: &Zoned) -> Option<Timestamp> {
        match self {
            Self::Day(day) => midnight(day.checked_add(1.day()).ok()?, now),
            Self::All | Self::Today | Self::Week | Self::Month => None,
        }
    }
}

/// The first moment of a day where `now` is.
fn midnight(day: Date, now: &Zoned) -> Option<Timestamp> {
    Some(day.to_zoned(now.time_zone().clone()).ok()?.timestamp())
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
            assert_eq!(period.until(&now), None);
        }
        let day = Period::Day("2026-11-20".parse().unwrap());
        assert_eq!(day.since(&now), "2026-11-20T00:00:00+09:00".parse().ok());
        assert_eq!(day.until(&now), "2026-11-21T00:00:00+09:00".parse().ok());
    }
}
