//! Korean nouns that name an action and become a verb with 하다: 점검, 교체, 강화.

/// Nouns that, with 하다, are transitive verbs.
const ACTIONS: &[&str] = &[
    "가동",
    "가열",
    "감시",
    "감지",
    "강화",
    "개방",
    "개선",
    "건조",
    "검사",
    "검출",
    "검토",
    "검증",
    "격리",
    "고정",
    "관리",
    "교육",
    "교정",
    "교체",
    "구축",
    "금지",
    "기록",
    "냉각",
    "단축",
    "대체",
    "도입",
    "도포",
    "마련",
    "모니터링",
    "방지",
    "배기",
    "배출",
    "배치",
    "변경",
    "보강",
    "보관",
    "보수",
    "보정",
    "보충",
    "보호",
    "복귀",
    "부착",
    "분리",
    "분석",
    "분해",
    "사용",
    "삭제",
    "선별",
    "설계",
    "설정",
    "설치",
    "세정",
    "세척",
    "수리",
    "수행",
    "시행",
    "실시",
    "억제",
    "연마",
    "연장",
    "예방",
    "예열",
    "완화",
    "운영",
    "유지",
    "유지보수",
    "윤활",
    "적용",
    "점검",
    "정기점검",
    "정렬",
    "정비",
    "제거",
    "제어",
    "제한",
    "조립",
    "조정",
    "준수",
    "중단",
    "중지",
    "지정",
    "차단",
    "착용",
    "청소",
    "체결",
    "추가",
    "축소",
    "측정",
    "코팅",
    "탈기",
    "투입",
    "평가",
    "폐기",
    "확인",
];
/// Beginnings of compounds whose last part is one of [`ACTIONS`]: 재연마, 자동제어.
const PREFIXES: [&str; 6] = ["재", "자동", "상시", "사전", "전수", "일상"];
/// Nouns of which it is not known how far to the left they reach: `A 점검 및 B 교체 금지`.
const FAR_REACHING: [&str; 16] = [
    "강화", "금지", "단축", "방지", "연장", "억제", "예방", "완화", "유지", "제한", "준수", "중단",
    "중지", "차단", "축소", "확인",
];
/// Nouns for what is brought in and stays, rather than done once.
const LASTING: [&str; 14] = [
    "강화", "개선", "구축", "단축", "도입", "마련", "변경", "설계", "설정", "설치", "연장", "완화",
    "적용", "축소",
];

/// Whether a word is a noun that becomes a verb with 하다, whole: 점검, 재연마, 표준화, 점검·교체.
pub(super) fn is_verbal_noun(word: &str) -> bool {
    word.split(['·', 'ㆍ']).all(|part| {
        ACTIONS.contains(&part)
            || is_change(part)
            || PREFIXES
                .iter()
                .any(|prefix| part.strip_prefix(prefix).is_some_and(|rest| ACTIONS.contains(&rest)))
    })
}

/// Whether a word ends in such a noun: 충격완화.
pub(super) fn ends_in_verbal_noun(word: &str) -> bool {
    is_change(word) || ACTIONS.iter().any(|noun| word.ends_with(noun))
}

/// 표준화, 의무화.
fn is_change(word: &str) -> bool {
    word.chars().count() >= 3 && word.ends_with('화') && !word.ends_with("완화")
}

/// Whether the action may be meant of everything that an `및` joins before it.
pub(super) fn reaches_far(noun: &str) -> bool {
    is_change(noun) || FAR_REACHING.contains(&noun)
}

/// Whether the action brings in something that stays: 도입, 강화, 표준화.
pub(super) fn is_lasting(noun: &str) -> bool {
    is_change(noun) || LASTING.contains(&noun)
}

/// What is done with an action that is named by a noun: 점검을 실시, 도입을 추진, 중지를 시행.
pub(super) fn light_verb(noun: &str) -> &'static str {
    const RULES: [&str; 7] = ["방지", "억제", "제한", "준수", "중단", "중지", "차단"];
    if RULES.contains(&noun) {
        "시행합니다"
    } else if is_lasting(noun) {
        "추진합니다"
    } else {
        "실시합니다"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_of_actions_are_known_by_their_form() {
        for (word, whole, end) in [
            ("점검", true, true),
            ("재연마", true, true),
            ("자동제어", true, true),
            ("표준화", true, true),
            ("점검·교체", true, true),
            ("충격완화", false, true),
            ("노즐교체", false, true),
            ("칼날", false, false),
            ("변화", false, false),
            ("점검표", false, false),
        ] {
            assert_eq!((is_verbal_noun(word), ends_in_verbal_noun(word)), (whole, end), "{word}");
        }
    }
}
