//! Which values a number with a unit allows, by the words beside it: `680 ℃ 이하`, `850 ℃를 넘지 않도록`.

/// Which values are right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Bound {
    Exactly,
    AtLeast,
    AtMost,
    /// By how much something is changed, when something is to be done, or what must not be: no value
    /// that another can contradict.
    Open,
}

/// Words of a clause that forbid what it says.
const FORBIDDING: [&str; 12] =
    ["금지", "않", "못하", "안됨", "안되", "안된", "안됩", "안돼", "불가", "피할", "피하", "지양"];
/// The same, as whole words: 말려 is no prohibition.
const FORBIDDING_WORDS: [&str; 8] =
    ["말", "말것", "말아야", "말라", "말아", "마십시오", "마시오", "마세요"];
/// The same within a word: 넘지않도록.
const FORBIDDING_WITHIN: [&str; 2] = ["지않", "지말"];
/// The same, beside a space.
const FORBIDDING_TWO: [[&str; 2]; 6] =
    [["안", "됨"], ["안", "된"], ["안", "되"], ["안", "됩"], ["안", "돼"], ["말", "것"]];
/// What forbids behind a condition, with no space or one: 넘으면 안 된다.
const NOT_ALLOWED: [&str; 5] = ["안됨", "안된", "안되", "안됩", "안돼"];
/// Verbs that go over a value, or fall below it, as their stems.
const OVER: [&str; 6] = ["넘", "초과", "웃돌", "상회", "벗어나", "올라가"];
const UNDER: [&str; 7] = ["밑돌", "하회", "떨어지", "내려가", "미달", "미치", "낮아지"];
/// Ends of words behind which a clause goes on about something else: `680 ℃로 유지하여 기공이 …`.
const GOING_ON: [&str; 18] = [
    "하여",
    "해",
    "해서",
    "하고",
    "하며",
    "으며",
    "낮춰",
    "맞춰",
    "높여",
    "올려",
    "내려",
    "줄여",
    "늘려",
    "되어",
    "되도록",
    "하도록",
    "시켜",
    "두고",
];
/// Whole words of the same.
const AFTERWARDS: [&str; 5] = ["후", "뒤", "다음", "위해", "통해"];
/// Words of a condition: what stands before it is when something is to be done.
const CONDITION_WORDS: [&str; 10] =
    ["경우", "경우에", "경우에는", "경우는", "때", "때는", "때에는", "시", "시에", "시에는"];
/// Ends of a condition.
const CONDITION_ENDS: [&str; 6] = ["으면", "이면", "하면", "되면", "지면", "가면"];
/// Words behind a number that say by how much something changes.
const CHANGES: [&str; 31] = [
    "하향",
    "상향",
    "낮춤",
    "낮춘",
    "낮출",
    "낮추",
    "낮춰",
    "높임",
    "높인",
    "높일",
    "높이고",
    "높이기",
    "높이며",
    "높이는",
    "높이도록",
    "높이면",
    "높여",
    "올림",
    "올린",
    "올릴",
    "올리",
    "올려",
    "내림",
    "내린",
    "줄임",
    "줄인",
    "줄이",
    "늘림",
    "증가",
    "감소",
    "만큼",
];
/// The same, as they stand behind a space or not.
const EACH: &str = "씩";
/// What in English forbids, before the number.
const AVOIDED: [&str; 8] =
    ["not exceed", "do not", "must not", "never", "avoid", "don't", "not be", "not to"];

