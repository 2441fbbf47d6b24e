//! Numbers with units in statements, and what they are about: `용탕 온도를 680 ℃ 이하로`.

use std::cmp::Ordering;

use fettle_domain::hangul::{is_particle, is_syllable, without_particle};
use fettle_domain::unit_at_start;

use super::bounds::{Bound, bound_in_clause};
use super::words::words;

/// The most words that say what a number is about.
const MAX_SUBJECT_WORDS: usize = 3;
/// The most letters after a number in which a unit is looked for.
const MAX_UNIT_REACH: usize = 12;
/// Words that say nothing of what a number is about.
const EMPTY: [&str; 40] = [
    "the", "a", "an", "at", "to", "of", "for", "by", "in", "is", "are", "be", "keep", "set",
    "hold", "maintain", "than", "least", "most", "about", "and", "or", "every", "within", "below",
    "above", "under", "over", "from", "with", "not", "more", "less", "약", "최대", "최소", "및",
    "또는", "매", "각",
];

/// A number, or a range, with its unit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Measure {
    /// As written: `680 ℃`.
    pub(super) text: String,
    /// What it is about, without particles.
    pub(super) subject: Vec<String>,
    unit: &'static str,
    low: f64,
    high: f64,
    bound: Bound,
    /// Whether the bound is what a prohibition leaves: at most 0.5 mm of `0.5 mm 이상 금지`.
    is_left: bool,
}

impl Measure {
    /// Whether both are about the same and cannot both be right.
    pub(super) fn contradicts(&self, other: &Self) -> bool {
        if self.unit != other.unit || !self.is_about_the_same(other) {
            return false;
        }
        if self.bound == Bound::Open || other.bound == Bound::Open {
            return false;
        }
        if self.bound == other.bound && !self.is_left && !other.is_left {
            return (self.low, self.high) != (other.low, other.high);
        }
        let (a, b) = (self.range(), other.range());
        a.0 > b.1 || b.0 > a.1
    }

    /// Its unit, in the spelling under which it is compared.
    pub(super) fn unit(&self) -> &'static str {
        self.unit
    }

    fn range(&self) -> (f64, f64) {
        match self.bound {
            Bound::Exactly => (self.low, self.high),
            Bound::Open => (f64::NEG_INFINITY, f64::INFINITY),
            Bound::AtLeast => (self.low, f64::INFINITY),
            Bound::AtMost => (f64::NEG_INFINITY, self.high),
        }
    }

    /// The last words agree, and all of the shorter subject are in the longer.
    fn is_about_the_same(&self, other: &Self) -> bool {
        let (short, long) = match self.subject.len().cmp(&other.subject.len()) {
            Ordering::Greater => (&other.subject, &self.subject),
            _ => (&self.subject, &other.subject),
        };
        !short.is_empty()
            && short.last() == long.last()
            && short.iter().all(|word| long.contains(word))
    }
}

/// The numbers with units of a text.
pub(super) fn measures(text: &str) -> Vec<Measure> {
    let letters: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    let mut start = 0;
    while at < letters.len() {
        let Some((low, after_low)) = number(&letters, at) else {
            at += 1;
            continue;
        };
        // `680~720 ℃`, `680 - 720 ℃`, also with the unit twice.
        let between = skip_unit(&letters, after_low).0;
        let dash = skip_spaces(&letters, between);
        let is_dash = letters.get(dash).is_some_and(|c| "~-–—∼～".contains(*c));
        let second = is_dash.then(|| number(&letters, skip_spaces(&letters, dash + 1))).flatten();
        let (high, end) = second.unwrap_or((low, after_low));
        let (end_of_unit, unit) = skip_unit(&letters, end);
        if let Some(unit) = unit {
            let part = |from: usize, to: usize| -> String {
                letters.iter().skip(from).take(to.saturating_sub(from)).collect()
            };
            let (before, after) = (part(start, at), part(end_of_unit, letters.len()));
            let (bound, is_left) = bound_in_clause(&before, &after);
            let text = part(at, end_of_unit);
            out.push(Measure { text, subject: subject(&before), unit, low, high, bound, is_left });
            start = end_of_unit;
        }
        at = end.max(at + 1);
    }
    out
}

/// The number at `at`, and the place after it. Part of a word (`A4`) is none.
fn number(letters: &[char], at: usize) -> Option<(f64, usize)> {
    let inside = at.checked_sub(1).and_then(|before| letters.get(before));
    if inside.is_some_and(|c| c.is_ascii_alphanumeric() || *c == '.') {
        return None;
    }
    // The day of a date (9월 2일) is no time that something takes.
    let before: Vec<char> =
        letters.iter().take(at).rev().filter(|c| !c.is_whitespace()).take(2).copied().collect();
    if matches!(before[..], ['월' | '년', digit] if digit.is_ascii_digit()) {
        return None;
    }
    let digits: String = letters
        .iter()
        .skip(at)
        .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
        .collect();
    let digits = digits.trim_end_matches(['.', ',']);
    let value = digits.replace(',', "").parse().ok()?;
    Some((value, at + digits.chars().count()))
}

