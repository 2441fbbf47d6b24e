//! Statements about one defect that give different numbers for the same thing.

use std::collections::HashMap;

use fettle_domain::{Section, Statement};

use super::measures::{Measure, measures};
use super::steps::count_steps;

/// The most pairs of numbers that are compared, and the most disagreements that are named.
const MAX_COMPARED: usize = 200_000;
const MAX_FOUND: usize = 200;

/// Two numbers of which at most one is right.
#[derive(Debug, Clone, PartialEq)]
pub struct Disagreement<'a> {
    /// What both are about, as the first statement words it.
    pub subject: String,
    /// The first statement, and its number and unit as written.
    pub first: (&'a Statement, String),
    /// The second statement, and its number and unit as written.
    pub second: (&'a Statement, String),
}

/// The disagreements between two sections about one defect, of one manual or of two. For those within
/// a section give it twice.
pub fn disagreements<'a>(first: &'a Section, second: &'a Section) -> Vec<Disagreement<'a>> {
    let of = |section: &'a Section| -> Vec<(&'a Statement, Measure)> {
        let each = |one: &'a Statement| measures(&one.text).into_iter().map(move |m| (one, m));
        section.all_statements().flat_map(each).collect()
    };
    let (left, right) = (of(first), of(second));
    let is_one = std::ptr::eq(first, second);
    // Only what ends in the same word, in the same unit, is about the same.
    let mut alike: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    for (at, (_, measure)) in right.iter().enumerate() {
        let Some(word) = measure.subject.last() else { continue };
        alike.entry((measure.unit(), word.as_str())).or_default().push(at);
    }
    let mut compared = 0_usize;
    let mut out = Vec::new();
    for (at, (a, measure)) in left.iter().enumerate() {
        let Some(word) = measure.subject.last() else { continue };
        let from = if is_one { at + 1 } else { 0 };
        let others = alike.get(&(measure.unit(), word.as_str())).into_iter().flatten();
        let others = others.filter(|at| **at >= from).filter_map(|at| right.get(*at));
        for (b, other) in others {
            compared += 1;
            count_steps(1);
            if compared > MAX_COMPARED || out.len() >= MAX_FOUND {
                return out;
            }
            // Within a statement, numbers are steps or places.
            if !std::ptr::eq(*a, *b) && a.kind == b.kind && measure.contradicts(other) {
                out.push(Disagreement {
                    subject: measure.subject.join(" "),
                    first: (*a, measure.text.clone()),
                    second: (*b, other.text.clone()),
                });
            }
        }
    }
    out
}
