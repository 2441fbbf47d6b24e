//! What records of corrective actions say of an action's effect. Only closed words count, the whole of
//! what is written: a word within another, 유효 within 유효성 미검증, says nothing.

use fettle_domain::Effectiveness;

use super::headings::compact;
use super::no_statement::is_blank;

/// What begins a finding and adds nothing to it, the longest first.
const BEGINNINGS: [&str; 17] = [
    "유효성검증결과",
    "유효성확인결과",
    "유효성평가결과",
    "effectivenesscheck",
    "유효성확인",
    "유효성검증",
    "유효성평가",
    "effectiveness",
    "검증결과",
    "확인결과",
    "평가결과",
    "유효성",
    "결과",
    "판정",
    "result",
    "verified",
    "found",
];
const EFFECTIVE: [&str; 46] = [
    "유효",
    "유효함",
    "유효하다",
    "유효합니다",
    "유효판정",
    "유효확인",
    "유효확인됨",
    "적합",
    "적합함",
    "합격",
    "양호",
    "양호함",
    "효과있음",
    "효과있다",
    "효과있었음",
    "효과확인됨",
    "효과양호",
    "효과가있음",
    "효과가있다",
    "유효성있음",
    "재발없음",
    "재발없다",
    "재발없었음",
    "재발되지않음",
    "재발하지않음",
    "미재발",
    "재발안함",
    "o",
    "ok",
    "y",
    "yes",
    "예",
    "네",
    "good",
    "pass",
    "passed",
    "effective",
    "effectiveok",
    "effectiveyes",
    "asexpected",
    "waseffective",
    "iseffective",
    "aseffective",
    "norecurrence",
    "notrecurred",
    "didnotrecur",
];
const INEFFECTIVE: [&str; 54] = [
    "무효",
    "비유효",
    "무효과",
    "부적합",
    "부적합함",
    "불합격",
    "불량",
    "불충분",
    "불충분함",
    "미흡",
    "미흡함",
    "효과없음",
    "효과없다",
    "효과없었음",
    "효과가없음",
    "효과가없다",
    "효과미흡",
    "효과불충분",
    "유효성없음",
    "유효하지않음",
    "유효하지않다",
    "유효하지않습니다",
    "유효하지못함",
    "유효안함",
    "유효아님",
    "유효아니오",
    "적합하지않음",
    "적합하지않다",
    "적합하지못함",
    "양호하지않음",
    "양호하지못함",
    "재발",
    "재발함",
    "재발됨",
    "재발생",
    "재발생함",
    "재발있음",
    "재발발생",
    "재발하였음",
    "재발했음",
    "x",
    "n",
    "no",
    "ng",
    "nok",
    "notok",
    "아니오",
    "아니요",
    "fail",
    "failed",
    "noteffective",
    "ineffective",
    "effectiveno",
    "recurred",
];
/// What says that nobody knows yet.
const OPEN: [&str; 4] = ["unknown", "확인전", "notverified", "미정"];

/// What a text says of an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finding {
    /// Nothing: empty, or the word for it.
    Nothing,
    /// That it helped, or that it did not.
    Said(Effectiveness),
    /// Words that are neither: not yet, in part, on a condition.
    Unclear,
}

/// What `text` says.
pub(super) fn finding(text: &str) -> Finding {
    match text.trim() {
        "○" | "◯" | "✓" | "✔" => return Finding::Said(Effectiveness::Effective),
        "×" | "✗" | "✘" => return Finding::Said(Effectiveness::Ineffective),
        _ => {}
    }
    let said = compact(text);
    if let Some(times) = recurrences(&said) {
        let found = if times == 0 { Effectiveness::Effective } else { Effectiveness::Ineffective };
        return Finding::Said(found);
    }
    let is_nothing = is_blank(text) || OPEN.contains(&said.as_str());
    let without = BEGINNINGS.iter().find_map(|word| said.strip_prefix(word));
    for said in [Some(said.as_str()), without.filter(|rest| !rest.is_empty())].into_iter().flatten()
    {
        if INEFFECTIVE.contains(&said) {
            return Finding::Said(Effectiveness::Ineffective);
        }
        if EFFECTIVE.contains(&said) {
            return Finding::Said(Effectiveness::Effective);
        }
    }
    if is_nothing { Finding::Nothing } else { Finding::Unclear }
}

/// The number of a count of recurrences: `재발 3건`, `재발 0회`.
fn recurrences(said: &str) -> Option<u32> {
    let count = said.strip_prefix("재발")?;
    count.strip_suffix('건').or_else(|| count.strip_suffix('회'))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_closed_words_say_whether_it_helped() {
        let effective = Finding::Said(Effectiveness::Effective);
        let ineffective = Finding::Said(Effectiveness::Ineffective);
        for (texts, expected) in [
            (
                "유효|적합|양호|효과 있음|유효함|OK|O|Y|yes|effective|Verified effective|재발 없음|\
                 No recurrence|○|재발 0건|유효성 검증 결과: 적합|유효성 확인: OK|effective? yes",
                effective,
            ),
            (
                "유효하지 않음|적합하지 않음|양호하지 못함|비유효|효과 없음|Not effective|부적합|재발|NG|\
                 재발 3건|재발 있음|effective? no|Ineffective|유효성: 없음|×|미흡",
                ineffective,
            ),
            (
                "유효성 검증 중|유효성 미검증|부분 유효|유효(단, 1건 재발)|Effectiveness pending|\
                 not yet effective|Not verified as effective|effective if 0 ppm for 30 days|확인 중|\
                 pending|효과 미확인|조건부 적합|유효?하지만 더 봐야 함|유효성 확인 예정 (12월)|500|\
                 아직 유효성이 확인되지 않았다|결과 있음|유효성 확인",
                Finding::Unclear,
            ),
            ("|-|–|N/A|unknown|확인 전|not verified", Finding::Nothing),
        ] {
            for text in texts.split('|') {
                assert_eq!(finding(text), expected, "{text}");
            }
        }
    }
}
