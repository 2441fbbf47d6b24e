//! The parts opened to be inspected one after the other, and what is known of each.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::strip_order::{BatchCounts, PartState, StripOrder};
use crate::widgets::inspection::opinions::{Opinions, PersonsVerdict};
use fettle_domain::{InspectionId, Verdict};

/// A part of the batch: an image file and what is known of it.
#[derive(Debug, Clone, Default)]
pub(super) struct BatchPart {
    pub(super) file: PathBuf,
    /// The inspection, once it is recorded.
    pub(super) inspection: Option<InspectionId>,
    pub(super) opinions: Opinions,
    /// Whether the image could not be inspected.
    pub(super) failed: bool,
}

impl BatchPart {
    /// Whether a person has judged the part, or pressed a key that will be recorded.
    pub(super) fn is_judged(&self) -> bool {
        self.opinions.person != PersonsVerdict::None
    }

    /// File name, without its folders.
    pub(super) fn file_name(&self) -> String {
        let name = self.file.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }
}

/// The parts in the order of the list, and the index of the current one.
#[derive(Default)]
pub(super) struct Batch {
    parts: Vec<BatchPart>,
    current: usize,
    /// The order of the strip until a part changes.
    order: RefCell<Option<Rc<StripOrder>>>,
}

impl Batch {
    /// `current` is the index of the image to start with.
    pub(super) fn new(files: Vec<PathBuf>, current: usize) -> Self {
        let part = |file| BatchPart { file, ..BatchPart::default() };
        Self { parts: files.into_iter().map(part).collect(), current, ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    pub(super) fn current(&self) -> Option<&BatchPart> {
        self.parts.get(self.current)
    }

    pub(super) fn current_file(&self) -> Option<&Path> {
        self.current().map(|part| part.file.as_path())
    }

    /// The parts of the image `file`: a list may name it twice.
    pub(super) fn of_file(&mut self, file: &Path) -> impl Iterator<Item = &mut BatchPart> {
        self.order.take();
        self.parts.iter_mut().filter(move |part| part.file == file)
    }

    /// The parts of the inspection `id`.
    pub(super) fn of_inspection(
        &mut self,
        id: InspectionId,
    ) -> impl Iterator<Item = &mut BatchPart> {
        self.order.take();
        self.parts.iter_mut().filter(move |part| part.inspection == Some(id))
    }

    /// The order in which the strip shows the parts.
    pub(super) fn order(&self, unjudged_first: bool) -> Rc<StripOrder> {
        let mut kept = self.order.borrow_mut();
        match kept.as_ref().filter(|order| order.unjudged_first == unjudged_first) {
            Some(order) => Rc::clone(order),
            None => Rc::clone(kept.insert(Rc::new(StripOrder::of(&self.states(), unjudged_first)))),
        }
    }

    fn states(&self) -> Vec<PartState> {
        let state = |part: &BatchPart| PartState {
            is_judged: part.is_judged(),
            is_ng: part.opinions.counts() == Some(Verdict::Ng),
        };
        self.parts.iter().map(state).collect()
    }

    pub(super) fn part(&self, index: usize) -> Option<&BatchPart> {
        self.parts.get(index)
    }

    /// The indexes of the parts that stand before and after the current one in the strip.
    pub(super) fn neighbours(&self, unjudged_first: bool) -> (Option<usize>, Option<usize>) {
        let order = self.order(unjudged_first);
        let Some(at) = order.place_of(self.current) else { return (None, None) };
        (at.checked_sub(1).and_then(|at| order.at(at)), order.at(at + 1))
    }

    /// The index of the part to go on to after a judgement: the next of the list, or the next that
    /// nobody has judged, where those come first.
    pub(super) fn following(&self, unjudged_first: bool) -> Option<usize> {
        if !unjudged_first {
            return Some(self.current + 1).filter(|next| *next < self.parts.len());
        }
        let after = self.current + 1..self.parts.len();
        after
            .chain(0..self.current)
            .find(|index| self.parts.get(*index).is_some_and(|part| !part.is_judged()))
    }

    /// Makes the part at `index` the current one.
    pub(super) fn go_to(&mut self, index: usize) {
        if index < self.parts.len() {
            self.current = index;
        }
    }

    /// The index of the current part.
    pub(super) fn index(&self) -> usize {
        self.current
    }

    /// Number of the current image and of all, such as `2 / 5`.
    pub(super) fn position(&self) -> String {
        format!("{} / {}", self.current + 1, self.parts.len())
    }

    pub(super) fn counts(&self, unjudged_first: bool) -> BatchCounts {
        self.order(unjudged_first).counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Five parts of which those at `judged` are judged.
    fn batch(current: usize, judged: &[usize]) -> Batch {
        let files = (0..5).map(|number| PathBuf::from(format!("{number}.png"))).collect();
        let mut batch = Batch::new(files, current);
        for index in judged {
            batch.parts[*index].opinions.person = PersonsVerdict::Said(Verdict::Ok);
        }
        batch
    }

    #[test]
    fn going_on_takes_the_next_part_or_the_next_that_nobody_judged() {
        // Current, judged, unjudged first, expected.
        let cases = [
            (0, vec![], false, Some(1)),
            (0, vec![1], false, Some(1)),
            (4, vec![], false, None),
            (0, vec![0, 1], true, Some(2)),
            (3, vec![1, 3, 4], true, Some(0)),
            (2, vec![0, 1, 2, 3, 4], true, None),
        ];
        for (current, judged, unjudged_first, expected) in cases {
            let found = batch(current, &judged).following(unjudged_first);
            assert_eq!(found, expected, "{current} {judged:?} {unjudged_first}");
        }
    }

    #[test]
    fn the_arrows_follow_the_order_of_the_strip() {
        // Judged, unjudged first, the order; the arrows from part 2.
        let cases = [
            (vec![0, 3], false, vec![0, 1, 2, 3, 4], (Some(1), Some(3))),
            (vec![0, 3], true, vec![1, 2, 4, 0, 3], (Some(1), Some(4))),
            (vec![0, 1, 3, 4], true, vec![2, 0, 1, 3, 4], (None, Some(0))),
        ];
        for (judged, unjudged_first, order, arrows) in cases {
            let batch = batch(2, &judged);
            let found: Vec<usize> =
                (0..5).map(|place| batch.order(unjudged_first).at(place).unwrap()).collect();
            assert_eq!(found, order);
            assert_eq!(batch.neighbours(unjudged_first), arrows, "{judged:?}");
        }
    }

    #[test]
    fn the_order_is_computed_once_for_each_change() {
        let mut batch = batch(0, &[0]);
        let before = batch.order(true);
        assert!(Rc::ptr_eq(&before, &batch.order(true)));
        batch.go_to(3);
        assert!(Rc::ptr_eq(&before, &batch.order(true)), "the current part has no part in it");
        for part in batch.of_file(Path::new("1.png")) {
            part.opinions.person = PersonsVerdict::Said(Verdict::Ng);
        }
        let after = batch.order(true);
        assert_eq!((after.at(3), after.at(4), after.place_of(1)), (Some(0), Some(1), Some(4)));
        let counts = BatchCounts { parts: 5, judged: 2, ng: 1 };
        assert_eq!((after.counts, batch.counts(false)), (counts, counts));
    }
}
