//! `fettle logs`, and the form of the log.

use std::time::Duration;

use clap::{Args, ValueEnum};

/// `fettle logs`.
#[derive(Debug, Args)]
pub(crate) struct Logs {
    /// How far back: 30m, 1h, 2d.
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = ago)]
    pub(crate) since: Duration,
    /// Print the entries as they stand in the files: JSON, one a line.
    #[arg(long)]
    pub(crate) json: bool,
}

/// The form of the log on standard error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// JSON, an entry a line, for programs that collect logs.
    Json,
}

/// A time as a number and its unit.
fn ago(text: &str) -> Result<Duration, String> {
    let unit_s = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400)];
    let read = || {
        let unit = text.chars().last()?;
        let (_, seconds) = unit_s.iter().find(|(known, _)| *known == unit)?;
        let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(*seconds)
    };
    let most_s = 3_660 * 86_400;
    let seconds = read().filter(|seconds| (1..=most_s).contains(seconds));
    seconds.map(Duration::from_secs).ok_or_else(|| "30s, 30m, 1h, 2d".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_a_number_and_a_unit() {
        // Text, seconds.
        let cases = [
            ("30s", Some(30)),
            ("90m", Some(5_400)),
            ("1h", Some(3_600)),
            ("2d", Some(172_800)),
            ("0h", None),
            ("h", None),
            ("1", None),
            ("-1h", None),
            ("1.5h", None),
            ("1w", None),
            ("3시", None),
            ("99999999999999999999h", None),
            ("9999999999999999d", None),
            ("", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(ago(text).ok().map(|time| time.as_secs()), seconds, "{text}");
        }
    }
}
