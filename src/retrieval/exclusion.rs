//! What a question excludes: `기공 말고 버는?`, `except burr, what …`.

/// A question apart from what it excludes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadQuestion {
    /// What is asked for.
    pub asked: String,
    /// What is excluded, as it is written; empty where nothing is.
    pub excluded: Vec<String>,
}

/// After what is excluded. In `불순물을 빼고 나서` and `가스를 빼고 싶어요` something is taken out of
/// a thing; [`read_question`] leaves those to `is_thing`.
const AFTER_KO: [&str; 12] = [
    "말고는",
    "말고",
    "아니고",
    "아니라",
    "아닌",
    "제외하고는",
    "제외하고",
    "제외한",
    "제외",
    "빼고는",
    "빼고",
    "빼면",
];
/// `뿐만 아니라`, `뿐 아니라`: that, too.
const ALSO_KO: [&str; 3] = ["뿐만", "뿐", "만이"];
/// Before what is excluded, longest first.
const BEFORE_EN: [&str; 15] = [
    "with the exception of",
    "instead of",
    "rather than",
    "other than",
    "apart from",
    "aside from",
    "except for",
    "but not",
    "excluding",
    "excepting",
    "except",
    "besides",
    "without",
    "ignoring",
    "not",
];
/// Words before `말고` among which what is excluded is looked for: `찢어진 거 말고`.
const NEAR_WORDS: usize = 3;
/// After `not` and before a thing.
const ARTICLES: [&str; 8] = ["a", "an", "the", "about", "from", "because", "of", "any"];
/// `not only`: that, too.
const ALSO_EN: [&str; 3] = ["only", "just", "merely"];
/// What goes on with another thing that is excluded as well.
const AND: [&str; 5] = ["and", "or", "nor", "a", "the"];

/// Reads what `question` excludes. A phrase counts only where `is_thing` says that it names
/// something that can be excluded (a defect, say), so that `the clamp is not tight` and
/// `가스를 빼고` stay whole.
pub fn read_question(question: &str, is_thing: impl Fn(&str) -> bool) -> ReadQuestion {
    let words: Vec<&str> = question.split_whitespace().collect();
    let mut kept = vec![true; words.len()];
    let mut excluded = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let found =
            before_korean(&words, at, &is_thing).or_else(|| after_english(&words, at, &is_thing));
        if let Some((from, to, phrase)) = found {
            for keep in kept.iter_mut().take(to).skip(from) {
                *keep = false;
            }
            excluded.push(phrase);
            at = to;
        } else {
            at += 1;
        }
    }
    let asked: Vec<&str> =
        words.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(word, _)| *word).collect();
    ReadQuestion { asked: asked.join(" "), excluded }
}

/// Words from, words to, and the phrase before the Korean word `at` that excludes it.
fn before_korean(
    words: &[&str],
    at: usize,
    is_thing: &impl Fn(&str) -> bool,
) -> Option<(usize, usize, String)> {
    let word = bare(words.get(at)?);
    let (joined, _) =
        AFTER_KO.iter().find_map(|after| word.strip_suffix(after).map(|before| (before, after)))?;
    // `기공말고` is written without a space.
    let own = (!joined.is_empty()).then_some(joined);
    let previous = at.checked_sub(1).and_then(|before| words.get(before));
    if previous.is_some_and(|word| ALSO_KO.iter().any(|also| word.ends_with(also)))
        || own.is_some_and(|word| ALSO_KO.iter().any(|also| word.ends_with(also)))
    {
        return None;
    }
    let end = if own.is_some() { at + 1 } else { at };
    // Words before it up to the nearest that names something, and those before that do as well:
    // `금속 이물은`, `기공이랑 버`.
    let phrase_from = |start: usize| -> Option<String> {
        let mut phrase = words.get(start..end)?.to_vec();
        if let (Some(own), Some(last)) = (own, phrase.last_mut()) {
            *last = own;
        }
        Some(phrase.join(" "))
    };
    let names = |start: usize| phrase_from(start).is_some_and(|phrase| is_thing(&phrase));
    let mut start = (end.saturating_sub(NEAR_WORDS)..end).rev().find(|start| names(*start))?;
    while let Some(before) = start.checked_sub(1)
        && words.get(before).is_some_and(|word| is_thing(bare(word)))
    {
        start = before;
    }
    Some((start, at + 1, phrase_from(start)?))
}

