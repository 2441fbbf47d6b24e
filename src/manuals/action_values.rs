//! Days and findings as people write them in records of corrective actions.

use fettle_domain::Effectiveness;
use jiff::civil::Date;

use super::headings::compact;

/// Words that say that an action did not help, before those that say it did: 효과 없음, not effective.
const INEFFECTIVE: [&str; 14] = [
    "무효",
    "없음",
    "미흡",
    "불충분",
    "부적합",
    "불합격",
    "재발함",
    "재발됨",
    "재발생",
    "noteffective",
    "ineffective",
    "failed",
    "notok",
    "recurred",
];
const EFFECTIVE: [&str; 10] = [
    "유효",
    "효과있음",
    "적합",
    "합격",
    "양호",
    "재발없음",
    "미재발",
    "effective",
    "norecurrence",
    "passed",
];
/// Words that say so only where nothing else stands beside them.
const INEFFECTIVE_WHOLE: [&str; 5] = ["no", "n", "ng", "x", "재발"];
const EFFECTIVE_WHOLE: [&str; 5] = ["yes", "y", "ok", "o", "good"];

/// The day that `text` begins with: 2026-11-30, 2026. 11. 30., 26/11/30, 2026년 11월 30일, 20261130,
/// 30.11.2026, 11/30/2026 where only one reading is a day.
pub(super) fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    let mut numbers: Vec<&str> = Vec::new();
    for number in text.split(|c: char| !c.is_ascii_digit()) {
        if !number.is_empty() {
            numbers.push(number);
        }
        if numbers.len() == 3 {
            break;
        }
    }
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let parsed = |text: &str| text.parse::<i16>().ok();
    if let [whole] = numbers.as_slice()
        && whole.len() == 8
        && *whole == text
    {
        return Date::strptime("%Y%m%d", whole).ok();
    }
    let [first, second, third] = numbers.as_slice() else { return None };
    let (a, b, c) = (parsed(first)?, parsed(second)?, parsed(third)?);
    let date = |year: i16, month: i16, day: i16| {
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    };
    match (first.len(), third.len()) {
        (4, _) => date(a, b, c),
        (1 | 2, 4) => match (date(c, b, a), date(c, a, b)) {
            (Some(one), Some(other)) if one != other => None,
            (one, other) => one.or(other),
        },
        // Korean lists shorten the year and keep its place.
        (2, 1 | 2) => date(2000 + a, b, c),
        _ => None,
    }
}

/// What `text` says of an action's effect.
pub(super) fn effect(text: &str) -> Effectiveness {
    let said = compact(text);
    let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let is = |words: &[&str]| words.contains(&said.as_str());
    let denies_recurrence = has(&["재발없음", "norecurrence"]);
    if !denies_recurrence && (has(&INEFFECTIVE) || is(&INEFFECTIVE_WHOLE)) {
        Effectiveness::Ineffective
    } else if has(&EFFECTIVE) || is(&EFFECTIVE_WHOLE) {
        Effectiveness::Effective
    } else {
        Effectiveness::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_where_only_one_is_meant() {
        for (text, expected) in [
            ("2026-11-30", Some("2026-11-30")),
            ("2026-11-30 14:05", Some("2026-11-30")),
            ("2026. 11. 30.", Some("2026-11-30")),
            ("2026/1/3", Some("2026-01-03")),
            ("26.11.30", Some("2026-11-30")),
            ("2026년 11월 30일", Some("2026-11-30")),
            ("20261130", Some("2026-11-30")),
            ("30.11.2026", Some("2026-11-30")),
            ("11/30/2026", Some("2026-11-30")),
            ("11/11/2026", Some("2026-11-11")),
            ("10/11/2026", None),
            ("2026-13-30", None),
            ("미정", None),
            ("11월 30일", None),
            ("3회 완료", None),
            ("", None),
        ] {
            assert_eq!(day(text).map(|day| day.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_was_found_is_read_with_its_negation() {
        use Effectiveness::{Effective, Ineffective, Unknown};
        for (text, expected) in [
            ("유효", Effective),
            ("효과 있음", Effective),
            ("재발 없음", Effective),
            ("No recurrence", Effective),
            ("OK", Effective),
            ("O", Effective),
            ("효과 없음", Ineffective),
            ("Not effective", Ineffective),
            ("부적합", Ineffective),
            ("재발", Ineffective),
            ("NG", Ineffective),
            ("확인 중", Unknown),
            ("pending", Unknown),
            ("2026-11-30", Unknown),
            ("", Unknown),
        ] {
            assert_eq!(effect(text), expected, "{text}");
        }
    }
}
