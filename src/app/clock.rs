//! Timestamps in local time, and their age.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A timestamp (RFC 3339) in local time to the minute; unchanged where it cannot be parsed.
pub(super) fn local_time(timestamp: &str) -> String {
    let parsed: Result<Timestamp, _> = timestamp.parse();
    parsed.map_or_else(
        |_| timestamp.to_owned(),
        |time| time.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string(),
    )
}

/// The time of a record (RFC 3339) to the second, in the time zone in which it was recorded.
pub(super) fn recorded_time(timestamp: &str) -> String {
    let time: String = timestamp.chars().take(19).collect();
    time.replace('T', " ")
}

/// The age of a timestamp (RFC 3339) in whole days, 0 for the future; `None` where it cannot be
/// parsed.
pub(super) fn days_since(timestamp: &str) -> Option<u32> {
    let parsed: Timestamp = timestamp.parse().ok()?;
    let hours = Timestamp::now().duration_since(parsed).as_hours().max(0);
    u32::try_from(hours / 24).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_of_a_timestamp_is_in_whole_days() {
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
