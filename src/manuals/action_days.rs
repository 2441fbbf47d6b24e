//! Days as people write them in records of corrective actions. What has more than one reading is none.

use fettle_domain::hangul::is_hangul;
use jiff::civil::{Date, date};
use jiff::{Span, ToSpan};
use unicode_normalization::UnicodeNormalization;

use super::headings::compact;
use super::months::month;

/// Years before today's, and after it, that a year of two digits may be of.
const SHORT_YEARS: (i16, i16) = (10, 2);
/// The numbers by which spreadsheets count the days of 2000 to 2099.
const SERIALS: std::ops::RangeInclusive<i32> = 36526..=73050;
/// What may follow a day and leaves it as it is: that something was done then, weekdays.
const HARMLESS: [&str; 18] = [
    "완료",
    "조치완료",
    "종결",
    "시행",
    "실시",
    "조치",
    "확인",
    "done",
    "completed",
    "closed",
    "am",
    "월",
    "화",
    "수",
    "목",
    "금",
    "토",
    "일",
];

/// How a file writes days, as far as it is known where a day is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct DayStyle {
    /// The day on which the file is read.
    today: Date,
    /// Whether the file is Korean: a year of two digits comes first.
    is_korean: bool,
}

impl DayStyle {
    /// The style of the days under `label`, on the day `today`.
    pub(super) fn of(label: &str, today: Date) -> Self {
        Self { today, is_korean: label.chars().any(is_hangul) }
    }

    fn short_year(self, year: i16) -> Option<i16> {
        let (before, after) = SHORT_YEARS;
        let year = 2000 + year;
        (self.today.year() - before..=self.today.year() + after).contains(&year).then_some(year)
    }
}

/// A part of a text: digits, letters, or what stands between.
#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Number(String),
    Word(String),
    Sign(char),
}

/// The only day that `text` says, with nothing else that changes it: 2026-11-30, 2026. 11. 30.,
/// 26/11/30 (월), 2026년 11월 30일, 20261130, 30.11.2026, 5-Nov-2026, 45962 (a spreadsheet's number).
pub(super) fn day(text: &str, style: DayStyle) -> Option<Date> {
    let folded: String = text.trim().nfkc().collect();
    if let Ok(serial) = folded.parse::<i32>()
        && SERIALS.contains(&serial)
    {
        let days: Span = serial.days();
        return date(1899, 12, 30).checked_add(days).ok();
    }
    let (found, rest) = leading_day(&folded, style)?;
    is_harmless(&rest).then_some(found)
}

/// A day and the words beside it: `유효 (2026-11-25)`, `2026-11-25 효과 있음`.
pub(super) fn day_within(text: &str, style: DayStyle) -> Option<(Date, String)> {
    let folded: String = text.trim().nfkc().collect();
    let start = folded.find(|c: char| c.is_ascii_digit())?;
    let (before, from) = folded.split_at_checked(start)?;
    let (found, rest) = leading_day(from, style)?;
    Some((found, format!("{before} {rest}")))
}

/// The day that `text` begins with, and what follows.
fn leading_day(text: &str, style: DayStyle) -> Option<(Date, String)> {
    let pieces = pieces(text);
    let mut parts: Vec<&Piece> = Vec::new();
    let mut used = 0;
    for piece in &pieces {
        let is_part = match piece {
            Piece::Number(_) => true,
            Piece::Word(word) => month(word).is_some(),
            Piece::Sign(_) => false,
        };
        let is_between = match piece {
            Piece::Sign(sign) => matches!(sign, ' ' | '-' | '.' | '/' | ',' | '\''),
            Piece::Word(word) => matches!(word.as_str(), "년" | "월" | "年" | "月"),
            Piece::Number(_) => false,
        };
        if parts.len() == 3 || !(is_part || is_between) {
            break;
        }
        if is_part {
            parts.push(piece);
        }
        used += 1;
    }
    let found = match parts.as_slice() {
        [Piece::Number(whole), ..] if whole.len() == 8 => {
            used = 1;
            Date::strptime("%Y%m%d", whole).ok()?
        }
        [a, b, c] => of_parts(a, b, c, style)?,
        _ => return None,
    };
    let rest: String = pieces
        .into_iter()
        .skip(used)
        .map(|piece| match piece {
            Piece::Number(text) | Piece::Word(text) => text,
            Piece::Sign(sign) => sign.to_string(),
        })
        .collect();
    let rest = rest.strip_prefix('일').or_else(|| rest.strip_prefix('日')).unwrap_or(&rest);
    Some((found, rest.to_owned()))
}

fn of_parts(a: &Piece, b: &Piece, c: &Piece, style: DayStyle) -> Option<Date> {
    match (a, b, c) {
        (Piece::Word(name), Piece::Number(day), Piece::Number(year))
        | (Piece::Number(day), Piece::Word(name), Piece::Number(year)) => {
            let year = match year.len() {
                4 => year.parse().ok()?,
                2 => style.short_year(year.parse().ok()?)?,
                _ => return None,
            };
            civil(year, month(name)?, day.parse().ok()?)
        }
        (Piece::Number(first), Piece::Number(second), Piece::Number(third)) => {
            of_numbers(first, second, third, style)
        }
        _ => None,
    }
}

