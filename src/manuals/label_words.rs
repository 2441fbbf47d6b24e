//! Words of labels of parts, Korean and English, by what they say.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a stem says of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stem {
    Cause,
    /// An action whatever stands beside it: 시정, 긴급, *corrective*.
    OwnAction,
    /// An action unless another stem says more: the 대책 of 재발 방지 대책.
    Action,
    Prevention,
    Inspection,
    Symptom,
    /// Known, and none of the others: 비고, *Note*.
    Other,
    /// Says nothing alone.
    Qualifier,
    /// What something is not, or must not be done: 아닌, 금지, 배제된, *not*, *rejected*.
    Never,
    /// A measure that does not help, or is not taken now: 실패한, 보류된, 이전, *ineffective*.
    Unfit,
    /// Behind causes or measures, something about them: the 부서 of 조치 부서. Alone, as [`Self::Other`].
    Aspect,
    /// The same right behind them: the 전 of 조치 전. Elsewhere as [`Self::Qualifier`].
    Close,
    /// The same wherever it stands: the *date* of *Date of action*. Alone, as [`Self::Other`].
    Record,
    /// Of measures, what became of them; of causes, what was found: 조치 결과, but 원인 분석 결과.
    Outcome,
}
use Stem::{
    Action, Aspect, Cause, Close, Inspection, Never, Other, Outcome, OwnAction, Prevention,
    Qualifier, Record, Symptom, Unfit,
};

/// Korean stems. They are matched from the start of a compound, the longest first.
const KOREAN: &[(Stem, &str)] = &[
    (
        Cause,
        "원인 요인 이유 까닭 왜 유발요소 발생기구 발생기전 발생메커니즘 발생배경 근원 유발인자 발생인자",
    ),
    (
        OwnAction,
        "시정 해결 해결책 해결법 개선 긴급 즉시 즉각 응급 임시 잠정 교정 수정 복구 봉쇄 리워크 재작업",
    ),
    (
        Action,
        "조치 조치법 대책 처리 처치 대응 대응책 대처 대처법 수리 보수 방안 처방 해법 해소 조처 제거법 \
         어떻게 무엇을해야",
    ),
    (Prevention, "예방 예방법 방지 방지법 방지책 재발"),
    (
        Inspection,
        "점검 확인 검사 진단 체크 체크리스트 체크포인트 검증 조사 판별 판정 관찰 측정 검출 감지 모니터링",
    ),
    (Symptom, "증상 현상 외관 증세 특징 양상 모습 모양 형상 징후 정의 설명 식별 발현 영향"),
    (
        Other,
        "안전 개요 적용범위 관련문서 관련규격 관련 용어 개정 교육 사례 기타 오조치 오처리 오대응 미조치 조치자",
    ),
    (
        Aspect,
        "비고 참고 참조 주의 경고 담당 담당자 책임자 책임 일자 일시 일정 기한 완료일 완료예정일 예정일 시행일 \
         실시일 작성자 작성일 승인 승인자 요청 요청자 요청일 의뢰 주체 배경 목적 첨부 부록 이력 보고 심각도 \
         발생도 검출도 위험도 중요도 빈도 등급 납기 부서 준비물 공구 부품 비용 공정 단위 도면 사진",
    ),
    (Close, "전 일 여부"),
    (Outcome, "결과 효과"),
    (
        // Prohibited, negated, excluded, improbable, wrong.
        Never,
        "금지 금지된 금지할 금물 말아야 말것 말아 않아야 안되는 안될 삼가야 삼갈 피해야 피할 지양 지양할 \
         아닌 아님 없는 없었던 없던 없음 않는 않은 않았던 못한 무관 무관한 배제 배제된 배제한 배제할 \
         제외 제외된 제외한 제외할 가능성낮은 가능성이낮은 가능성적은 가능성이적은 기각 기각된 기각한 반려 \
         반려된 잘못된 잘못한 틀린",
    ),
    (
        // Without effect, needless; pending, not taken; past.
        Unfit,
        "실패 실패한 실패했던 역효과 미흡한 부적절 부적절한 부적합한 불필요 불필요한 무효 무효한 \
         보류 보류된 보류한 보류중 보류중인 미실시 미시행 미적용 미이행 미완료 미결 미채택 불채택 채택하지 \
         검토중 검토중인 검토했으나 취소 취소된 이전 이전의 과거 과거의 기존 기존의 종전 지난",
    ),
    (
        Qualifier,
        "발생 주요 주 추정 근본 예상 가능 가능한 가능성 잠재 잠재적 직접 직접적 간접 간접적 불량 결함 고장 \
         문제 이상 하자 분석 사항 방법 방안 가이드 항목 내용 요령 절차 순서 기준 지침 포인트 현장 초기 영구 \
         영구적 항구 항구적 단기 중기 장기 권장 권고 추천 시 및 과 와 의 별 상세 구체 구체적 적 기술 기술적 \
         생기나 생기나요 생기는가 생기는지 생길까 생길까요 생겼나 생겼을까 생기는 생긴 나나요 하나 하나요 \
         할까 할까요 해야 하는가 하지 합니까 되나 되나요 일어나나 일어나나요 발생하나 발생하나요 발생하는가 \
         발생하는 발생했나 나타나나 나타나는 보이나 보이나요 보이는 나오나 나오나요 어떤 무엇을 무엇이 \
         뭘 목록 리스트 표 대상 위한 취할 해서는 하면 필요한 필요 다음 은 는 이 가 을 를 로 에 에서 대한 따른 관한 요약 \
         단계 차 후 핵심 기본 일반 세부 우선 품질 제품 상태 부위 유형 종류 요소 인자 계획 활동 실시 하기 \
         할 것 법 책 안 만 물어보기 들 중점 관리 대하여 대해 때 때는 그 이런 형태",
    ),
];

