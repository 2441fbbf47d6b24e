//! Moments of the catalogue, for people.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A moment (RFC 3339) as a clock here shows it; as it is where it cannot be read.
pub(super) fn local_time(moment: &str) -> String {
    let read: Result<Timestamp, _> = moment.parse();
    read.map_or_else(
        |_| moment.to_owned(),
        |read| read.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string(),
    )
}

/// How many whole days ago it was, 0 for one that is to come; `None` where it cannot be read.
pub(super) fn days_since(moment: &str) -> Option<u32> {
    let read: Timestamp = moment.parse().ok()?;
    let hours = Timestamp::now().duration_since(read).as_hours().max(0);
    u32::try_from(hours / 24).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_days_ago() {
        let ago = |hours: i64| {
            let then = Timestamp::now() - jiff::SignedDuration::from_hours(hours);
            days_since(&then.to_string())
        };
        // Hours ago, expected.
        for (hours, days) in [(-5, Some(0)), (1, Some(0)), (25, Some(1)), (24 * 400, Some(400))] {
            assert_eq!(ago(hours), days, "{hours}");
        }
        assert_eq!(days_since("gestern"), None);
        assert_eq!(local_time("gestern"), "gestern");
    }
}
