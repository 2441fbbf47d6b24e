//! Whether a sentence says what a statement of the manual says: nothing else, nothing more, nothing
//! less.
//!
//! The sentence and the statement must have the same words in the same order, but for particles,
//! verb endings, articles and a frame ([`super::claim_frames`]). So another number, unit, sign,
//! object or verb, a negation on either side, a condition that is missing and an order that was
//! added are all differences. What is compared is never a list of opposites: that would miss those
//! that nobody thought of.
//!
//! True sentences in other words fail too. They are left out, which costs little: the statement
//! itself is in the report.

use super::claim_frames::{endings, with_one_prohibition, without_opening};
use super::claim_words::{ClaimWord, claim_words};
use super::english_clause::readings;
use super::korean_forms::{Form, WordRole};
use super::orders::is_order_to_reader;
use fettle_domain::{ReportPart, Section, Statement, StatementKind};

/// Words by which a statement limits or denies, so that it cannot share a sentence with another.
const LIMITS: [&str; 22] = [
    "때", "경우", "않", "없", "못", "말", "금지", "이상", "이하", "전", "후", "뒤", "if", "when",
    "before", "after", "until", "unless", "not", "never", "without", "only",
];

/// The ids of the statements that a sentence of `part` restates: one, or two that it joins. `None`:
/// the manual does not say it.
pub(super) fn find_support(
    sentence: &str,
    part: ReportPart,
    section: &Section,
) -> Option<Vec<String>> {
    let (kind, statements): (_, &[Statement]) = match part {
        ReportPart::Causes => (StatementKind::Cause, &section.causes),
        ReportPart::Actions => (StatementKind::Action, &section.actions),
        _ => return None,
    };
    if is_order_to_reader(sentence) {
        return None;
    }
    let stated: Vec<(&Statement, Vec<Vec<ClaimWord>>)> = statements
        .iter()
        .filter(|statement| !is_order_to_reader(&statement.text))
        .map(|statement| {
            let words = with_one_prohibition(&claim_words(&statement.text), kind);
            (statement, readings(&words, kind))
        })
        .collect();
    let words = with_one_prohibition(&claim_words(sentence), kind);
    let opened = without_opening(&words, kind);
    let claims: Vec<Vec<ClaimWord>> =
        readings(opened, kind).iter().flat_map(|reading| endings(reading, kind)).collect();
    let same = |claim: &[ClaimWord], stated: &[Vec<ClaimWord>]| {
        stated.iter().any(|words| is_same(claim, words, kind))
    };
    let one = stated.iter().find(|(_, words)| claims.iter().any(|claim| same(claim, words)));
    if let Some((statement, _)) = one {
        return Some(vec![statement.id.clone()]);
    }
    claims.iter().find_map(|claim| {
        let joints = (1..claim.len()).filter(|at| is_joint(claim, *at));
        joints.filter_map(|at| claim.split_at_checked(at)).find_map(|(first, second)| {
            let second = match second.split_first() {
                Some((and, rest)) if and.text == "and" => rest,
                _ => second,
            };
            let of = |half: &[ClaimWord]| {
                stated.iter().position(|(_, words)| !is_limited(words) && same(half, words))
            };
            // Actions keep their order: the sentence says one after the other.
            let (a, b) = (of(first)?, of(second)?);
            let pair = (a < b).then(|| stated.get(a).zip(stated.get(b))).flatten()?;
            Some(vec![pair.0.0.id.clone(), pair.1.0.id.clone()])
        })
    })
}

/// Whether a clause may end before the word at `at`.
fn is_joint(claim: &[ClaimWord], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| claim.get(at));
    before.is_some_and(|word| word.joint) || claim.get(at).is_some_and(|word| word.text == "and")
}

fn is_limited(readings: &[Vec<ClaimWord>]) -> bool {
    let limits = |form: &Form| LIMITS.contains(&form.stem.as_str());
    readings.iter().flatten().any(|word| word.forms.iter().any(limits))
}

/// Whether two texts have the same words in the same order.
fn is_same(claim: &[ClaimWord], stated: &[ClaimWord], kind: StatementKind) -> bool {
    claim.len() == stated.len()
        && claim.iter().zip(stated).all(|(claim, stated)| {
            claim.forms.iter().any(|claim| {
                let fits = |stated: &Form| {
                    claim.stem == stated.stem && is_compatible(claim.role, stated.role, kind)
                };
                stated.forms.iter().any(fits)
            })
        })
}

