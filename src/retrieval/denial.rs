//! Questions for the opposite of what a manual says: which defects do *not* come from the mould, how to
//! do something *without* argon. Search finds the passages with the same words, which say the
//! contrary; no manual lists what is not so.

/// Korean words that deny what stands before them and describe what follows: `생기지 않는 불량`.
const DENYING_KO: [&str; 5] = ["않는", "않은", "없는", "아닌", "무관한"];
/// What such words describe where the question is for the opposite.
const DESCRIBED_KO: [&str; 5] = ["불량", "결함", "원인", "조치", "방법"];
/// Words between the two at most: `생기지 않는 다른 불량`.
const BETWEEN: usize = 1;
/// English phrases that deny a relation.
const DENYING_EN: [&str; 12] = [
    "not caused",
    "not related",
    "not due to",
    "not come from",
    "not result from",
    "not connected",
    "never caused",
    "unrelated to",
    "nothing to do with",
    "without using",
    "isn't caused",
    "aren't caused",
];

/// Whether `question` asks for the opposite of what a manual says. `기공이 생기지 않게 하려면` does
/// not: it asks how to prevent.
pub fn asks_for_the_opposite(question: &str) -> bool {
    let question = question.to_lowercase();
    if DENYING_EN.iter().any(|phrase| question.contains(phrase)) {
        return true;
    }
    let words: Vec<&str> = question
        .split(|c: char| c.is_whitespace() || c.is_ascii_punctuation())
        .filter(|word| !word.is_empty())
        .collect();
    words.iter().enumerate().any(|(at, word)| {
        let mut following = words.iter().skip(at + 1).take(BETWEEN + 1);
        let describes =
            following.any(|next| DESCRIBED_KO.iter().any(|described| next.starts_with(described)));
        let denies = DENYING_KO.iter().any(|denying| word.ends_with(denying));
        let before = at.checked_sub(1).and_then(|before| words.get(before));
        let is_without =
            *word == "않고" && before.is_some_and(|b| *b == "쓰지" || *b == "사용하지");
        denies && describes || is_without
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_opposite_is_told_from_prevention() {
        for (question, expected) in [
            ("which defects are not caused by the mould", true),
            ("Which defects have nothing to do with temperature?", true),
            ("금형 때문에 생기지 않는 불량은?", true),
            ("금형과 관련 없는 불량", true),
            ("금형과 상관없는 다른 결함", true),
            ("온도가 원인이 아닌 불량", true),
            ("아르곤을 쓰지 않고 탈기하는 방법", true),
            ("기공이 생기지 않게 하려면", false),
            ("기공이 안 생기는 방법", false),
            ("불량 없이 주조하려면", false),
            ("버가 없어지지 않는데 어떻게 하나", false),
            ("스크래치가 줄지 않아요", false),
            ("what if the clamp is not tight", false),
            ("how do I keep burr from coming back", false),
        ] {
            assert_eq!(asks_for_the_opposite(question), expected, "{question}");
        }
    }
}