/// English stems: whole words, or the beginnings of words where they end in `*`.
const ENGLISH: &[(Stem, &str)] = &[
    (Cause, "cause* why reason* origin* rootcause* contributor* culprit* due"),
    (
        OwnAction,
        "corrective corrections correction remed* solution* fix* cure* repair* rectif* resolution* \
         resolve* containment countermeasure* counter-measure* treatment* contain rework*",
    ),
    (Action, "action* measure* respon* troubleshoot* handling correct improvement* improve"),
    (Prevention, "prevent* avoid* recurrence"),
    (
        Inspection,
        "inspect* check* verif* diagnos* detect* test* examin* monitor* checkpoint* checklist*",
    ),
    (
        Symptom,
        "symptom* appearance* description* sign signs phenomen* identif* characteristic* look* \
         effect* definition* recogni* observation* indication* manifestation*",
    ),
    (
        Other,
        "note* remark* safety reference* severity occurrence rpn rating tool* example* scope purpose \
         background overview tip tips comment* related see attachment* appendix class rank figure",
    ),
    (
        Record,
        "date* owner* responsib* status department cost* history approval deadline* assignee* picture* \
         photo* caution* warning* effectiveness",
    ),
    (Outcome, "result results outcome*"),
    (
        // Prohibited, negated, excluded, improbable, wrong.
        Never,
        "not never don forbidden prohibit* reject* dismiss* discard* exclud* ruled unlikely improbable \
         implausible less least wrong ts incorrect* false mistaken",
    ),
    (
        // Without effect, needless; pending, not taken; past.
        Unfit,
        "ineffective* unsuccessful failed improper* inappropriate* unnecessary useless invalid pending \
         postponed deferred cancel* abandoned unimplemented previous* past prior former earlier \
         historic* before obsolete outdated",
    ),
    (
        Qualifier,
        "root possible probable potential likely main common typical most primary major secondary the of \
         for and or to this it its a an is are does did what how happen* occur* defect* problem* fault* \
         failure* trouble* issue* recommended suggested immediate interim permanent short long term \
         temporary emergency first step* guide* guideline* list procedure* analysis analyses item* point* \
         in case when if be can done should must you we i process quality general other further additional \
         taken take required needed key actual apparent direct indirect plan plans planned method* way \
         ways with next short-term long-term at on site your their why's current control* process-related \
         appear* arise* form* like come* by often usually sometimes frequently generally typically following \
         detail* may might will result* them there these those they here which as get rid right proper s t factor* area* up down",
    ),
];

/// Korean stems by their first letter, the longest first.
pub(super) static KOREAN_BY_LETTER: LazyLock<HashMap<char, Vec<(&str, Stem)>>> =
    LazyLock::new(|| {
        let mut out: HashMap<char, Vec<(&str, Stem)>> = HashMap::new();
        for (stem, list) in KOREAN {
            for word in list.split_whitespace() {
                out.entry(word.chars().next().unwrap_or_default()).or_default().push((word, *stem));
            }
        }
        out.values_mut().for_each(|words| words.sort_by_key(|(word, _)| Reverse(word.len())));
        out
    });

/// English stems that are whole words.
pub(super) static ENGLISH_WORDS: LazyLock<HashMap<&str, Stem>> = LazyLock::new(|| {
    let words = ENGLISH.iter().rev().flat_map(|(stem, list)| {
        list.split_whitespace().filter(|word| !word.ends_with('*')).map(move |word| (word, *stem))
    });
    words.collect()
});