fn of_numbers(first: &str, second: &str, third: &str, style: DayStyle) -> Option<Date> {
    let number = |text: &str| text.parse::<i16>().ok();
    let (a, b, c) = (number(first)?, number(second)?, number(third)?);
    let only = |readings: &[Option<Date>]| {
        let mut found = readings.iter().copied().flatten();
        let one = found.next()?;
        found.all(|other| other == one).then_some(one)
    };
    match (first.len(), third.len()) {
        (4, 1 | 2) => civil(a, b, c),
        (1 | 2, 4) => only(&[civil(c, b, a), civil(c, a, b)]),
        (1 | 2, 1 | 2) => {
            let is_year = |text: &str| text.len() == 2;
            let year_first =
                style.short_year(a).filter(|_| is_year(first)).and_then(|year| civil(year, b, c));
            if style.is_korean {
                return year_first;
            }
            let last = style.short_year(c).filter(|_| is_year(third));
            let day_first = last.and_then(|year| civil(year, b, a));
            only(&[year_first, day_first, last.and_then(|year| civil(year, a, b))])
        }
        _ => None,
    }
}

fn civil(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Whether what follows a day says nothing else: no second day, no plan.
fn is_harmless(rest: &str) -> bool {
    // A time of day.
    let is_clock = |c: char| c.is_ascii_digit() || matches!(c, ':' | '.' | 'T' | 'Z' | ' ');
    let clock = rest.trim_start_matches(is_clock);
    let has_clock = rest.contains(':') && clock.chars().count() < rest.chars().count();
    let words = compact(if has_clock { clock } else { rest });
    words.is_empty() || HARMLESS.contains(&words.as_str())
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    for c in text.chars() {
        match out.last_mut() {
            Some(Piece::Number(number)) if c.is_ascii_digit() => number.push(c),
            Some(Piece::Word(word)) if c.is_alphabetic() => word.push(c),
            _ if c.is_ascii_digit() => out.push(Piece::Number(c.to_string())),
            _ if c.is_alphabetic() => out.push(Piece::Word(c.to_string())),
            _ => out.push(Piece::Sign(c)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_where_only_one_is_meant() {
        let today = date(2026, 11, 30);
        // Text; the day under a Korean and under an English label.
        for (text, korean, english) in [
            ("2026-11-30", "2026-11-30", "2026-11-30"),
            ("2026-11-30 14:05", "2026-11-30", "2026-11-30"),
            ("2026. 11. 30.", "2026-11-30", "2026-11-30"),
            ("2026/1/3", "2026-01-03", "2026-01-03"),
            ("2026년 11월 30일", "2026-11-30", "2026-11-30"),
            ("2026年11月5日", "2026-11-05", "2026-11-05"),
            ("２０２６-１１-０５", "2026-11-05", "2026-11-05"),
            ("2026-11-05 (목)", "2026-11-05", "2026-11-05"),
            ("2026-11-05 완료", "2026-11-05", "2026-11-05"),
            ("20261130", "2026-11-30", "2026-11-30"),
            ("45962", "2025-11-01", "2025-11-01"),
            ("30.11.2026", "2026-11-30", "2026-11-30"),
            ("11/30/2026", "2026-11-30", "2026-11-30"),
            ("11/11/2026", "2026-11-11", "2026-11-11"),
            ("Nov 5, 2026", "2026-11-05", "2026-11-05"),
            ("5-Nov-26", "2026-11-05", "2026-11-05"),
            ("5 November 2026", "2026-11-05", "2026-11-05"),
            // A year of two digits comes first in Korean lists, and must be one of these years.
            ("26.11.30", "2026-11-30", "2026-11-30"),
            ("26-1-2", "2026-01-02", "2026-01-02"),
            ("25.11.26", "2025-11-26", ""),
            ("30.11.26", "", "2026-11-30"),
            ("1/2/26", "", ""),
            ("05/06/07", "", ""),
            ("10/11/2026", "", ""),
            ("2026-13-30", "", ""),
            ("2026-02-30", "", ""),
            ("2026.11", "", ""),
            ("11월 5일", "", ""),
            ("W45", "", ""),
            ("12345", "", ""),
            ("미정", "", ""),
            ("완료", "", ""),
            ("3회 완료", "", ""),
            ("진행중 2026-11-05", "", ""),
            ("2026-11-05 예정", "", ""),
            ("2026-11-05 (재실시 2026-11-20)", "", ""),
            ("2026-11-05~2026-11-10", "", ""),
            ("", "", ""),
        ] {
            for (label, expected) in [("완료일", korean), ("Date closed", english)] {
                let found = day(text, DayStyle::of(label, today));
                let found = found.map(|day| day.to_string()).unwrap_or_default();
                assert_eq!(found, expected, "{text} under {label}");
            }
        }
    }
}