/// Whether a sentence may give a word the role `claim` where the statement has `stated`.
fn is_compatible(claim: WordRole, stated: WordRole, kind: StatementKind) -> bool {
    use WordRole::{Active, Bare, Genitive, Object, Other, Passive, Subject, Topic};
    let cause = kind == StatementKind::Cause;
    match (claim, stated) {
        _ if claim == stated => true,
        (Other(_), _) | (_, Other(_)) => false,
        (Genitive, Bare) | (Bare, Genitive | Object | Subject) => true,
        (Subject, Genitive) | (Topic, Subject) | (Subject, Topic) => cause,
        (Object, Genitive) | (Topic, Object) | (Object, Topic) => !cause,
        // What happens to a thing in a cause, what is done with it in an action.
        (Subject | Topic | Passive, Bare) => cause,
        (Object | Active, Bare) => !cause || claim == Active,
        (Bare, Active) => true,
        (Bare, Passive) => cause,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_testing::documents::section;

    /// Whether a sentence about an action or a cause is supported by a section with this statement
    /// alone.
    fn is_supported(part: ReportPart, statement: &str, sentence: &str) -> bool {
        let mut section = section("x", "x");
        for statements in [&mut section.causes, &mut section.actions] {
            statements.truncate(1);
            statements[0].text = statement.to_owned();
        }
        find_support(sentence, part, &section).is_some()
    }

    #[test]
    fn a_sentence_says_what_the_statement_says_or_is_left_out() {
        use ReportPart::{Actions, Causes};
        for (part, statement, sentence, expected) in [
            (Actions, "노즐을 필터로 교체", "필터를 노즐로 교체합니다.", false),
            (Actions, "노즐을 필터로 교체", "노즐을 필터로 교체합니다.", true),
            (Actions, "센서 점검", "센서로 점검합니다.", false),
            (Actions, "트레이에서 청소", "트레이에 청소합니다.", false),
            (Actions, "A 밸브만 개방", "A 밸브를 개방합니다.", false),
            (Actions, "A 밸브 개방", "A 밸브만 개방합니다.", false),
            (Actions, "필터 또는 노즐 교체", "필터 및 노즐을 교체합니다.", false),
            (Actions, "필터 점검 후 교체", "필터를 점검하고 교체합니다.", false),
            (Actions, "필터 교체", "필터를 교체했습니다.", false),
            (Actions, "필터 교체", "필터를 교체할 필요가 없습니다.", false),
            (Actions, "필터 교체", "필터를 교체하면 안 됩니다.", false),
            (Actions, "필터 교체", "필터를 교체해도 됩니다.", false),
            (Actions, "필터 교체", "필터를 교체합니까?", false),
            (Actions, "압력 0.5 MPa 유지", "압력 0.5 mPa 유지.", false),
            (Actions, "1.5 mm 간격 유지", "15 mm 간격을 유지합니다.", false),
            (Actions, "덮개를 열지 말 것", "덮개를 열지 마십시오.", true),
            (Actions, "덮개를 열지 말 것", "덮개를 열고 청소합니다.", false),
            (Actions, "Operate with gloves", "Operate without gloves", false),
            (Actions, "Open the valve", "The valve is open.", false),
            (Actions, "Open the valve", "The valve is opened.", true),
            (Actions, "Open the valve", "The valve opens.", false),
            (Actions, "Open the valve", "The valve cannot be opened.", false),
            (Actions, "Check A and clean B weekly", "Weekly, check A and clean B.", false),
            (Actions, "Do not omit degassing", "Omit degassing.", false),
            (Actions, "Keep it between 5 and 7 bar", "Keep it between 5 and 7 mbar", false),
            (Causes, "Wear caused by friction", "Wear causes friction.", false),
            (Causes, "Damaged belt", "Damaging belt.", false),
            (Causes, "온도 상승", "온도가 상승하지 않습니다.", false),
            (Causes, "온도 상승", "온도가 상승합니다.", true),
            (Causes, "온도 상승", "온도 상승이 원인이 아닙니다.", false),
            (Causes, "온도 상승", "주요 원인은 온도 상승입니다.", false),
        ] {
            assert_eq!(
                is_supported(part, statement, sentence),
                expected,
                "{statement}: {sentence}"
            );
        }
    }
}