/// Which values are right, by the words before and after the number; and whether a prohibition says so.
pub(super) fn bound_in_clause(before: &str, after: &str) -> (Bound, bool) {
    let clause = after.split([',', ';', '.']).next().unwrap_or_default().to_lowercase();
    let lower = before.to_lowercase();
    let left = lower.rsplit([',', ';', '.']).next().unwrap_or_default().trim_end();
    if let Some(bound) = counted_out(left) {
        return (bound, false);
    }
    let own = bound(left, &clause);
    let words: Vec<&str> = left.split_whitespace().collect();
    // "without exceeding", "without going above"; not "without load".
    let is_without =
        words.windows(2).any(|two| matches!(two, ["without", doing] if doing.ends_with("ing")));
    let is_avoided = is_without || AVOIDED.iter().any(|word| left.contains(word));
    let end = Predicate::of(&clause);
    let is_asked_for =
        ["if ", "when ", "once "].iter().any(|word| left.trim_start().starts_with(word));
    if end.is_condition || is_asked_for && own != Bound::Exactly {
        return (Bound::Open, false);
    }
    if is_avoided || end.is_forbidden || clause.contains("prohibited") {
        let begins =
            |words: &[&str]| words.iter().any(|word| clause.trim_start().starts_with(word));
        let is_over = begins(&["초과", "over", "above", "exceed"]) || left.contains("exceed");
        return match own {
            _ if is_over || end.goes == Some(Bound::AtLeast) => (Bound::AtMost, true),
            _ if end.goes == Some(Bound::AtMost) => (Bound::AtLeast, true),
            Bound::AtLeast => (Bound::AtMost, true),
            Bound::AtMost => (Bound::AtLeast, true),
            Bound::Exactly | Bound::Open => (Bound::Open, true),
        };
    }
    // 10 ℃ 하향 조정 is a change, 680 ℃로 하향 조정 a value.
    let behind = clause.trim_start();
    let is_change = CHANGES.iter().any(|word| behind.starts_with(word))
        || behind.starts_with(EACH)
        || left.ends_with(" by");
    if own == Bound::Exactly && is_change {
        return (Bound::Open, false);
    }
    (own, false)
}

/// `no more than`, `not less than`: bounds that deny their opposite.
fn counted_out(left: &str) -> Option<Bound> {
    let ends = |words: &[&str]| words.iter().any(|word| left.ends_with(word));
    if ends(&["no more than", "not more than", "not above", "not over", "not exceeding"]) {
        return Some(Bound::AtMost);
    }
    ends(&["no less than", "not less than", "not below", "not under"]).then_some(Bound::AtLeast)
}

/// What the words behind a number say of it, up to where they turn to something else.
#[derive(Debug, Default)]
struct Predicate {
    is_forbidden: bool,
    is_condition: bool,
    /// Whether its verb goes over the value ([`Bound::AtLeast`]) or below it.
    goes: Option<Bound>,
}

impl Predicate {
    fn of(clause: &str) -> Self {
        let mut found = Self::default();
        let words: Vec<&str> = clause.split_whitespace().collect();
        for (at, word) in words.iter().enumerate() {
            let begins = |stems: &[&str]| stems.iter().any(|stem| word.starts_with(stem));
            if begins(&OVER) {
                found.goes = Some(Bound::AtLeast);
            } else if begins(&UNDER) {
                found.goes = Some(Bound::AtMost);
            }
            let next = words.get(at + 1).copied().unwrap_or_default();
            let is_two = |[first, second]: &[&str; 2]| word == first && next.starts_with(second);
            let forbids = begins(&FORBIDDING)
                || FORBIDDING_WORDS.contains(word)
                || FORBIDDING_WITHIN.iter().any(|part| word.contains(part))
                || FORBIDDING_TWO.iter().any(is_two);
            // 넘으면 안 된다 keeps within; 넘지 않으면 안 된다 asks for what it seems to forbid.
            let is_not_allowed = CONDITION_ENDS.iter().any(|end| word.ends_with(end)) && {
                let behind: String = words.iter().skip(at + 1).take(2).copied().collect();
                NOT_ALLOWED.iter().any(|end| behind.starts_with(end))
            };
            if is_not_allowed && !forbids {
                return Self { is_forbidden: true, ..found };
            }
            if is_not_allowed {
                return Self { is_condition: found.goes.is_some(), ..Self::default() };
            }
            // 넘으면, 넘을 경우, 않으면: when to act, not what to keep.
            if is_condition(word) || (forbids && is_condition(next)) {
                return Self { is_condition: true, ..found };
            }
            if forbids {
                return Self { is_forbidden: true, ..found };
            }
            let turns = GOING_ON.iter().any(|end| word.ends_with(end)) || AFTERWARDS.contains(word);
            if turns {
                return Self::default();
            }
        }
        found
    }
}

