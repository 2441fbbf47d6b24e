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
        "원인 요인 이유 까닭 왜 유발요소 발생기구 발생기전 발생메커니즘 발생배경 근원 유발인자 발생인자 메커니즘 \
         의심 의심되는",
    ),
    (
        OwnAction,
        "시정 해결 해결책 해결법 개선 긴급 즉시 즉각 응급 임시 잠정 교정 수정 복구 봉쇄 리워크 재작업",
    ),
    (
        Action,
        "조치 조치법 대책 처리 처치 대응 대응책 대처 대처법 수리 보수 방안 처방 해법 해소 조처 제거법 \
         어떻게 이렇게 무엇을해야 할일 손볼 고칠",
    ),
    (
        Prevention,
        "예방 예방법 방지 방지법 방지책 재발 다시안생기게 다시생기지않게 다시는없도록 또생기지않게 앞으로할",
    ),
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
        "마십시오 마시오 마세요 마라 안됩니다 안돼요 금합니다 금지 금지된 금지할 금물 말아야 말것 말아 않아야 안되는 안될 삼가야 삼갈 피해야 피할 지양 지양할 \
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
         문제 문제점 이상 하자 분석 내역 사항 방법 방안 가이드 항목 내용 요령 절차 순서 기준 지침 포인트 현장 초기 영구 \
         영구적 항구 항구적 단기 중기 장기 권장 권고 추천 시 및 과 와 의 별 상세 구체 구체적 적 기술 기술적 \
         나나 날까 났나 생기나 생기나요 생기는가 생기는지 생길까 생길까요 생겼나 생겼을까 생기는 생긴 나나요 하나 하나요 \
         할까 할까요 해야 하는가 하려면 해주세요 하세요 합니다 할지 하지 합니까 되나 되나요 일어나나 일어나나요 발생하나 발생하나요 발생하는가 \
         발생하는 발생했나 나타나나 나타나는 보이나 보이나요 보이는 나오나 나오나요 어떤 무엇을 무엇이 \
         뭘 목록 리스트 표 대상 두가지입니다 세가지입니다 네가지입니다 하나입니다 여러가지입니다 \
         다음과같습니다 다음과같다 한 위한 취할 해서는 하면 필요한 필요 다음 은 는 이 가 을 를 로 에 에서 대한 따른 관한 요약 \
         단계 차 후 핵심 기본 일반 세부 우선 품질 제품 상태 부위 유형 종류 요소 인자 계획 활동 실시 하기 \
         할 것 법 책 안 만 물어보기 들 중점 관리 대하여 대해 때 때는 그 이런 형태",
    ),
];

/// English stems: whole words, or the beginnings of words where they end in `*`.
const ENGLISH: &[(Stem, &str)] = &[
    (Cause, "cause* why reason* origin* rootcause* contributor* culprit* mechanism*"),
    (
        OwnAction,
        "corrective corrections correction remed* solution* fix* cure* repair* rectif* resolution* \
         resolve* containment countermeasure* counter-measure* treatment* contain rework*",
    ),
    (Action, "action* measure* respon* troubleshoot* handling correct improvement* improve"),
    (Prevention, "prevent* avoid* recurrence keep"),
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
        "date* owner* responsib* status department cost* history approval deadline* due assignee* picture* \
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
         detail* may might will result* from back again them there these those they here which as get rid right proper about s t factor* area* up down",
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
