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
}

impl NumberFormat {
    /// The format of a code; `None` for one that adds nothing to the number, or that is more than digits and
    /// words (dates, fractions, exponents).
    pub(super) fn of(code: &str) -> Option<Self> {
        let mut format =
            Self { decimals: (0, 0), shares: 0, before: String::new(), after: String::new() };
        let (mut is_behind_point, mut has_digits) = (false, false);
        let mut letters = code.chars();
        while let Some(letter) = letters.next() {
            let mut literal = String::new();
            match letter {
                ';' => break,
                '0' | '#' | '?' => {
                    has_digits = true;
                    if is_behind_point {
                        format.decimals.1 += 1;
                        format.decimals.0 += usize::from(letter == '0');
                    }
                }
                '.' => is_behind_point = true,
                ',' => {}
                '"' => literal.extend(letters.by_ref().take_while(|c| *c != '"')),
                '\\' => literal.extend(letters.next()),
                // The width of a letter is left free, or filled up.
                '_' => _ = letters.next(),
                '*' => _ = letters.next(),
                // A colour, a condition, or the sign of a currency.
                '[' => _ = letters.by_ref().take_while(|c| *c != ']').count(),
                '%' => {
                    format.shares += 1;
                    literal.push('%');
                }
                ' ' | '-' | '+' | '(' | ')' | '/' | ':' | '$' | '℃' | '°' => {
                    literal.push(letter)
                }
                _ => return None,
            }
            if has_digits {
                format.after.push_str(&literal);
            } else {
                format.before.push_str(&literal);
            }
        }
        let adds = |words: &str| words.chars().any(|c| c.is_alphabetic() || "%℃°".contains(c));
        (has_digits && (adds(&format.before) || adds(&format.after))).then_some(format)
    }

    /// A number as the format shows it.
    pub(super) fn show(&self, number: f64) -> String {
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
        format!("{}{digits}{}", self.before, self.after).trim().to_owned()
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
            ("0.00", 5.25, None),
            ("General", 5.25, None),
            ("yyyy-mm-dd", 5.0, None),
            ("0.00E+00", 5.0, None),
            ("", 5.0, None),
        ] {
            let shown = NumberFormat::of(code).map(|format| format.show(number));
            assert_eq!(shown.as_deref(), expected, "{code}");
        }
    }
}
