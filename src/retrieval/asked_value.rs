//! Questions for a value: 몇 도, 얼마나 자주, 누가, *how thick*. A text about the same thing that does not
//! state it is no answer.

use super::indefinite::is_indefinite;
use fettle_domain::hangul::is_hangul;
use fettle_domain::{Dimension, unit_at_start};

/// What kind of value a question asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskedValue {
    /// A number with a unit of one of these dimensions.
    Quantity(Vec<Dimension>),
    /// A number of whatever unit: 얼마.
    Number,
    /// How many of something.
    Count,
    /// How often; that it is done regularly is an answer.
    Interval,
    /// How often, in numbers: 며칠마다.
    CountedInterval,
    /// Parts of a mixture: 몇 대 몇.
    Ratio,
    /// A time of day.
    Clock,
    /// A day.
    Day,
    /// Who does it.
    Person,
    /// Where something is kept.
    Place,
    /// A number of a part or a model.
    PartNumber,
}

/// Korean nouns of quantities, with their dimensions.
const NOUNS_KO: [(&str, &[Dimension]); 21] = {
    use Dimension as D;
    [
        ("온도", &[D::Temperature]),
        ("압력", &[D::Pressure, D::Force]),
        ("보압", &[D::Pressure]),
        ("시간", &[D::Duration]),
        ("속도", &[D::Rate]),
        ("회전수", &[D::Rate]),
        ("두께", &[D::Length]),
        ("깊이", &[D::Length]),
        ("높이", &[D::Length]),
        ("길이", &[D::Length]),
        ("지름", &[D::Length]),
        ("직경", &[D::Length]),
        ("간격", &[D::Length, D::Duration]),
        ("거리", &[D::Length]),
        ("토크", &[D::Torque]),
        ("무게", &[D::Mass]),
        ("습도", &[D::Share]),
        ("수분", &[D::Share]),
        ("비율", &[D::Share]),
        ("전압", &[D::Voltage]),
        ("전류", &[D::Current]),
    ]
};
/// English nouns of quantities.
const NOUNS_EN: [(&str, &[Dimension]); 15] = {
    use Dimension as D;
    [
        ("temperature", &[D::Temperature]),
        ("pressure", &[D::Pressure, D::Force]),
        ("force", &[D::Force]),
        ("torque", &[D::Torque]),
        ("time", &[D::Duration]),
        ("duration", &[D::Duration]),
        ("speed", &[D::Rate]),
        ("rate", &[D::Rate]),
        ("thickness", &[D::Length]),
        ("depth", &[D::Length]),
        ("height", &[D::Length]),
        ("width", &[D::Length]),
        ("diameter", &[D::Length]),
        ("weight", &[D::Mass]),
        ("voltage", &[D::Voltage]),
    ]
};
/// English adjectives of quantities. They ask for one behind *how* only: *what causes deep scratches* does
/// not.
const ADJECTIVES_EN: [(&str, &[Dimension]); 7] = {
    use Dimension as D;
    [
        ("hot", &[D::Temperature]),
        ("long", &[D::Duration, D::Length]),
        ("fast", &[D::Rate]),
        ("thick", &[D::Length]),
        ("deep", &[D::Length]),
        ("high", &[D::Length]),
        ("wide", &[D::Length]),
    ]
};
/// Words behind `what` from which on the question is about a cause or a case, not a quantity.
const NOT_ASKED_EN: [&str; 13] = [
    "if", "when", "cause", "causes", "caused", "happens", "happen", "makes", "make", "leads",
    "drives", "affects", "changes",
];
/// Words that name a limit, not the thing that has it.
const LIMITS_EN: [&str; 6] = ["limit", "tolerance", "range", "value", "amount", "maximum"];
/// Words between `what` and the noun of a quantity at most.
const WHAT_REACH: usize = 4;
/// Words that say that something is kept somewhere.
const KEPT_KO: [&str; 7] = ["보관", "둬", "두나", "두어", "놓", "있", "위치"];
const KEPT_EN: [&str; 5] = ["kept", "stored", "located", "keep", "store"];
/// Names of numbers of parts.
const PART_NUMBERS: [&str; 10] = [
    "부품 번호",
    "부품번호",
    "품번",
    "모델명",
    "모델 번호",
    "형번",
    "규격 번호",
    "part number",
    "model number",
    "part no",
];