/// English stems that are the beginnings of words.
pub(super) static ENGLISH_BEGINNINGS: LazyLock<Vec<(&str, Stem)>> = LazyLock::new(|| {
    let starts = ENGLISH.iter().flat_map(|(stem, list)| {
        list.split_whitespace().filter_map(move |word| Some((word.strip_suffix('*')?, *stem)))
    });
    starts.collect()
});

/// Words that make a text a label although it denies what it names, as 효과 없는 대책 does; 부적절한 보수
/// may well be a cause.
const NOUNS: [&str; 20] = [
    "조치",
    "대책",
    "대응책",
    "해결책",
    "방안",
    "처방",
    "시정",
    "개선",
    "원인",
    "요인",
    "action",
    "measure",
    "remed",
    "solution",
    "cause",
    "reason",
    "notdo",
    "todo",
    "fix",
    "correction",
];
/// Words of labels that ask why something was not so, which are causes: *Why was it not detected?*
const WHY_NOT: [&str; 7] = ["왜", "검출", "감지", "발견", "why", "detect", "escape"];
/// Ends of labels of what is to be avoided, and of who acts.
const ENDS: [[&str; 2]; 6] = [
    ["to", "avoid"],
    ["be", "avoided"],
    ["action", "by"],
    ["actions", "by"],
    ["taken", "by"],
    ["done", "by"],
];

/// Prohibitions that are labels without naming measures. A line such as 하지 말 것 may be the end of a
/// wrapped statement.
const PROHIBITIONS: [&str; 9] = [
    "금지사항",
    "금지항목",
    "금기사항",
    "말아야할것",
    "말아야할일",
    "안되는것",
    "안되는일",
    "피해야할것",
    "삼가야할것",
];
const ENGLISH_PROHIBITIONS: [&str; 5] = ["donts", "donot", "donotdo", "neverdo", "prohibited"];

/// Whether the words are a label of what must not be done.
pub(super) fn is_prohibition(words: &[String]) -> bool {
    let text = words.concat();
    PROHIBITIONS.iter().any(|end| text.ends_with(end))
        || ENGLISH_PROHIBITIONS.contains(&text.as_str())
}

/// How a label that names causes or measures turns out to be no label of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denial {
    /// A label for certain.
    Label,
    /// A label only where it looks like one.
    Perhaps,
}

/// Whether a label of causes, or else of measures, is about something else: it negates, prohibits,
/// rejects, dates or owns them, or reports on them. `pieces` holds the stems of its halves, such as
/// those of `조치 / Action`.
pub(super) fn denial(
    is_cause: bool,
    words: &[String],
    pieces: &[Vec<Option<Stem>>],
) -> Option<Denial> {
    let is_main = |stem: &Option<Stem>| match stem {
        Some(Cause) => is_cause,
        Some(Action | OwnAction | Prevention) => !is_cause,
        _ => false,
    };
    let asks_why = WHY_NOT.iter().any(|why| words.iter().any(|word| word.starts_with(why)));
    let about = |piece: &Vec<Option<Stem>>| {
        let Some(last) = piece.iter().rposition(is_main) else { return false };
        let behind = || piece.iter().skip(last + 1).flatten();
        let found = |stem: Stem| behind().any(|one| *one == stem);
        found(Aspect)
            || behind().next() == Some(&Close) && piece.get(last + 1) == Some(&Some(Close))
            || piece.contains(&Some(Record))
            || !is_cause && piece.contains(&Some(Outcome))
            // 원인 조사 방법 says how, 원인 조사 결과 says which.
            || is_cause && found(Inspection) && !found(Outcome) && !asks_why
    };
    let ends = |end: &[&str; 2]| {
        let tail = words.iter().rev().take(2).rev().map(String::as_str);
        tail.eq(end.iter().copied()) && !words.iter().any(|word| word == "how")
    };
    if pieces.iter().any(about) || !is_cause && ENDS.iter().any(ends) {
        return Some(Denial::Label);
    }
    let never = || pieces.iter().flatten().any(|stem| *stem == Some(Never));
    let unfit = || pieces.iter().flatten().any(|stem| *stem == Some(Unfit));
    let denied = if is_cause { never() && !asks_why } else { never() || unfit() };
    denied.then(|| {
        let text = words.concat();
        let has_noun = NOUNS.iter().any(|noun| text.contains(noun));
        if has_noun { Denial::Label } else { Denial::Perhaps }
    })
}

