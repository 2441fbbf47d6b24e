//! Which id is at which of FAISS's places.

use std::collections::{BTreeMap, BTreeSet};

/// No vector is at this slot.
pub(super) const FREE: i64 = -1;

/// The id at each slot, and back.
#[derive(Default, PartialEq, Debug)]
pub(super) struct Slots {
    ids: Vec<i64>,
    slots: BTreeMap<i64, usize>,
    free: Vec<usize>,
}

impl Slots {
    /// From the ids by slot; `None` where an id is there twice or is neither an id nor
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

    pub(super) fn by_slot(&self) -> &[i64] {
        &self.ids
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = i64> + '_ {
        self.slots.keys().copied()
    }

    pub(super) fn of(&self, id: i64) -> Option<usize> {
        self.slots.get(&id).copied()
    }

    pub(super) fn id(&self, slot: u64) -> Option<i64> {
        self.ids.get(usize::try_from(slot).ok()?).copied().filter(|id| *id != FREE)
    }

    /// A slot for each of `ids`, which have none: freed ones first, so that slots stay dense.
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

    /// Leaves holes.
    pub(super) fn free(&mut self, ids: &BTreeSet<i64>) {
        for slot in ids.iter().filter_map(|id| self.slots.remove(id)) {
            if let Some(place) = self.ids.get_mut(slot) {
                *place = FREE;
                self.free.push(slot);
            }
        }
    }

    /// Leaves none: what comes behind moves forward.
    pub(super) fn close_up(&mut self, ids: &BTreeSet<i64>) {
        self.ids.retain(|id| !ids.contains(id));
        self.slots = self.ids.iter().enumerate().map(|(slot, id)| (*id, slot)).collect();
    }
}
