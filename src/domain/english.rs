//! Stemming of English words.

/// The stem of an English word in lower case: the word without plural or verb ending and without a
/// final `e`, so that `nozzle` and `nozzles` have the same stem. At least `shortest` letters remain.
pub fn stem(word: &str, shortest: usize) -> &str {
    let endings = ["ing", "ies", "ed", "es", "s"];
    let stem = endings.iter().find_map(|ending| without(word, ending, shortest)).unwrap_or(word);
    // `hole` must have the stem `hol` of `holes`.
    without(stem, "e", shortest).unwrap_or(stem)
}

fn without<'a>(word: &'a str, ending: &str, shortest: usize) -> Option<&'a str> {
    word.strip_suffix(ending).filter(|stem| stem.chars().count() >= shortest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inflected_forms_share_a_stem() {
        for (words, shortest, expected) in [
            (&["hole", "holes"][..], 3, "hol"),
            (&["nozzle", "nozzles"], 4, "nozzl"),
            (&["scratch", "scratches", "scratched", "scratching"], 4, "scratch"),
            (&["die", "dies"], 3, "die"),
            (&["hole", "holes"], 4, "hole"),
            (&["gas"], 3, "gas"),
            (&["칼날"], 3, "칼날"),
        ] {
            for word in words {
                assert_eq!(stem(word, shortest), expected, "{word}");
            }
        }
    }
}