fn skip_spaces(letters: &[char], from: usize) -> usize {
    from + letters.iter().skip(from).take_while(|c| c.is_whitespace()).count()
}

/// The place after the unit at `from`, and the unit.
fn skip_unit(letters: &[char], from: usize) -> (usize, Option<&'static str>) {
    let begin = skip_spaces(letters, from);
    let rest: String = letters.iter().skip(begin).take(MAX_UNIT_REACH).collect();
    match unit_at_start(&rest) {
        Some((length, unit)) => (begin + length, Some(unit.name)),
        None => (from, None),
    }
}

/// Whether a text, behind a number, begins with a unit.
pub(super) fn starts_with_unit(text: &str) -> bool {
    let letters: Vec<char> = text.chars().take(MAX_UNIT_REACH).collect();
    skip_unit(&letters, 0).1.is_some()
}

/// The last words before a number that say what it is about.
fn subject(before: &str) -> Vec<String> {
    let mut out: Vec<String> = words(before)
        .iter()
        .rev()
        .filter(|word| !EMPTY.contains(&word.as_str()) && !is_particle(word))
        .filter(|word| !word.chars().all(|c| c.is_ascii_digit()))
        .take(MAX_SUBJECT_WORDS)
        .map(|word| without_ending(word))
        .collect();
    out.reverse();
    out
}

fn without_ending(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    if letters.iter().all(|c| is_syllable(*c)) {
        without_particle(&letters).iter().collect()
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_disagree_about_the_same_thing_only() {
        for (first, second, expected) in [
            ("용탕 온도를 680 ℃로 유지", "용탕 온도는 720℃로 한다", true),
            ("용탕 온도를 680 ℃로 유지", "용탕 온도 680°C 유지", false),
            ("용탕 온도를 680 ℃로 유지", "금형 온도를 720 ℃로 유지", false),
            ("용탕 온도를 680~700 ℃로", "용탕 온도를 700 ℃에서 720 ℃로", true),
            ("낙하 높이를 50 mm 이하로 조정", "낙하 높이를 30 mm 이하로", true),
            ("낙하 높이를 30 mm 이상", "낙하 높이를 50 mm 이하", false),
            ("낙하 높이를 60 mm 이상", "낙하 높이를 50 mm 이하", true),
            ("낙하 높이를 50 mm 이하로", "낙하 높이를 50 cm 이하로", false),
            ("Keep the melt temperature at 680 °C", "Hold melt temperature at 720 °C", true),
            ("용탕 온도 10 ℃ 하향 조정", "용탕 온도를 680 ℃로 유지", false),
            ("용탕 온도를 20 ℃ 낮춤", "용탕 온도를 680 ℃로 유지", false),
            ("Reduce the melt temperature by 20 °C", "Keep the melt temperature at 680 °C", false),
            ("용탕 온도를 650 ℃로 하향 조정", "용탕 온도를 680 ℃로 유지", true),
            ("틈새 0.5 mm 이상 금지", "틈새를 0.4 mm로 낮출 것", false),
            ("틈새 0.5 mm 이상 금지", "틈새를 0.4 mm 이하로", false),
            ("틈새 0.5 mm 이상 금지", "틈새를 0.7 mm로 조정", true),
            ("틈새 0.5 mm 초과 금지", "틈새를 0.7 mm 이상으로", true),
            ("압력을 3 bar로 하지 말 것", "압력을 5 bar로 유지", false),
            ("Do not exceed a pressure of 5 bar", "Set the pressure to 4 bar", false),
            ("A4 용지 3 장", "A4 용지 4 장", false),
        ] {
            let (first, second) = (measures(first), measures(second));
            let found = first.iter().any(|a| second.iter().any(|b| a.contradicts(b)));
            assert_eq!(found, expected, "{first:?} {second:?}");
        }
    }

    #[test]
    fn a_number_is_read_with_its_unit_and_subject() {
        let found = measures("건조로를 1,200.5 mm/s 로, 온도 350 ℃에서 2시간");
        let texts: Vec<&str> = found.iter().map(|measure| measure.text.as_str()).collect();
        assert_eq!(texts, ["1,200.5 mm/s", "350 ℃", "2시간"]);
        assert_eq!(found[1].subject, ["온도"]);
    }
}