#[cfg(test)]
mod tests {
    use super::super::part_labels::{by_stem, covered, is_denied};
    use fettle_domain::StatementKind::{self, Action, Cause, Other, Prevention};

    #[test]
    fn what_denies_causes_or_measures_is_no_label_of_them() {
        for label in [
            // Prohibited.
            "하지 말아야 할 조치",
            "금지 조치",
            "해서는 안 되는 조치",
            "조치하지 말 것",
            "임시조치 금지",
            "피해야 할 조치",
            "What not to do",
            "Actions to avoid",
            "Prohibited actions",
            // Wrong or useless.
            "오조치 사례",
            "잘못된 조치 사례",
            "불필요한 조치",
            "부적절한 조치",
            "효과 없는 대책",
            "효과 없었던 조치",
            "대책 실패 사례",
            "실패한 대책",
            "Wrong actions",
            "Incorrect remedy",
            "Ineffective countermeasures",
            // Rejected or pending.
            "기각된 대책",
            "보류된 대책",
            "미실시 대책",
            "검토 중인 대책",
            "검토했으나 채택하지 않은 대책",
            "Rejected actions",
            "Pending corrective actions",
            // Past.
            "이전 조치",
            "과거 조치",
            "기존 대책",
            "Previous action",
            "개선 전",
            // About measures.
            "조치 전 사진",
            "조치 후 결과",
            "조치 결과",
            "조치 결과 (Result)",
            "조치 효과",
            "조치 여부",
            "조치 요청 부서",
            "조치 담당",
            "조치 담당(자)",
            "조치 비용",
            "조치 완료일",
            "조치일",
            "조치 일자",
            "조치 기한",
            "조치 시 주의사항",
            "재발 방지 대책 담당자",
            "담당자",
            "Action owner",
            "Action date",
            "Date of corrective action",
            "Action taken by",
            "Due date",
            // No causes.
            "Not the cause",
            "Excluded causes",
            "배제된 원인",
            "원인이 아닌 것",
            "【원인이 아닌 것】",
            "Unlikely causes",
            "가능성 낮은 원인",
            "가능성이 낮은 원인",
            "원인 조사 방법",
            "원인 공정",
            "원인 부서",
        ] {
            assert_eq!(covered(label), Some(Other), "{label}");
            assert_eq!(by_stem(label), Other, "{label}");
        }
        for label in ["금지 사항", "하면 안 되는 것", "Don'ts", "Do not"] {
            assert_eq!(covered(label), Some(Other), "{label}");
            assert!(is_denied(label), "{label}");
        }
        for label in ["트레이 재질 변경 조치 금지", "조립 라인에서 금지된 조치"]
        {
            assert_eq!(by_stem(label), Other, "{label}");
            assert!(is_denied(label), "{label}");
        }
    }

    #[test]
    fn ordinary_labels_stay_labels() {
        let lists: [(StatementKind, &[&str]); 3] = [
            (
                Cause,
                &[
                    "추정 원인",
                    "근본 원인",
                    "D4 근본 원인",
                    "원인 분석",
                    "원인 분석 결과",
                    "원인 (공정)",
                    "가능성 있는 원인",
                    "왜 생기나",
                    "실패 원인",
                    "Possible causes",
                    "Root cause analysis",
                    "Why it was not detected",
                    "Cause analysis results",
                ],
            ),
            (
                Action,
                &[
                    "긴급 조치",
                    "영구 대책",
                    "조치 방법",
                    "조치 사항",
                    "조치 내용",
                    "조치 계획",
                    "조치 (담당자)",
                    "조치 사례",
                    "시정 조치",
                    "D5 시정 조치",
                    "개선 대책",
                    "개선 후",
                    "수리 전 조치",
                    "담당자 조치 사항",
                    "기타 조치",
                    "조치할 일",
                    "Corrective action",
                    "Immediate action",
                    "Interim containment actions",
                    "What to do",
                ],
            ),
            (Prevention, &["재발 방지 대책", "예방 조치", "How to avoid it", "Preventive actions"]),
        ];
        for (kind, labels) in lists {
            for label in labels {
                assert_eq!(by_stem(label), kind, "{label}");
                assert!(!is_denied(label), "{label}");
            }
        }
        // What may be a cause in a list is no label unless it looks like one.
        for text in [
            "부적절한 보수",
            "수리 미실시",
            "불필요한 재작업",
            "점검 미실시",
            "하지 말 것",
            "이상 없음",
        ] {
            assert_eq!(covered(text), None, "{text}");
        }
    }
}
