//! The order of the strip and its counts, computed once for each change of the batch.

/// How many parts of a batch were inspected and judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BatchCounts {
    pub(super) parts: usize,
    pub(super) judged: usize,
    pub(super) ng: usize,
}

/// What the strip sorts and counts a part by.
#[derive(Debug, Clone, Copy)]
pub(super) struct PartState {
    pub(super) is_judged: bool,
    pub(super) is_ng: bool,
}

/// Where each part stands in the strip.
#[derive(Debug)]
pub(super) struct StripOrder {
    /// Whether the parts that nobody has judged come first.
    pub(super) unjudged_first: bool,
    /// The indexes of the parts from left to right.
    order: Vec<usize>,
    /// The place of each part in `order`.
    places: Vec<usize>,
    pub(super) counts: BatchCounts,
}

impl StripOrder {
    pub(super) fn of(parts: &[PartState], unjudged_first: bool) -> Self {
        let mut order: Vec<usize> = (0..parts.len()).collect();
        if unjudged_first {
            order.sort_by_key(|index| parts.get(*index).is_some_and(|part| part.is_judged));
        }
        let mut places = vec![0; parts.len()];
        for (place, index) in order.iter().enumerate() {
            if let Some(slot) = places.get_mut(*index) {
                *slot = place;
            }
        }
        let counts = BatchCounts {
            parts: parts.len(),
            judged: parts.iter().filter(|part| part.is_judged).count(),
            ng: parts.iter().filter(|part| part.is_ng).count(),
        };
        Self { unjudged_first, order, places, counts }
    }

    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// The index of the part at a place.
    pub(super) fn at(&self, place: usize) -> Option<usize> {
        self.order.get(place).copied()
    }

    /// The place of the part at an index.
    pub(super) fn place_of(&self, index: usize) -> Option<usize> {
        self.places.get(index).copied()
    }
}