/// The same for what follows the English words `at`.
fn after_english(
    words: &[&str],
    at: usize,
    is_thing: &impl Fn(&str) -> bool,
) -> Option<(usize, usize, String)> {
    let (before, length) = BEFORE_EN.iter().find_map(|before| {
        let parts: Vec<&str> = before.split(' ').collect();
        let written = words.get(at..at + parts.len())?;
        let same =
            written.iter().zip(&parts).all(|(word, part)| bare(word).eq_ignore_ascii_case(part));
        same.then_some((*before, parts.len()))
    })?;
    let mut start = at + length;
    let next = bare(words.get(start)?).to_lowercase();
    if ALSO_EN.contains(&next.as_str()) {
        return None;
    }
    while words.get(start).is_some_and(|word| ARTICLES.contains(&word.to_lowercase().as_str())) {
        start += 1;
    }
    // `not`: only what comes right after it; else up to the next comma.
    let most = if before == "not" { 2 } else { 6 };
    let mut end = None;
    for to in start + 1..=(start + most).min(words.len()) {
        let last = words.get(to - 1)?;
        let phrase = words.get(start..to)?.iter().map(|word| bare(word)).collect::<Vec<_>>();
        let last_is_thing = is_thing(bare(last));
        if is_thing(&phrase.join(" ")) && (last_is_thing || end.is_none()) {
            end = Some((to, phrase.join(" ")));
        } else if end.is_some() && !AND.contains(&bare(last).to_lowercase().as_str()) {
            break;
        }
        if last.ends_with([',', '.', '?', ';', ':']) {
            break;
        }
    }
    let (end, phrase) = end?;
    Some((at, end, phrase))
}

/// A word without the punctuation around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::things;

    fn read(question: &str) -> ReadQuestion {
        let defects = things("기공 날개 버 긁힘 절상 찢김 휨 접힘 실 금속 이물 오염 색상 구멍");
        read_question(question, |phrase| things(phrase).iter().any(|thing| defects.contains(thing)))
    }

    #[test]
    fn what_is_excluded_is_named_and_left_out() {
        for (question, asked, excluded) in [
            ("기공 말고 버는 왜 생겨요?", "버는 왜 생겨요?", &["기공"][..]),
            ("기공말고 버", "버", &["기공"]),
            ("버가 아니라 기공이 문제", "기공이 문제", &["버가"]),
            ("기공이랑 버 빼고 나머지", "나머지", &["기공이랑 버"]),
            ("찢어진 거 말고 휘어진 거", "휘어진 거", &["찢어진 거"]),
            ("금속 이물은 제외하고 실밥만", "실밥만", &["금속 이물은"]),
            ("except burr, what stops it?", "what stops it?", &["burr"]),
            ("not a hole but a cut, which tool?", "but a cut, which tool?", &["hole"]),
            ("The leather is torn, not folded. Why?", "The leather is torn, Why?", &["folded"]),
            ("other than scratches and burr, what?", "what?", &["scratches and burr"]),
            // Nothing is excluded.
            ("가스를 빼고 싶어요", "가스를 빼고 싶어요", &[]),
            ("기공뿐만 아니라 버도", "기공뿐만 아니라 버도", &[]),
            ("not only porosity but burr", "not only porosity but burr", &[]),
            ("the clamp is not tight", "the clamp is not tight", &[]),
            ("What not to do?", "What not to do?", &[]),
            ("", "", &[]),
        ] {
            let read = read(question);
            assert_eq!(
                (read.asked.as_str(), read.excluded.as_slice()),
                (asked, &excluded.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()[..]),
                "{question}"
            );
        }
    }
}
