//! Number formats of spreadsheets (ECMA-376, 18.8.31), as far as they add words to a number or make a share
//! of it: `0.0%`, `0.0"%"`, `0\\%`, `0.00" mm"`.

/// A format of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NumberFormat {
    /// Digits behind the point: as few, and as many.
    decimals: (usize, usize),
    /// How many signs of per cent multiply the number.
    shares: usize,
    before: String,
    after: String,
    /// Whether it shows numbers below zero and zero itself, and no other section of the code does.
    negative: bool,
    zero: bool,
}

impl NumberFormat {
    /// The format of a code; `None` for one that adds nothing to the number, or that is more than digits and
    /// words (dates, fractions, exponents, thousands, conditions).
    pub(super) fn of(code: &str) -> Option<Self> {
        let mut format = Self {
            decimals: (0, 0),
            shares: 0,
            before: String::new(),
            after: String::new(),
            negative: true,
            zero: true,
        };
        let (mut is_behind_point, mut has_digits) = (false, false);
        // A comma between digits groups them; behind the last before the point it divides by a thousand.
        let mut is_comma_last = false;
        let mut letters = code.chars();
        while let Some(letter) = letters.next() {
            let mut literal = String::new();
            match letter {
                // What follows is for numbers below zero, then for zero.
                ';' => {
                    format.negative = false;
                    format.zero = !letters.any(|c| c == ';');
                    break;
                }
                '0' | '#' | '?' => {
                    has_digits = true;
                    is_comma_last = false;
                    if is_behind_point {
                        format.decimals.1 += 1;
                        format.decimals.0 += usize::from(letter == '0');
                    }
                }
                '.' if is_comma_last => return None,
                '.' => is_behind_point = true,
                ',' => is_comma_last = has_digits,
                '"' => literal.extend(letters.by_ref().take_while(|c| *c != '"')),
                '\\' => literal.extend(letters.next()),
                // The width of a letter is left free, or filled up.
                '_' => _ = letters.next(),
                '*' => _ = letters.next(),
                // A colour or the sign of a currency; with a condition, the other sections say the rest.
                '[' => {
                    if letters.by_ref().take_while(|c| *c != ']').any(|c| "<>=".contains(c)) {
                        return None;
                    }
                }
                '%' => {
                    format.shares += 1;
                    literal.push('%');
                }
                ' ' | '-' | '+' | '(' | ')' | '$' | '℃' | '°' => literal.push(letter),
                _ => return None,
            }
            if has_digits {
                format.after.push_str(&literal);
            } else {
                format.before.push_str(&literal);
            }
        }
        let adds = |words: &str| words.chars().any(|c| c.is_alphabetic() || "%℃°".contains(c));
        let shows = has_digits && !is_comma_last;
        (shows && (adds(&format.before) || adds(&format.after))).then_some(format)
    }

    /// A number as the format shows it; `None` where it is for other numbers.
    pub(super) fn show(&self, number: f64) -> Option<String> {
        if number < 0.0 && !self.negative || number == 0.0 && !self.zero {
            return None;
        }
        let (fewest, most) = self.decimals;
        let shown = number * 100_f64.powi(i32::try_from(self.shares).unwrap_or(0));
        // Spreadsheets round a half away from zero.
        let scale = 10_f64.powi(i32::try_from(most).unwrap_or(0));
        let rounded = (shown * scale * (1.0 + f64::EPSILON)).round() / scale;
        let mut digits = format!("{rounded:.most$}");
        if let Some((whole, behind)) = digits.clone().split_once('.') {
            let kept = behind.trim_end_matches('0').len().max(fewest);
            let behind: String = behind.chars().take(kept).collect();
            digits = if behind.is_empty() { whole.to_owned() } else { format!("{whole}.{behind}") };
        }
        Some(format!("{}{digits}{}", self.before, self.after).trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_shown_as_its_cell_shows_it() {
        for (code, number, expected) in [
            ("0%", 0.05, Some("5%")),
            ("0.0%", 0.0525, Some("5.3%")),
            ("0.##%", 0.05, Some("5%")),
            ("0\\%", 5.0, Some("5%")),
            ("0.0\"%\"", 5.25, Some("5.3%")),
            ("0.00\" mm\"", 0.15, Some("0.15 mm")),
            ("#,##0\" ℃\"", 680.0, Some("680 ℃")),
            ("[Red]0%;-0%", 0.5, Some("50%")),
            ("\"약 \"0\"초\"", 3.0, Some("약 3초")),
            ("0\" mm\"", -3.0, Some("-3 mm")),
            ("0\" 상승\";0\" 하강\"", 3.0, Some("3 상승")),
            ("0\" 상승\";0\" 하강\"", -3.0, None),
            ("0\" mm\";-0\" mm\"", 0.0, Some("0 mm")),
            ("0\" mm\";-0\" mm\";\"없음\"", 0.0, None),
            ("0,\" 천원\"", 5000.0, None),
            ("#,##0,\"k\"", 5000.0, None),
            ("0,.0\"k\"", 5000.0, None),
            ("# ?/?\" in\"", 0.5, None),
            ("0:00\" 분\"", 5.0, None),
            ("0\"/분\"", 5.0, Some("5/분")),
            ("[>100]0\" 높음\";0\" 낮음\"", 5.0, None),
            ("0.00", 5.25, None),
            ("General", 5.25, None),
            ("yyyy-mm-dd", 5.0, None),
            ("0.00E+00", 5.0, None),
            ("", 5.0, None),
        ] {
            let shown = NumberFormat::of(code).and_then(|format| format.show(number));
            assert_eq!(shown.as_deref(), expected, "{code}");
        }
    }
}