/// The kind of value that `question` asks for; `None` where it asks for something else.
pub fn asked_value(question: &str) -> Option<AskedValue> {
    let lower = question.to_lowercase();
    if PART_NUMBERS.iter().any(|name| lower.contains(name)) && asks_which(&lower) {
        return Some(AskedValue::PartNumber);
    }
    in_korean(&lower).or_else(|| in_english(&lower))
}

/// Whether a text asks which one something is, and does not just speak of it.
fn asks_which(lower: &str) -> bool {
    ["뭐", "무엇", "몇", "알려", "what", "which", "?", "？"].iter().any(|word| lower.contains(word))
}

fn in_korean(lower: &str) -> Option<AskedValue> {
    let words: Vec<&str> = lower.split_whitespace().collect();
    let has = |part: &str| lower.contains(part);
    if has("얼마나 자주") || has("주기가") || has("주기는") || has("몇 번마다") {
        return Some(AskedValue::Interval);
    }
    if has("몇 대 몇") {
        return Some(AskedValue::Ratio);
    }
    for (at, word) in words.iter().enumerate() {
        if is_indefinite(&words, at) {
            continue;
        }
        // 몇 도, 몇도, 며칠마다.
        let counted = match word.strip_prefix('몇') {
            Some("") => words.get(at + 1).copied(),
            Some(rest) => Some(rest),
            None => None,
        };
        let tail = words.iter().skip(at).take(4).copied().collect::<Vec<_>>().join(" ");
        let is_repeated =
            ["마다", "에 한 번", "에 한번", "만에", "에 1회"].iter().any(|one| tail.contains(one));
        if word.starts_with("며칠") {
            let is_long = tail.contains("동안") || tail.contains("간");
            return Some(match (is_repeated, is_long) {
                (true, _) => AskedValue::CountedInterval,
                (false, true) => AskedValue::Quantity(vec![Dimension::Duration]),
                (false, false) => AskedValue::Day,
            });
        }
        let Some(counted) = counted else { continue };
        if is_repeated {
            return Some(AskedValue::CountedInterval);
        }
        if counted.starts_with('시') && !counted.starts_with("시간") {
            return Some(AskedValue::Clock);
        }
        if counted.starts_with("월") || counted.starts_with("년") {
            return Some(AskedValue::Day);
        }
        if let Some((_, unit)) = unit_at_start(counted) {
            // 분당 몇 미터 is a speed.
            let is_rate = at > 0 && words.get(at - 1).is_some_and(|before| before.ends_with('당'));
            let dimension = if is_rate { Dimension::Rate } else { unit.dimension };
            return Some(AskedValue::Quantity(vec![dimension]));
        }
        let is_noun = counted.starts_with(|c: char| is_hangul(c));
        return Some(if is_noun && !counted.starts_with('이') {
            AskedValue::Count
        } else {
            AskedValue::Number
        });
    }
    let asks_person =
        |word: &&str| ["누가", "누구", "누군"].iter().any(|who| word.starts_with(who));
    if words.iter().any(asks_person) {
        return Some(AskedValue::Person);
    }
    if words.iter().any(|word| word.starts_with("어디"))
        && KEPT_KO
            .iter()
            .any(|kept| lower.rsplit("어디").next().is_some_and(|rest| rest.contains(kept)))
    {
        return Some(AskedValue::Place);
    }
    let asks_how_much =
        |(at, word): (usize, &&str)| word.contains("얼마") && !is_indefinite(&words, at);
    if words.iter().enumerate().any(asks_how_much) || has("어느 정도") {
        let named = NOUNS_KO.iter().find(|(noun, _)| has(noun));
        return Some(named.map_or(AskedValue::Number, |(_, dimensions)| {
            AskedValue::Quantity(dimensions.to_vec())
        }));
    }
    None
}

