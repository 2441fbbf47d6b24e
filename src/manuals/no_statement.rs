//! What stands in a part and is none of its statements: 원인 불명, *N/A*, a date, 긁힘과 동일.

use super::ditto::is_ditto;
use super::headings::compact;
use super::months::month;
use super::words::words;

/// Longer texts say something, in letters without spaces.
const MAX_LETTERS: usize = 32;

/// Words before those that say that there is nothing, and particles behind them.
const KOREAN_SUBJECTS: [&str; 22] = [
    "정확한",
    "근본",
    "발생",
    "유출",
    "추가",
    "시정",
    "개선",
    "예방",
    "현재",
    "아직",
    "특별한",
    "원인",
    "조치",
    "대책",
    "사항",
    "해당",
    "특이",
    "은",
    "는",
    "이",
    "가",
    "을",
];
/// What says that there is nothing, or nothing yet.
const KOREAN_NOTHING: [&str; 32] = [
    "없음",
    "없습니다",
    "없다",
    "불명",
    "불명확",
    "미상",
    "미정",
    "미확인",
    "미기재",
    "미파악",
    "미조치",
    "알수없음",
    "알수없습니다",
    "모름",
    "조사중",
    "확인중",
    "분석중",
    "파악중",
    "검토중",
    "작성중",
    "규명중",
    "추후작성",
    "추후기재",
    "추후결정",
    "추후확인",
    "추후보완",
    "불필요",
    "필요없음",
    "확인되지않음",
    "밝혀지지않음",
    "파악되지않음",
    "미실시",
];
const KOREAN_ENDS: [&str; 5] = ["입니다", "상태", "임", "함", "됨"];

/// Words that say that there is nothing, alone or with [`ENGLISH_FILL`].
const ENGLISH_NOTHING: [&str; 10] = [
    "none",
    "nil",
    "unknown",
    "undetermined",
    "unidentified",
    "tbd",
    "tbc",
    "tba",
    "pending",
    "unclear",
];
/// Words that deny the [`ENGLISH_FILL`] beside them.
const ENGLISH_DENIALS: [&str; 3] = ["not", "no", "under"];
/// Phrases as [`compact`] gives them.
const ENGLISH_PHRASES: [&str; 6] =
    ["na", "tobedetermined", "tobeconfirmed", "tobedecided", "tobeannounced", "tobedefined"];
const ENGLISH_FILL: [&str; 30] = [
    "root",
    "cause",
    "causes",
    "action",
    "actions",
    "corrective",
    "preventive",
    "measure",
    "measures",
    "the",
    "is",
    "was",
    "were",
    "yet",
    "still",
    "currently",
    "determined",
    "applicable",
    "known",
    "identified",
    "found",
    "required",
    "needed",
    "necessary",
    "taken",
    "available",
    "investigation",
    "confirmed",
    "decided",
    "specified",
];
/// What stands behind the numbers of a date.
const DATE_UNITS: [&str; 6] = ["", "년", "월", "일", "분기", "주차"];
/// What stands in a field of a form that is left empty, as [`compact`] gives it.
const BLANK: [&str; 5] = ["", "na", "none", "해당없음", "해당사항없음"];

/// Whether a field of a form is left empty: no letters, *N/A*, 해당 없음.
pub(super) fn is_blank(text: &str) -> bool {
    BLANK.contains(&compact(text).as_str())
}

/// Whether a text names no cause and no action: it is empty of letters, a date or a number, or says that
/// there is nothing to say.
pub(super) fn says_nothing(text: &str) -> bool {
    let letters = compact(text);
    if letters.chars().count() > MAX_LETTERS {
        return false;
    }
    letters.is_empty() || is_date_or_number(text) || is_korean_nothing(&letters) || {
        let words = words(text);
        let is_one = |list: &[&str], word: &String| list.contains(&word.as_str());
        let nothing = |word: &String| is_one(&ENGLISH_NOTHING, word);
        let denial = |word: &String| is_one(&ENGLISH_DENIALS, word);
        let is_fill = |word: &String| is_one(&ENGLISH_FILL, word);
        ENGLISH_PHRASES.contains(&letters.as_str())
            || words.iter().all(|word| nothing(word) || denial(word) || is_fill(word))
                && (words.iter().any(nothing) || words.iter().any(denial) && words.len() > 1)
    }
}

