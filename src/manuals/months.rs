//! English names of months.

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
/// The fewest letters of a month's name: Jan.
const SHORTEST: usize = 3;

/// The number of the month, from 1, that `word` names in any case, by three letters or more.
pub(super) fn month(word: &str) -> Option<i16> {
    let word = word.to_lowercase();
    let is_long = word.chars().count() >= SHORTEST;
    let at = MONTHS.iter().position(|month| is_long && month.starts_with(&word))?;
    i16::try_from(at + 1).ok()
}
