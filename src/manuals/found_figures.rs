//! The pictures of a file as its reader finds them, before anybody knows what they belong to.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;

use fettle_domain::{FigureFault, FigureSource};

use super::figure_check::fault_of;
use super::package::{Package, PartBytes};
use super::relations::Relation;
use super::unpaged_lines::LinePicture;

/// The most pictures of a document that are looked at.
pub(super) const MAX_FIGURES: usize = 1_000;
/// A picture that a document shows this often is a sign, such as a warning triangle, and no figure.
const SIGN_REPEATS: usize = 3;
/// The least side of a figure, in points: below it are bullets and symbols.
pub(super) const MIN_SIDE_PT: f64 = 24.0;
/// English Metric Units in a point (ECMA-376, part 1, 20.1.10.16), as Office gives sizes.
pub(super) const EMU_PER_POINT: f64 = 12_700.0;
/// The most bytes of all pictures of a document that are looked at.
const MAX_LOOKED_AT: u64 = 1 << 30;

/// A picture of a file.
#[derive(Debug, Clone)]
pub(super) struct FoundFigure {
    pub(super) source: FigureSource,
    /// Why it cannot be shown, if it cannot.
    pub(super) fault: Option<FigureFault>,
    pub(super) place: FoundPlace,
}

/// Where a picture stands among the lines.
#[derive(Debug, Clone)]
pub(super) enum FoundPlace {
    /// In a file without pages, by the numbers of lines.
    Numbers {
        /// Those beside it: of its paragraph, its cell, its row, its slide.
        beside: Option<RangeInclusive<u32>>,
        /// The last one before it, 0 for none.
        after: u32,
    },
    /// On the page that its source names.
    Page,
}

/// The pictures that a document with parts refers to.
#[derive(Debug, Default)]
pub(super) struct PartFigures {
    found: Vec<FoundFigure>,
}

impl PartFigures {
    /// Adds a picture to which a part refers by the id `relation`.
    pub(super) fn push(
        &mut self,
        relations: &[Relation],
        relation: &str,
        beside: Option<RangeInclusive<u32>>,
        after: u32,
    ) {
        if self.found.len() >= MAX_FIGURES {
            return;
        }
        let Some(target) = relations.iter().find(|one| one.id == relation) else { return };
        let fault = target.is_external.then_some(FigureFault::Elsewhere);
        let source = FigureSource::Part { name: target.target.clone() };
        let place = FoundPlace::Numbers { beside, after };
        self.found.push(FoundFigure { source, fault, place });
    }

    /// Adds the pictures among lines, which are called by the ids of their relations.
    pub(super) fn extend(&mut self, relations: &[Relation], pictures: Vec<LinePicture>) {
        for LinePicture { name, beside, after } in pictures {
            self.push(relations, &name, beside, after);
        }
    }

    /// The figures among them, each looked at.
    pub(super) fn looked_at(self, package: &mut Package<'_>) -> Vec<FoundFigure> {
        let mut faults: HashMap<String, Option<FigureFault>> = HashMap::new();
        let mut left = MAX_LOOKED_AT;
        let mut found = without_signs(self.found);
        for figure in &mut found {
            let FigureSource::Part { name } = &figure.source else { continue };
            if figure.fault.is_some() {
                continue;
            }
            let fault = faults.entry(name.clone()).or_insert_with(|| {
                match package.read_bytes(name, left) {
                    PartBytes::Read(bytes) => {
                        left = left.saturating_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
                        fault_of(&bytes)
                    }
                    PartBytes::TooLarge => Some(FigureFault::TooLarge),
                    PartBytes::Broken => Some(FigureFault::Broken),
                }
            });
            figure.fault = *fault;
        }
        found
    }
}

/// The pictures that are no signs, each once a place.
fn without_signs(mut found: Vec<FoundFigure>) -> Vec<FoundFigure> {
    let name = |figure: &FoundFigure| match &figure.source {
        FigureSource::Part { name } => Some(name.clone()),
        _ => None,
    };
    let mut times: HashMap<String, usize> = HashMap::new();
    for name in found.iter().filter_map(name) {
        *times.entry(name).or_default() += 1;
    }
    let mut seen = HashSet::new();
    found.retain(|figure| {
        let Some(name) = name(figure) else { return true };
        let FoundPlace::Numbers { after, .. } = figure.place else { return true };
        times.get(&name).is_none_or(|times| *times < SIGN_REPEATS) && seen.insert((name, after))
    });
    found
}
