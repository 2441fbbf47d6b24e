//! Slots: the positions of vectors in the FAISS index, and their ids.

use std::collections::{BTreeMap, BTreeSet};

/// Id of a slot without a vector.
pub(super) const FREE: i64 = -1;

/// Map between slots and ids.
#[derive(Default, PartialEq, Debug)]
pub(super) struct Slots {
    ids: Vec<i64>,
    slots: BTreeMap<i64, usize>,
    free: Vec<usize>,
}

impl Slots {
    /// Slots from the ids in their order; `None` where an id occurs twice or is negative and not
    /// [`FREE`].
    pub(super) fn from_ids(ids: Vec<i64>) -> Option<Self> {
        let mut slots = BTreeMap::new();
        let mut free = Vec::new();
        for (slot, id) in ids.iter().enumerate() {
            match *id {
                FREE => free.push(slot),
                id if id < 0 || slots.insert(id, slot).is_some() => return None,
                _ => {}
            }
        }
        Some(Self { ids, slots, free })
    }

    /// The id of each slot, or [`FREE`].
    pub(super) fn by_slot(&self) -> &[i64] {
        &self.ids
    }

    /// Number of ids.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The ids, rising.
    pub(super) fn ids(&self) -> impl Iterator<Item = i64> + '_ {
        self.slots.keys().copied()
    }

    /// The slot of an id.
    pub(super) fn of(&self, id: i64) -> Option<usize> {
        self.slots.get(&id).copied()
    }

    /// The id of a slot; `None` for a free slot.
    pub(super) fn id(&self, slot: u64) -> Option<i64> {
        self.ids.get(usize::try_from(slot).ok()?).copied().filter(|id| *id != FREE)
    }

    /// Assigns a slot to each of `ids`, which must have none: free slots first, so that slots stay
    /// dense.
    pub(super) fn take(&mut self, ids: &[i64]) -> Vec<usize> {
        let taken = ids.iter().map(|id| {
            let slot = self.free.pop().unwrap_or(self.ids.len());
            match self.ids.get_mut(slot) {
                Some(place) => *place = *id,
                None => self.ids.push(*id),
            }
            self.slots.insert(*id, slot);
            slot
        });
        taken.collect()
    }

    /// Frees the slots of `ids`; the other ids keep theirs.
    pub(super) fn free(&mut self, ids: &BTreeSet<i64>) {
        for slot in ids.iter().filter_map(|id| self.slots.remove(id)) {
            if let Some(place) = self.ids.get_mut(slot) {
                *place = FREE;
                self.free.push(slot);
            }
        }
    }

    /// Removes `ids`; the ids behind move forward, so that no slot is free.
    pub(super) fn compact(&mut self, ids: &BTreeSet<i64>) {
        self.ids.retain(|id| !ids.contains(id));
        self.slots = self.ids.iter().enumerate().map(|(slot, id)| (*id, slot)).collect();
    }
}