fn is_korean_nothing(letters: &str) -> bool {
    let end = KOREAN_ENDS.iter().find_map(|end| letters.strip_suffix(end)).unwrap_or(letters);
    // 없음 ends in what is an end elsewhere.
    [letters, end].into_iter().any(|text| {
        KOREAN_NOTHING.iter().any(|nothing| {
            text.strip_suffix(nothing).is_some_and(|before| {
                let mut rest = before;
                while let Some(less) =
                    KOREAN_SUBJECTS.iter().find_map(|subject| rest.strip_prefix(subject))
                {
                    rest = less;
                }
                rest.is_empty()
            })
        })
    })
}

/// Whether a text is nothing but a date or a number: 2026-03-01, 3월 1일, *1 Mar 2026*, 42.
fn is_date_or_number(text: &str) -> bool {
    let is_part = |word: &str| {
        let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
        DATE_UNITS.contains(&unit) || month(word).is_some()
    };
    let words = words(text);
    let has_number = words.iter().any(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    // 180 ℃ and 5 % say how much of something.
    let has_unit = text.contains(['℃', '%', '°', '±', '㎜', '㎛', '~', '+']);
    has_number && !has_unit && words.iter().all(|word| is_part(word))
}

/// Whether a text only names another place where the statement stands: 긁힘과 동일, 상동, *same as scratch*.
pub(super) fn refers_elsewhere(text: &str) -> bool {
    const MAX_WORDS: usize = 4;
    let (letters, words) = (compact(text), words(text));
    if words.len() > MAX_WORDS || letters.chars().count() > MAX_LETTERS {
        return false;
    }
    let end = ["합니다", "하다", "함"].iter().find_map(|end| letters.strip_suffix(end));
    let end = end.unwrap_or(&letters);
    let is_korean = is_ditto(text)
        || is_ditto(end)
        || ["과동일", "와동일", "과같음", "와같음", "참조", "과상동", "과같다", "와같다"]
            .iter()
            .any(|same| {
                // 규격을 도면과 동일하게 is an action.
                end.strip_suffix(same).is_some_and(|name| !name.contains(['을', '를']))
            });
    let is_english = ["sameas", "seeabove", "seebelow", "identicalto", "refer"];
    is_korean
        || is_english.iter().any(|same| letters.starts_with(same))
        || is_ditto_for_another(&words)
}

/// Whether words say *the same as above*, and where or for what: *as above for burr*, *ditto (see 3)*. *As above,
/// clean the rail* says more.
fn is_ditto_for_another(words: &[String]) -> bool {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let behind = match words[..] {
        ["as", "above", ref behind @ ..] | ["ditto", ref behind @ ..] => behind,
        _ => return false,
    };
    behind.first().is_none_or(|next| {
        ["for", "in", "see", "under", "of", "as", "no"].contains(next)
            || next.starts_with(|c: char| c.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_is_told_from_statements() {
        for text in [
            "원인 미상",
            "원인 불명",
            "원인 불명임",
            "조치 없음",
            "해당 없음",
            "해당사항 없음",
            "N/A",
            "none",
            "-",
            "—",
            "not determined",
            "Root cause not yet determined",
            "조사 중",
            "원인 조사 중",
            "TBD",
            "to be determined",
            "under investigation",
            "No action required",
            "정확한 원인을 알 수 없음",
            "특이사항 없음",
            "2026-03-01",
            "2026. 3. 1.",
            "3월 1일",
            "1 Mar 2026",
            "42",
            "unknown",
            "미정",
        ] {
            assert!(says_nothing(text), "{text}");
        }
        for text in [
            "조치 지연",
            "환기 없음",
            "이형제 없음",
            "점검 미실시",
            "unknown alloy charged",
            "no release agent",
            "not enough air",
            "180 ℃",
            "5 %",
            "2 bar",
            "검토 중인 금형을 교체",
            "March belt slips",
            "표시 불명",
            "no lubrication",
            "미확인 자재 투입",
            "3회 세척",
        ] {
            assert!(!says_nothing(text), "{text}");
        }
    }

    #[test]
    fn what_names_another_place_is_no_statement() {
        for text in [
            "긁힘과 동일",
            "(긁힘과 동일)",
            "상동",
            "위와 같음",
            "same as scratch",
            "Ditto",
            "See above",
            "As above for burr",
            "ditto (see 3)",
            "Ditto 3",
            "상동함",
        ] {
            assert!(refers_elsewhere(text), "{text}");
        }
        for text in [
            "규격을 도면과 동일하게 맞춤",
            "동일 금형 사용",
            "같은 자재 사용",
            "See that the rail is clean",
            "As above, clean rail",
        ] {
            assert!(!refers_elsewhere(text), "{text}");
        }
    }
}