fn is_condition(word: &str) -> bool {
    CONDITION_WORDS.contains(&word) || CONDITION_ENDS.iter().any(|end| word.ends_with(end))
}

/// Which values are right, by the words beside the number.
fn bound(left: &str, clause: &str) -> Bound {
    let after = clause.trim_start();
    let starts = |list: &[&str]| list.iter().any(|word| after.starts_with(word));
    let ends = |list: &[&str]| list.iter().any(|word| left.ends_with(word));
    if starts(&["이하", "미만", "이내", "or less", "or below", "max"])
        || ends(&["최대", "below", "under", "at most", "less than", "up to", "within", "≤", "<"])
    {
        Bound::AtMost
    } else if starts(&["이상", "초과", "or more", "or above", "min."])
        || ends(&["최소", "above", "over", "at least", "more than", "≥", ">"])
    {
        Bound::AtLeast
    } else {
        Bound::Exactly
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Before the number, after it, what is right.
    #[test]
    fn a_bound_is_what_the_sentence_says_of_its_number() {
        use Bound::{AtLeast, AtMost, Exactly, Open};
        for (before, after, expected) in [
            ("용탕 온도가 850", "를 넘지 않도록", AtMost),
            ("용탕 온도가 850", " 이하가 되지 않도록", AtLeast),
            ("온도가 680", " 아래로 떨어지지 않도록 한다", AtLeast),
            ("압력이 5", "를 초과하지 않게", AtMost),
            ("압력이 3", "를 밑돌지 않도록 관리", AtLeast),
            ("온도를 680", "로 유지하여 기공이 생기지 않도록 한다", Exactly),
            ("압력을 5", " 이하로 낮춰 누유가 되지 않도록", AtMost),
            ("틈새 0.5", " 이상 벌어지지 않게", AtMost),
            ("틈새 0.5", " 이상 금지", AtMost),
            ("틈새 0.5", " 초과 금지", AtMost),
            ("압력을 3", "로 하지 말 것", Open),
            ("틈새가 0.15", "를 넘으면 면을 다시 가공", Open),
            ("깊이 0.1", " 이상이면 폐기", Open),
            ("온도가 850", "를 넘을 경우 정지", Open),
            ("온도를 850", " 이하로 유지하고 환기를 막지 않는다", AtMost),
            ("바닥에서 50", " 높이로 설치", Exactly),
            ("온도를 10", " 높이고 다시 잰다", Open),
            ("Do not exceed a pressure of 5", "", AtMost),
            ("Do not let the melt fall below 680", " at any time", AtLeast),
            ("Keep it at no more than 850", "", AtMost),
            ("not less than 30", "", AtLeast),
            ("용탕 온도 10", " 하향 조정", Open),
            ("온도를 680", "로 하향 조정", Exactly),
            ("압력을 3", "로 하면 안 됨", Open),
            ("온도가 850", "를 넘으면 안 된다", AtMost),
            ("온도가 850", "를 초과하면 안됨", AtMost),
            ("온도가 850", "를 넘으면 안 됩니다", AtMost),
            ("온도가 850", "를 넘어서는 안됩니다", AtMost),
            ("온도가 680", " 아래로 떨어지면 안된다", AtLeast),
            ("틈새가 0.5", " 이상이면 안 된다", AtMost),
            ("온도를 850", " 이하로 하지 않으면 안 된다", AtMost),
            ("온도가 850", "를 넘지 않으면 안 된다", Open),
            ("온도가 850", "를 넘으면 안전 장치가 정지", Open),
            ("Run without load at 5", "", Exactly),
            ("Heat it without exceeding 850", "", AtMost),
            ("Heat it without going above 850", "", AtMost),
            ("Cool it without falling below 680", "", AtLeast),
        ] {
            let words = before.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
            assert_eq!(bound_in_clause(words, after).0, expected, "{before} … {after}");
        }
    }
}
