//! Whether an action is to be repeated or kept up, by its words: such actions also prevent.

use fettle_domain::hangul::without_particle;

/// Beginnings of words that say how often, or that something is kept up.
const BEGINNINGS: [&str; 27] = [
    "정기",
    "주기",
    "매일",
    "매주",
    "매월",
    "매달",
    "매년",
    "매회",
    "매번",
    "매교대",
    "매로트",
    "분기별",
    "월별",
    "월간",
    "연간",
    "일일",
    "표준화",
    "의무화",
    "모니터링",
    "재발",
    "예방",
    "periodic",
    "regular",
    "schedul",
    "standardi",
    "monitor",
    "prevent",
];
/// Whole words of the same meaning. `관리` is, `관리자` and `관리도면` are not.
const WORDS: [&str; 18] = [
    "매",
    "유지",
    "관리",
    "준수",
    "교육",
    "훈련",
    "every",
    "daily",
    "weekly",
    "monthly",
    "quarterly",
    "yearly",
    "hourly",
    "routine",
    "routinely",
    "maintain",
    "keep",
    "mandatory",
];
/// Spans of time and work: `each shift`, `per batch`; in Korean with a number of times (`주 1회`).
const SPANS: [&str; 20] = [
    "shift", "day", "week", "month", "quarter", "year", "hour", "batch", "lot", "cycle", "start",
    "일", "주", "월", "년", "하루", "교대", "로트", "분기", "시간",
];

/// Whether the action `text` recurs or lasts.
pub(super) fn is_recurring(text: &str) -> bool {
    let text = text.to_lowercase();
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_span = |word: Option<&&str>| word.is_some_and(|word| SPANS.contains(word));
    words.iter().enumerate().any(|(at, word)| {
        let before = at.checked_sub(1).and_then(|before| words.get(before));
        let after = words.get(at + 1);
        let is_count = word.ends_with('회') && word.chars().any(|c| c.is_ascii_digit());
        BEGINNINGS.iter().any(|beginning| word.starts_with(beginning))
            || WORDS.contains(word)
            || WORDS.contains(&noun(word).as_str())
            || word.ends_with("마다")
            || is_count && (is_span(before) || is_span(after))
            || matches!(*word, "each" | "per") && is_span(after)
    })
}

fn noun(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    without_particle(&letters).iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_recurs_or_lasts_is_known_by_whole_words() {
        for (text, expected) in [
            ("배출 통로 정기 청소", true),
            ("매일 트레이 청소", true),
            ("교대마다 점검", true),
            ("칼날 500시간마다 교체", true),
            ("필터를 3개월마다 교체", true),
            ("주 1회 급유", true),
            ("월간 점검", true),
            ("매 로트 첫 부품 확인", true),
            ("압력 확인 (1회/일)", true),
            ("용탕 온도 ±5℃ 유지", true),
            ("습도 관리", true),
            ("작업 표준을 준수", true),
            ("가이드 레일 교체 주기를 3개월로 단축", true),
            ("작업자 교육", true),
            ("관리자 호출", false),
            ("이상 발생 시 즉시 라인 정지 및 관리자 호출", false),
            ("관리도면 폐기", false),
            ("교육장 이전", false),
            ("유지보수 업체 변경", false),
            ("점착제 교반·필터링 시스템 개선", false),
            ("노즐 1회 교체", false),
            ("Replace the guide rail every three months", true),
            ("Clean the tray at each shift", true),
            ("Change the blade every 500 hours", true),
            ("Monitor the pressure", true),
            ("Keep the melt at 700 °C", true),
            ("Clean each nozzle", false),
            ("Change the maintenance contractor", false),
            ("Call the manager", false),
        ] {
            assert_eq!(is_recurring(text), expected, "{text}");
        }
    }
}
