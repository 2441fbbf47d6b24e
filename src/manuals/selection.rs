//! A language model's choice: which statements come first, in which order, joined by which words.
//!
//! The answer holds ids and marks alone: `c2 c1 | a1 +a3`. Code writes the sentences. What is not
//! chosen follows in printed order, so that nothing of the manual is lost.

use fettle_domain::{Section, SelectionGrammar, SelectionGroup, Statement};

use super::answer_validation::{AnswerProblem, without_markup};
use super::orders::is_order_to_reader;

/// Words that join an action to the one before it. None of them says more than *and*.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Connective {
    /// 또한.
    Also,
    /// 이와 함께.
    Together,
}

impl Connective {
    const ALL: [Self; 2] = [Self::Also, Self::Together];

    fn mark(self) -> char {
        match self {
            Self::Also => '+',
            Self::Together => '&',
        }
    }

    pub(super) fn korean(self) -> &'static str {
        match self {
            Self::Also => "또한",
            Self::Together => "이와 함께",
        }
    }
}

/// Words with which a step of a procedure begins. Such actions keep their printed order.
const STEPS: [&str; 18] = [
    "먼저",
    "우선",
    "다음",
    "다음으로",
    "그",
    "이후",
    "이어서",
    "마지막으로",
    "최종적으로",
    "first",
    "first,",
    "then",
    "next",
    "next,",
    "after",
    "afterwards",
    "finally",
    "finally,",
];

/// A statement in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pick {
    /// Place of the statement in its printed list, from 0.
    pub(super) index: usize,
    /// The word before its sentence.
    pub(super) connective: Option<Connective>,
}

/// An order of the statements of a section. The default is the printed one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    causes: Vec<Pick>,
    actions: Vec<Pick>,
}

impl Selection {
    /// The causes in the order of the report: the chosen ones, then the others.
    pub(super) fn causes<'s>(
        &self,
        section: &'s Section,
    ) -> Vec<(&'s Statement, Option<Connective>)> {
        ordered(&section.causes, &self.causes)
    }

    /// The actions in the order of the report.
    pub(super) fn actions<'s>(
        &self,
        section: &'s Section,
    ) -> Vec<(&'s Statement, Option<Connective>)> {
        if section.actions.iter().any(|action| is_step(&action.text)) {
            return ordered(&section.actions, &[]);
        }
        ordered(&section.actions, &self.actions)
    }
}

fn ordered<'s>(
    statements: &'s [Statement],
    picks: &[Pick],
) -> Vec<(&'s Statement, Option<Connective>)> {
    let chosen =
        picks.iter().filter_map(|pick| Some((statements.get(pick.index)?, pick.connective)));
    let others =
        statements.iter().enumerate().filter(|(at, _)| picks.iter().all(|p| p.index != *at));
    chosen.chain(others.map(|(_, statement)| (statement, None))).collect()
}

fn is_step(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default().to_lowercase();
    STEPS.contains(&first.as_str())
}

/// The grammar of an answer about the first `causes` and `actions` statements. `None` where there
/// is nothing to choose.
pub fn selection_grammar(section: &Section, statements: usize) -> Option<SelectionGrammar> {
    let (causes, actions) = super::prompt::shown(section, statements);
    let group = |letter, list: &[Statement], count: usize| SelectionGroup {
        letter,
        numbers: (1..)
            .zip(list.iter().take(count))
            .filter(|(_, statement)| !is_order_to_reader(&statement.text))
            .map(|(number, _)| number)
            .collect(),
        marks: match letter {
            'a' => Connective::ALL.map(Connective::mark).to_vec(),
            _ => Vec::new(),
        },
    };
    SelectionGrammar::new(vec![
        group('c', &section.causes, causes),
        group('a', &section.actions, actions),
    ])
}