fn in_english(lower: &str) -> Option<AskedValue> {
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let quantity_of = |words: &[&str], names: &[(&str, &[Dimension])]| {
        words
            .iter()
            .find_map(|word| names.iter().find(|(name, _)| name == word))
            .map(|(_, dimensions)| AskedValue::Quantity(dimensions.to_vec()))
    };
    let quantity = |words: &[&str]| {
        let named = quantity_of(words, &NOUNS_EN);
        let is_limit = || words.iter().any(|word| LIMITS_EN.contains(word));
        named.or_else(|| is_limit().then_some(AskedValue::Number))
    };
    for (at, word) in words.iter().enumerate() {
        let behind = words.get(at + 1..).unwrap_or_default();
        let first = behind.first().copied().unwrap_or_default();
        match *word {
            "how" if first == "often" => return Some(AskedValue::Interval),
            "how" if first == "many" || first == "much" => {
                let counted = behind.get(1).copied().unwrap_or_default();
                let repeated = at.checked_sub(1).and_then(|at| words.get(at)) == Some(&"every");
                return Some(match unit_at_start(counted) {
                    _ if repeated => AskedValue::CountedInterval,
                    Some((_, unit)) => AskedValue::Quantity(vec![unit.dimension]),
                    None if first == "many" => AskedValue::Count,
                    None => AskedValue::Number,
                });
            }
            "how" => {
                let next = behind.get(..1).unwrap_or_default();
                let asked = quantity_of(next, &ADJECTIVES_EN).or_else(|| quantity(next));
                if let Some(asked) = asked {
                    return Some(asked);
                }
            }
            "what" | "which" => {
                let near = behind.iter().take(WHAT_REACH).copied();
                let near: Vec<&str> =
                    near.take_while(|word| !NOT_ASKED_EN.contains(word)).collect();
                if let Some(asked) = quantity(&near) {
                    return Some(asked);
                }
            }
            "who" | "whom" => return Some(AskedValue::Person),
            "where" if behind.iter().any(|word| KEPT_EN.contains(word)) => {
                return Some(AskedValue::Place);
            }
            _ => {}
        }
    }
    None
}

impl AskedValue {
    /// Words of a question, as [`super::question_words::question_words`] gives them, that name the value and
    /// not the thing that has it.
    pub fn is_its_name(word: &str) -> bool {
        /// Verbs of setting and keeping, and words of limits.
        const SAID_OF_VALUES: [&str; 44] = [
            "유지",
            "설정",
            "맞춰",
            "맞춰요",
            "맞추",
            "맞아",
            "맞아요",
            "관리",
            "기준",
            "범위",
            "허용",
            "허용되",
            "이하",
            "이상",
            "까지",
            "까지예요",
            "마다",
            "동안",
            "정도",
            "얼마",
            "얼마나",
            "누가",
            "누구",
            "번호",
            "부품",
            "자주",
            "몇",
            "대",
            "must",
            "need",
            "needs",
            "allowed",
            "limit",
            "tolerance",
            "range",
            "value",
            "use",
            "often",
            "long",
            "high",
            "deep",
            "thick",
            "hours",
            "minutes",
        ];
        let is_quantity = || {
            NOUNS_KO.iter().any(|(noun, _)| *noun == word)
                || NOUNS_EN.iter().chain(&ADJECTIVES_EN).any(|(name, _)| *name == word)
        };
        let is_unit =
            || unit_at_start(word).is_some_and(|(letters, _)| letters == word.chars().count());
        SAID_OF_VALUES.contains(&word) || is_quantity() || is_unit()
    }
}

#[cfg(test)]
mod tests {
    use super::AskedValue as A;
    use super::*;
    use Dimension as D;

