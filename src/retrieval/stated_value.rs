//! Whether a text states a value of a kind: a number with its unit, an interval, a person, a place.

use fettle_domain::unit_at_start;

use super::asked_value::AskedValue;

/// The most letters from a number to its unit.
const UNIT_REACH: usize = 12;
/// What is counted, behind a number.
const COUNTED: [&str; 16] = [
    "개", "장", "매", "명", "건", "곳", "군데", "대", "겹", "번", "회", "prints", "parts",
    "pieces", "pcs", "times",
];
/// Numbers as words, before what is counted: 네 곳.
const NUMERALS: [&str; 12] =
    ["한", "두", "세", "네", "다섯", "여섯", "열", "one", "two", "three", "four", "ten"];
/// Words that say that something is done again and again, without saying how often in numbers.
const REGULARLY: [&str; 12] = [
    "정기",
    "주기",
    "매일",
    "매주",
    "매월",
    "매 교대",
    "교대마다",
    "regular",
    "periodic",
    "daily",
    "weekly",
    "every shift",
];
/// Words of a person or a body that does something. 부서 alone begins 부서지다.
const PERSONS: [&str; 29] = [
    "반장",
    "팀장",
    "조장",
    "부장",
    "과장",
    "실장",
    "담당자",
    "관리자",
    "책임자",
    "감독자",
    "작업자가",
    "검사원",
    "기사",
    "품질팀",
    "생산팀",
    "보전팀",
    "설비팀",
    "부서에서",
    "부서가",
    "담당 부서",
    "manager",
    "supervisor",
    "inspector",
    "engineer",
    "technician",
    "operator",
    "foreman",
    "lead",
    "department",
];
/// Words of places where something is kept.
const PLACES: [&str; 16] = [
    "보관함",
    "보관대",
    "캐비닛",
    "창고",
    "선반",
    "서랍",
    "보관실",
    "사물함",
    "비치",
    "에 보관",
    "cabinet",
    "warehouse",
    "shelf",
    "drawer",
    "locker",
    "storeroom",
];

/// Whether `text` states a value of the kind that is asked for.
pub fn states(text: &str, asked: &AskedValue) -> bool {
    let lower = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    match asked {
        AskedValue::Quantity(dimensions) => numbers(&lower).any(|(_, behind)| {
            unit_behind(behind).is_some_and(|(_, unit)| dimensions.contains(&unit.dimension))
        }),
        AskedValue::Number => numbers(&lower).next().is_some(),
        AskedValue::Count => {
            numbers(&lower).any(|(_, behind)| is_counted(behind)) || has_numeral(&lower)
        }
        AskedValue::Interval => has(&REGULARLY) || has_interval(&lower),
        AskedValue::CountedInterval => has_interval(&lower),
        AskedValue::Ratio => numbers(&lower).any(|(_, behind)| {
            let behind = behind.trim_start();
            let next = behind.strip_prefix(':').or_else(|| behind.strip_prefix('대'));
            next.is_some_and(|next| next.trim_start().starts_with(|c: char| c.is_ascii_digit()))
        }),
        AskedValue::Clock => numbers(&lower).any(|(_, behind)| {
            let behind = behind.trim_start();
            let is_hour = behind.strip_prefix('시').is_some_and(|rest| !rest.starts_with('간'));
            let is_minute = behind
                .strip_prefix(':')
                .is_some_and(|rest| rest.chars().take(2).filter(char::is_ascii_digit).count() == 2);
            is_hour
                || is_minute
                || ["am", "pm", "o'clock"].iter().any(|end| behind.starts_with(end))
        }),
        AskedValue::Day => numbers(&lower).any(|(number, behind)| {
            let behind = behind.trim_start();
            let digits = number.chars().take_while(char::is_ascii_digit).count();
            // 2026-03-01; 5-10 mm is a range.
            digits == 4 && behind.starts_with('-')
                || ["월", "일", "년", "days"].iter().any(|end| behind.starts_with(end))
        }),
        AskedValue::Person => PERSONS.iter().any(|word| has_name(&lower, word)),
        AskedValue::Place => PLACES.iter().any(|word| has_name(&lower, word)),
        AskedValue::PartNumber => has_part_number(&lower),
    }
}

/// Whether a text has a noun: an English one as a whole word, or its plural (*lead-free* has no *lead*).
fn has_name(text: &str, noun: &str) -> bool {
    let is_inside = |c: char| c.is_ascii_alphanumeric() || c == '-';
    text.match_indices(noun).any(|(at, found)| {
        let (before, rest) = text.split_at_checked(at).unwrap_or_default();
        let after = rest.strip_prefix(found).unwrap_or_default();
        let after = after.strip_prefix('s').unwrap_or(after);
        !noun.is_ascii() || !before.ends_with(is_inside) && !after.starts_with(is_inside)
    })
}

/// Each number of a text, with what stands behind it. Digits within a word (`A4`) are none.
fn numbers(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let starts = text.char_indices().filter(move |(at, letter)| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        letter.is_ascii_digit()
            && before.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '.' && c != ',')
    });
    starts.filter_map(move |(at, _)| {
        let rest = text.get(at..)?;
        let behind =
            rest.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','));
        Some((rest, behind))
    })
}