/// Reads a model's choice. An answer from a server is held to no grammar: of its lines the last
/// counts that is a choice and nothing else. Unknown and repeated ids in it are passed over.
///
/// # Errors
/// [`AnswerProblem::Empty`]; [`AnswerProblem::Unreadable`] where no line is a choice.
pub fn parse_selection(answer: &str, section: &Section) -> Result<Selection, AnswerProblem> {
    let answer = without_markup(answer);
    if answer.is_empty() {
        return Err(AnswerProblem::Empty);
    }
    let lines = answer.lines().rev().filter_map(|line| parse_line(line, section));
    lines.into_iter().next().ok_or(AnswerProblem::Unreadable)
}

fn parse_line(line: &str, section: &Section) -> Option<Selection> {
    let mut out = Selection::default();
    let words = line.split(|c: char| c.is_whitespace() || "|,;[]()`".contains(c));
    for word in words.filter(|word| !word.is_empty()) {
        let connective = Connective::ALL.into_iter().find(|one| word.starts_with(one.mark()));
        let id = word.trim_start_matches(['+', '&']);
        let (list, picks) = match id.chars().next()? {
            'c' => (&section.causes, &mut out.causes),
            'a' => (&section.actions, &mut out.actions),
            _ => return None,
        };
        let number: usize = id.get(1..)?.parse().ok()?;
        let Some(index) = number.checked_sub(1).filter(|index| *index < list.len()) else {
            continue;
        };
        if picks.iter().all(|pick| pick.index != index) {
            let connective = connective.filter(|_| !picks.is_empty());
            picks.push(Pick { index, connective });
        }
    }
    (!out.causes.is_empty() || !out.actions.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_testing::documents::section;

    /// Ids in the order of the report, without the code of the defect; joined ones with a mark.
    fn order(answer: &str) -> Option<String> {
        let section = section("hole", "hole");
        let selection = parse_selection(answer, &section).ok()?;
        let mark =
            |of: Option<Connective>| of.map(Connective::mark).map_or(String::new(), String::from);
        let all = selection.causes(&section).into_iter().chain(selection.actions(&section));
        let all: Vec<String> = all
            .map(|(statement, joined)| mark(joined) + statement.id.trim_start_matches("hole."))
            .collect();
        Some(all.join(" "))
    }

    #[test]
    fn a_choice_orders_and_loses_nothing() {
        for (answer, expected) in [
            ("c2 c1 | a3 +a1 &a2", Some("c2 c1 a3 +a1 &a2")),
            ("c2 | a3", Some("c2 c1 a3 a1 a2")),
            ("a2", Some("c1 c2 a2 a1 a3")),
            // From a server: other separators, talk around it, unknown and repeated ids.
            ("Here is the order:\n[c2, c1] [a3, a1]", Some("c2 c1 a3 a1 a2")),
            ("c9 c2 c2 | a0 +a3", Some("c2 c1 a3 a1 a2")),
            ("<think>c1 a1</think>c2 | a2<|im_end|>", Some("c2 c1 a2 a1 a3")),
            ("원인: 가스입니다. [c1]", None),
            ("c9 | a9", None),
            ("c가", None),
            ("", None),
        ] {
            assert_eq!(order(answer).as_deref(), expected, "{answer}");
        }
    }

    #[test]
    fn steps_keep_their_printed_order() {
        let mut steps = section("hole", "hole");
        steps.actions[1].text = "다음으로 밸브 개방".to_owned();
        let selection = parse_selection("c1 | a3 a2 a1", &steps).unwrap();
        let ids: Vec<_> = selection.actions(&steps).iter().map(|(s, _)| s.id.as_str()).collect();
        assert_eq!(ids, ["hole.a1", "hole.a2", "hole.a3"]);
    }

    #[test]
    fn the_grammar_knows_the_statements_of_the_prompt() {
        let grammar = selection_grammar(&section("hole", "hole"), 8).unwrap();
        for (answer, fits) in
            [("c2 c1 | a3 +a1", true), ("c1 | a3 a1 a2", true), ("c3 | a1", false), ("c1", false)]
        {
            assert_eq!(grammar.is_complete(answer), fits, "{answer}");
        }
    }
}
