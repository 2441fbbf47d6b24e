//! The numbers of an 8D report's disciplines: `D4`, `[D-4]`, `• D4.`, `4D`.

use fettle_domain::hangul::{is_hangul, is_particle};

/// The highest discipline. An 8D is the whole report.
const LAST: u8 = 8;

/// The number at the beginning of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DisciplineNumber<'a> {
    pub(super) number: u8,
    /// What follows it.
    pub(super) rest: &'a str,
    /// Whether the digit comes first: 4D may also be a kind of measurement.
    pub(super) is_turned: bool,
}

/// The number of the discipline that begins `text`, behind bullets and brackets. `D10` and `D3a` are names of
/// something else.
pub(super) fn discipline_number(text: &str) -> Option<DisciplineNumber<'_>> {
    let trimmed = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let (digit, rest, is_turned) = match trimmed.strip_prefix(['D', 'd']) {
        Some(rest) => {
            let rest = rest.trim_start_matches('-');
            let digit = rest.chars().next()?;
            (digit, rest.strip_prefix(digit)?, false)
        }
        None => {
            let digit = trimmed.chars().next()?;
            (digit, trimmed.strip_prefix(digit)?.strip_prefix('D')?, true)
        }
    };
    let number = u8::try_from(digit.to_digit(10)?).ok()?;
    let is_one = if is_turned { number < LAST } else { number <= LAST };
    // D4는 완료됨 speaks of a discipline.
    let word: String = rest.chars().take_while(|c| is_hangul(*c)).collect();
    let goes_on = rest.starts_with(|c: char| c.is_ascii_alphanumeric()) || is_particle(&word);
    let rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '(');
    (is_one && !goes_on).then_some(DisciplineNumber { number, rest, is_turned })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disciplines_are_numbered() {
        for (text, expected) in [
            ("D4: 원인", Some((4, "원인", false))),
            ("[D2] Problem", Some((2, "Problem", false))),
            ("• D-4) 원인", Some((4, "원인", false))),
            ("D5 (시정 조치)", Some((5, "(시정 조치)", false))),
            ("4D 원인", Some((4, "원인", true))),
            ("3D 측정", Some((3, "측정", true))),
            ("D4는 완료됨", None),
            ("D3a", None),
            ("D10", None),
            ("Done", None),
            ("8D 보고서", None),
            ("", None),
        ] {
            let found = discipline_number(text).map(|one| (one.number, one.rest, one.is_turned));
            assert_eq!(found, expected, "{text}");
        }
    }
}