    #[test]
    fn the_kind_of_value_is_read_from_the_question() {
        for (question, expected) in [
            ("금형 예열 온도는 몇 도예요?", Some(A::Quantity(vec![D::Temperature]))),
            ("클램프 압력은 몇 bar로 맞춰요?", Some(A::Quantity(vec![D::Pressure]))),
            ("몇 분 동안 해야 하나요", Some(A::Quantity(vec![D::Duration]))),
            ("권취 속도는 분당 몇 미터예요?", Some(A::Quantity(vec![D::Rate]))),
            ("램프 속도는 얼마 이하로 해야 해요?", Some(A::Quantity(vec![D::Rate]))),
            ("색차는 얼마 이하면 돼요?", Some(A::Number)),
            ("도면 공차가 몇이에요", Some(A::Number)),
            ("한 상자에 몇 개까지 쌓아요?", Some(A::Count)),
            ("칼날은 며칠마다 교체해야 해요?", Some(A::CountedInterval)),
            ("몇 주에 한 번 봐요?", Some(A::CountedInterval)),
            ("얼마나 자주 점검해요?", Some(A::Interval)),
            ("도료는 몇 대 몇 비율로 섞어요?", Some(A::Ratio)),
            ("집진기는 몇 시에 켜요?", Some(A::Clock)),
            ("연차 휴가는 며칠까지 쓸 수 있어요?", Some(A::Day)),
            ("누가 승인하나요?", Some(A::Person)),
            ("보호장비는 어디에 보관하나요?", Some(A::Place)),
            ("노즐 헤드의 부품 번호가 뭐예요?", Some(A::PartNumber)),
            ("How often is it cleaned?", Some(A::Interval)),
            ("How deep may a scratch be?", Some(A::Quantity(vec![D::Length]))),
            ("How many hours must it be dried?", Some(A::Quantity(vec![D::Duration]))),
            ("At what temperature is it poured?", Some(A::Quantity(vec![D::Temperature]))),
            ("What peak temperature does it need?", Some(A::Quantity(vec![D::Temperature]))),
            ("Every how many days must it be cleaned?", Some(A::CountedInterval)),
            ("Who checks it?", Some(A::Person)),
            ("How thick is the coating?", Some(A::Quantity(vec![D::Length]))),
            ("며칠 전에 신청해야 해요?", Some(A::Day)),
            ("밀핀은 몇 mm까지 닳아도 돼요?", Some(A::Quantity(vec![D::Length]))),
            ("검사 지점이 몇 군데예요?", Some(A::Count)),
            ("What causes deep scratches?", None),
            ("What causes high pressure marks?", None),
            ("What if temperature drops", None),
            ("What happens when the pressure falls?", None),
            ("Which parts have long scratches?", None),
            ("Parts whose surface is rough", None),
            ("얼마 전부터 기공이 생겨요", None),
            ("얼마 전에 금형을 바꿨는데 버가 나요", None),
            ("교체한 지 얼마 안 됐는데 긁혀요", None),
            ("며칠 전부터 얼룩이 보여요", None),
            ("며칠째 기공이 나와요", None),
            ("몇 주 전부터 휨이 심해요", None),
            ("몇 군데 긁힘이 있어요", None),
            ("몇 번 해도 버가 남아요", None),
            ("몇 번을 닦아도 얼룩이 안 지워져요", None),
            ("몇 번 청소했는데 또 생겨요", None),
            ("얼마 전에 바꿨는데요 버가 나요", None),
            ("온도는 몇 도예요? 닦아도 얼룩이 남아요", Some(A::Quantity(vec![D::Temperature]))),
            ("몇 도예요 아무리 맞춰도 얼룩이 남아요", Some(A::Quantity(vec![D::Temperature]))),
            ("며칠마다 청소해요? 지난주에 했는데 또 생겼어요", Some(A::CountedInterval)),
            ("상자에 몇 개 쌓나요? 전에 무너졌어요", Some(A::Count)),
            ("몇 번 필요해도 안 멈춰요", None),
            ("몇 번이나 닦으니까 지워졌지만 또 생겨요", None),
            ("몇몇 부품에 찍힘이 있어요", None),
            ("아르곤 가스를 어디에 써요?", None),
            ("칼을 언제 바꿔야 해요?", None),
            ("칼집이 났는데 어디를 봐야 해요?", None),
            ("How do we stop porosity?", None),
            ("what does the manual say about temperature", None),
            ("온도를 어떻게 관리해요?", None),
            ("Where do metal chips come from?", None),
            ("", None),
        ] {
            assert_eq!(asked_value(question), expected, "{question}");
        }
    }
}
