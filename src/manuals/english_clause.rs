//! English sentences in the order of a manual's statements: an order for a passive, a condition at
//! the end.

use super::claim_words::ClaimWord;
use super::korean_forms::Form;
use fettle_domain::StatementKind;

/// Words that begin a condition or a time, which may stand before or after the clause.
const CONDITIONS: [&str; 8] =
    ["every", "if", "when", "before", "after", "until", "while", "unless"];
/// Words after which a condition in front could belong to only a part of the sentence.
const COORDINATION: [&str; 4] = ["and", "or", "then", "but"];
/// Forms of *to be*, with what makes an order of them.
const AUXILIARIES: [&str; 6] = ["is", "are", "be", "must", "should", "shall"];
/// Particles of phrasal verbs.
const PARTICLES: [&str; 5] = ["out", "off", "up", "down", "away"];
/// Irregular verbs of manuals, with their participles.
const IRREGULAR: [(&str, &str); 20] = [
    ("blow", "blown"),
    ("bring", "brought"),
    ("build", "built"),
    ("choose", "chosen"),
    ("dig", "dug"),
    ("draw", "drawn"),
    ("drive", "driven"),
    ("feed", "fed"),
    ("give", "given"),
    ("grind", "ground"),
    ("hold", "held"),
    ("keep", "kept"),
    ("make", "made"),
    ("rewind", "rewound"),
    ("send", "sent"),
    ("take", "taken"),
    ("tear", "torn"),
    ("throw", "thrown"),
    ("wind", "wound"),
    ("write", "written"),
];

/// The orders of words in which a sentence may be compared with a statement, its own first.
pub(super) fn readings(words: &[ClaimWord], kind: StatementKind) -> Vec<Vec<ClaimWord>> {
    if words.iter().any(|word| word.text.chars().any(fettle_domain::hangul::is_hangul)) {
        return vec![words.to_vec()];
    }
    let mut out = vec![words.to_vec()];
    out.extend(with_condition_last(words));
    if kind == StatementKind::Action {
        let active: Vec<_> = out.iter().filter_map(|words| as_order(words)).collect();
        out.extend(active);
    }
    // The order of words of a cause does not change, and its forms of *to be* say nothing.
    out.iter().map(|words| settled(words, kind)).collect()
}

/// `If …, open the vents` as `Open the vents if …`: only where the main clause is a single one.
fn with_condition_last(words: &[ClaimWord]) -> Option<Vec<ClaimWord>> {
    let first = words.first()?;
    if !CONDITIONS.contains(&first.text.as_str()) {
        return None;
    }
    let comma = words.iter().position(|word| word.joint)? + 1;
    let (condition, main) = words.split_at_checked(comma).filter(|(_, main)| !main.is_empty())?;
    let single = |word: &ClaimWord| !COORDINATION.contains(&word.text.as_str()) && !word.joint;
    main.iter().all(single).then(|| {
        let mut out = main.to_vec();
        out.extend_from_slice(condition);
        out
    })
}

/// `The film is reduced to 40 µm and the viscosity is increased` as `reduce film to 40 µm and
/// increase viscosity`: in each clause the verb goes to the front.
fn as_order(words: &[ClaimWord]) -> Option<Vec<ClaimWord>> {
    let mut out = Vec::new();
    for part in words.split_inclusive(|word| word.text == "and") {
        // `then` begins a clause, `and` ends one.
        let then = part
            .iter()
            .skip(1)
            .position(|word| word.text == "then")
            .map_or(part.len(), |at| at + 1);
        let (first, second) = part.split_at_checked(then)?;
        for clause in [first, second].into_iter().filter(|clause| !clause.is_empty()) {
            out.extend(clause_as_order(clause)?);
        }
    }
    Some(out)
}

fn clause_as_order(clause: &[ClaimWord]) -> Option<Vec<ClaimWord>> {
    // `then` stays in front: it says the order of steps.
    let (then, clause) = match clause.split_first() {
        Some((first, rest)) if first.text == "then" => (Some(first), rest),
        _ => (None, clause),
    };
    let is_auxiliary = |word: &ClaimWord| AUXILIARIES.contains(&word.text.as_str());
    let is_negation = |word: &ClaimWord| ["not", "never"].contains(&word.text.as_str());
    let at = clause.iter().position(is_auxiliary).filter(|at| *at > 0)?;
    let (object, rest) = clause.split_at_checked(at)?;
    let verb_at = rest.iter().position(|word| !is_auxiliary(word) && !is_negation(word))?;
    let (auxiliaries, rest) = rest.split_at_checked(verb_at)?;
    let (verb, rest) = rest.split_first()?;
    // `must replaced` is no passive.
    auxiliaries.iter().find(|word| ["is", "are", "be"].contains(&word.text.as_str()))?;
    let mut out: Vec<ClaimWord> = then.into_iter().cloned().collect();
    out.extend(auxiliaries.iter().find(|word| is_negation(word)).cloned());
    let forms: Vec<Form> = bases(&verb.text).iter().map(|base| Form::bare(base)).collect();
    if forms.is_empty() {
        return None;
    }
    out.push(ClaimWord { forms, ..verb.clone() });
    // `is blown out`: `blow out the tray`.
    let particles = rest.iter().take_while(|word| PARTICLES.contains(&word.text.as_str())).count();
    let (particles, rest) = rest.split_at_checked(particles)?;
    out.extend_from_slice(particles);
    out.extend_from_slice(object);
    out.extend_from_slice(rest);
    Some(out)
}

/// The verbs of which a word may be the participle; none of a word that is none.
fn bases(participle: &str) -> Vec<String> {
    if let Some((base, _)) = IRREGULAR.iter().find(|(_, other)| *other == participle) {
        return vec![(*base).to_owned()];
    }
    let Some(stem) = participle.strip_suffix("ed") else { return Vec::new() };
    let mut out = vec![stem.to_owned(), format!("{stem}e")];
    if let Some(stem) = stem.strip_suffix('i') {
        out.push(format!("{stem}y"));
    }
    let mut chars = stem.chars();
    // stopped, controlled.
    if chars.next_back() == chars.next_back() {
        out.extend(
            stem.char_indices().next_back().and_then(|(at, _)| stem.get(..at)).map(str::to_owned),
        );
    }
    out
}

/// Without the words that say nothing: *is* and *are*, in an action `must` too; `do not` and
/// `never` are one.
fn settled(words: &[ClaimWord], kind: StatementKind) -> Vec<ClaimWord> {
    let action = kind == StatementKind::Action;
    let mut out: Vec<ClaimWord> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1).map(|next| next.text.as_str());
        match word.text.as_str() {
            "is" | "are" => {}
            "must" | "should" | "be" if action => {}
            "do" if action && next == Some("not") => {}
            "never" if action => {
                out.push(ClaimWord {
                    text: "not".into(),
                    forms: vec![Form::bare("not")],
                    joint: false,
                });
            }
            _ => out.push(word.clone()),
        }
    }
    out
}
