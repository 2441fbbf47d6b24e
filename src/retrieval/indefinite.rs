//! Korean words of asking that say *some*: 며칠 전부터, 몇 번 닦아도, 몇 군데 긁힘이 있다.

use fettle_domain::hangul::{final_consonant, is_syllable};

/// Words from 몇 on within which it is told from a question.
const REACH: usize = 4;
/// Ends of clauses that say *however often*, or what was done.
const CONCESSIONS: [&str; 15] = [
    "해도", "아도", "어도", "여도", "려도", "워도", "꿔도", "춰도", "켜도", "쳐도", "져도", "와도",
    "봐도", "지만", "더니",
];
/// What follows a concession that asks whether something is allowed: 닳아도 돼요?
const ALLOWED: [&str; 4] = ["돼", "되", "괜찮", "좋"];
/// What is counted of defects.
const PLACES: [&str; 6] = ["군데", "곳", "개", "줄", "점", "부분"];
/// Verbs of what is there, as their stems.
const EXISTING: [&str; 10] =
    ["있", "생기", "생겨", "생겼", "나요", "나와", "났", "보이", "보여", "발생"];

/// Whether 몇, 며칠 or 얼마 in the word at `at` asks for nothing.
pub(super) fn is_indefinite(words: &[&str], at: usize) -> bool {
    // What is said behind a question says nothing of it: 몇 도예요? 아무리 닦아도 …
    let end = words.iter().skip(at).position(|word| ends_sentence(word));
    let words = words.get(..=end.map_or(words.len(), |end| at + end)).unwrap_or(words);
    let near: Vec<&str> = words.iter().skip(at).take(REACH).copied().collect();
    let Some(word) = near.first().copied() else { return false };
    if word.starts_with("몇몇") || word.starts_with("얼마든지") {
        return true;
    }
    let begins = |word: &str, stems: &[&str]| stems.iter().any(|stem| word.starts_with(stem));
    // 몇 주째, 며칠 전부터; 며칠 전에 신청해야 하나요 asks.
    let goes_on = near.iter().take(2).any(|one| one.ends_with('째') && !one.ends_with("번째"));
    let is_since = near.iter().take(3).any(|one| one.ends_with("전부터"));
    let is_ago = (near.iter().take(3).any(|one| ["전", "전에"].contains(one))
        || word.ends_with("전에"))
        && words.iter().skip(at + 1).any(|one| is_past(one));
    if goes_on || is_since || is_ago {
        return true;
    }
    let next = near.get(1).copied().unwrap_or_default();
    if word.ends_with("얼마") && ["안", "못", "되지", "지나지"].contains(&next) {
        return true;
    }
    let is_concession = near.iter().enumerate().any(|(nth, one)| {
        let behind = words.get(at + nth + 1).copied().unwrap_or_default();
        CONCESSIONS.iter().any(|end| one.ends_with(end)) && !begins(behind, &ALLOWED)
            || one.strip_suffix("는데").is_some_and(is_past)
    });
    is_concession || some_are_there(&near)
}

/// Whether words from 몇 on say that something is there: 몇 군데 긁힘이 있어요. 몇 군데를 봐요 asks.
fn some_are_there(near: &[&str]) -> bool {
    let (counted, behind) = match near {
        ["몇", counted, behind @ ..] => (*counted, behind),
        [joined, behind @ ..] => match joined.strip_prefix('몇') {
            Some(counted) => (counted, behind),
            None => return false,
        },
        [] => return false,
    };
    let counted = counted.strip_suffix('에').unwrap_or(counted);
    PLACES.contains(&counted)
        && matches!(behind, [subject, verb, ..]
            if subject.ends_with(['이', '가'])
                && EXISTING.iter().any(|stem| verb.starts_with(stem)))
}

/// Whether a sentence ends with this word, by its mark or by the ending of its verb: 몇 도예요.
fn ends_sentence(word: &str) -> bool {
    /// Nouns that end in 요, and clauses that give a reason.
    const OTHERS: [&str; 8] = ["필요", "중요", "주요", "개요", "수요", "소요", "니까", "데요"];
    let is_other = OTHERS.iter().any(|end| word.ends_with(end))
        && !["습니까", "입니까", "ㅂ니까"].iter().any(|end| word.ends_with(end));
    word.ends_with(['?', '？', '!', '。']) || word.ends_with(['요', '까', '죠']) && !is_other
}

/// Whether a verb is one of the past: 바꿨는데, 했어요. 있 and 겠 are none.
fn is_past(word: &str) -> bool {
    word.chars()
        .any(|c| is_syllable(c) && final_consonant(c) == Some('ㅆ') && !matches!(c, '있' | '겠'))
}