/// The unit behind a number, also behind the second of a range.
fn unit_behind(behind: &str) -> Option<(usize, fettle_domain::Unit)> {
    let behind = behind.trim_start_matches(|c: char| {
        c.is_ascii_digit()
            || c.is_whitespace()
            || matches!(c, '.' | ',' | '~' | '-' | '–' | '～' | '±')
    });
    let near: String = behind.chars().take(UNIT_REACH).collect();
    unit_at_start(&near)
}

fn is_counted(behind: &str) -> bool {
    let behind = behind.trim_start();
    // 3개월 is a time.
    COUNTED.iter().any(|noun| behind.starts_with(noun)) && !behind.starts_with("개월")
}

fn has_numeral(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(2).any(|pair| {
        let [first, second] = pair else { return false };
        NUMERALS.contains(first) && COUNTED.iter().any(|noun| second.starts_with(noun))
    })
}

/// Whether a text says every how many of something: 주 1회, 3일마다, 매 교대, *every 10 prints*.
fn has_interval(text: &str) -> bool {
    let counted = numbers(text).any(|(number, behind)| {
        let behind = behind.trim_start();
        let word: String = behind.chars().take_while(|c| !c.is_whitespace()).collect();
        let at = text.len() - number.len();
        let before = text.get(..at).unwrap_or_default().trim_end();
        let is_unit = unit_at_start(behind).is_some() || is_counted(behind);
        is_unit && word.contains("마다")
            || before.ends_with("every")
            || behind.starts_with('회')
                && ["주", "월", "일", "년", "교대", "매"]
                    .iter()
                    .any(|period| before.ends_with(period))
            || behind.starts_with("times a")
            || is_unit && behind.contains("에 한 번")
    });
    let plain = [
        "매일",
        "매주",
        "매월",
        "매년",
        "매 교대",
        "매교대",
        "교대마다",
        "매 로트",
        "로트마다",
        "daily",
        "weekly",
        "monthly",
        "every shift",
        "each shift",
        "every lot",
    ];
    counted || plain.iter().any(|word| text.contains(word))
}

/// Whether a text has a name of letters and digits, of four letters or more: KF-203.
fn has_part_number(text: &str) -> bool {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).any(|word| {
        word.len() >= 4
            && word.starts_with(|c: char| c.is_ascii_alphabetic())
            && word.chars().any(|c| c.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asked_value::asked_value;

    #[test]
    fn a_text_states_the_value_or_something_else() {
        for (question, text, expected) in [
            ("몇 도예요?", "용탕 온도 관리 자동화: ±5℃ 유지", true),
            ("몇 도예요?", "용탕 온도를 관리", false),
            ("몇 도예요?", "압력 5 bar", false),
            ("몇 시간 말려요?", "호퍼 건조기 80 ℃ 4시간", true),
            ("몇 초로 설정해요?", "염료 탱크를 10분 이상 교반", true),
            ("What peak temperature?", "reflow profile to 245 C", true),
            ("램프 속도는 얼마예요?", "Slow the ramp rate below 2 C/s", true),
            ("몇 개까지 쌓아요?", "적재 수량을 12개로 제한", true),
            ("몇 개까지 쌓아요?", "3개월마다", false),
            ("며칠마다 교체해요?", "주기적 교체", false),
            ("얼마나 자주 교체해요?", "주기적 교체", true),
            ("며칠마다 교체해요?", "3일마다 교체", true),
            ("How often?", "Clean it every 10 prints", true),
            ("얼마나 자주 봐요?", "주 1회 점검", true),
            ("누가 승인해요?", "품질팀 승인을 받는다", true),
            ("누가 승인해요?", "승인을 받는다", false),
            ("어디에 보관해요?", "공구 캐비닛에 둔다", true),
            ("누가 승인해요?", "담당 부서의 승인", true),
            ("누가 승인해요?", "생산 부서에서 승인", true),
            ("누가 점검해요?", "칼날이 부서지면 점검", false),
            ("Who checks it?", "Shift leads check it", true),
            ("Who checks it?", "Check the lead-free solder", false),
            ("Who checks it?", "Mislead the gas", false),
            ("어디에 보관해요?", "건조한 곳에 보관", true),
            ("어디에 보관해요?", "보관 온도를 지킨다", false),
            ("며칠까지 내요?", "2026-03-01까지", true),
            ("며칠까지 내요?", "3월 1일까지", true),
            ("며칠까지 내요?", "5-10 mm 간격", false),
            ("부품 번호가 뭐예요?", "노즐 KF-203을 쓴다", true),
            ("부품 번호가 뭐예요?", "노즐을 쓴다", false),
            ("몇 대 몇으로 섞어요?", "주제와 경화제를 4:1로", true),
            ("몇 시에 켜요?", "오전 8시에 켠다", true),
            ("몇 시에 켜요?", "8시간 켠다", false),
        ] {
            let asked = asked_value(question).unwrap();
            assert_eq!(states(text, &asked), expected, "{question} / {text}: {asked:?}");
        }
    }
}
