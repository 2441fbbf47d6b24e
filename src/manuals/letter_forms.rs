//! Forms of letters that a reader does not tell apart, as a person types them.

use unicode_normalization::UnicodeNormalization as _;

/// A hyphen that is printed only where a line ends.
const SOFT_HYPHEN: char = '\u{AD}';

/// The text with Latin ligatures, Chinese radicals and full-width letters and digits folded (Unicode
/// Standard, annex 15: compatibility), everything else composed, and without soft hyphens but one at
/// the end.
pub(super) fn fold_forms(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\u{FB00}'..='\u{FB06}'
            | '\u{2E80}'..='\u{2FDF}'
            | '０'..='９'
            | 'Ａ'..='Ｚ'
            | 'ａ'..='ｚ'
            // Half-width Hangul.
            | '\u{FFA0}'..='\u{FFDC}' => out.extend(std::iter::once(letter).nfkc()),
            // Hyphens that differ in where a line may end.
            '\u{2010}' | '\u{2011}' => out.push('-'),
            SOFT_HYPHEN => {}
            _ => out.push(letter),
        }
    }
    if text.trim_end().ends_with(SOFT_HYPHEN) {
        out.push(SOFT_HYPHEN);
    }
    out.nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_that_a_person_types() {
        for (text, expected) in [
            ("Insu\u{FB03}cient \u{FB01}lling", "Insufficient filling"),
            ("re\u{AD}place", "replace"),
            ("contami\u{AD}", "contami\u{AD}"),
            ("５０ ㎜, 80℃, ①", "50 ㎜, 80℃, ①"),
            ("\u{2F08}工", "人工"),
            ("\u{1100}\u{1161}", "가"),
            ("ＳＵＳ３０４", "SUS304"),
            ("re\u{2011}melt", "re-melt"),
        ] {
            assert_eq!(fold_forms(text), expected, "{text}");
        }
    }
}
