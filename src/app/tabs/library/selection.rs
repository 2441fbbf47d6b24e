//! Selection in a list by mouse and keyboard, as in a file manager.

use std::collections::BTreeSet;

use egui::Modifiers;

/// Selected indices of a list.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Selection {
    selected: BTreeSet<usize>,
    /// The index under the keyboard cursor.
    pub(super) cursor: Option<usize>,
    /// Where a range selection starts.
    anchor: Option<usize>,
}

impl Selection {
    pub(super) fn contains(&self, at: usize) -> bool {
        self.selected.contains(&at)
    }

    pub(super) fn len(&self) -> usize {
        self.selected.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.selected.iter().copied()
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Selects all of `count` items.
    pub(super) fn all(&mut self, count: usize) {
        self.selected = (0..count).collect();
    }

    /// Handles a click: selects one item, toggles it (Ctrl), or selects a range from the anchor
    /// (Shift).
    pub(super) fn click(&mut self, at: usize, modifiers: Modifiers) {
        if modifiers.shift {
            self.extend(at);
        } else if modifiers.command {
            if !self.selected.remove(&at) {
                self.selected.insert(at);
            }
            (self.cursor, self.anchor) = (Some(at), Some(at));
        } else {
            self.only(at);
        }
    }

    /// Handles an arrow key: moves the cursor by `by` in a list of `count`; Shift extends the
    /// range.
    pub(super) fn step(&mut self, by: isize, count: usize, shift: bool) {
        let Some(last) = count.checked_sub(1) else { return };
        let at = match self.cursor {
            None => 0,
            Some(cursor) => match cursor.checked_add_signed(by) {
                Some(at) if at <= last => at,
                _ => cursor.min(last),
            },
        };
        if shift { self.extend(at) } else { self.only(at) }
    }

    fn only(&mut self, at: usize) {
        self.selected = BTreeSet::from([at]);
        (self.cursor, self.anchor) = (Some(at), Some(at));
    }

    fn extend(&mut self, at: usize) {
        let anchor = *self.anchor.get_or_insert(at);
        self.selected = (anchor.min(at)..=anchor.max(at)).collect();
        self.cursor = Some(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mouse_and_keyboard_select_as_in_a_file_manager() {
        enum Do {
            Click(usize, Modifiers),
            Step(isize, bool),
            All,
        }
        use Do::{All, Click, Step};
        let (none, ctrl, shift) = (Modifiers::NONE, Modifiers::COMMAND, Modifiers::SHIFT);
        // Given in a list of 10, expected.
        let cases: Vec<(Vec<Do>, Vec<usize>)> = vec![
            (vec![Click(3, none)], vec![3]),
            (vec![Click(3, none), Click(5, none)], vec![5]),
            (vec![Click(3, none), Click(5, ctrl)], vec![3, 5]),
            (vec![Click(3, none), Click(5, ctrl), Click(3, ctrl)], vec![5]),
            (vec![Click(3, none), Click(6, shift)], vec![3, 4, 5, 6]),
            (vec![Click(3, none), Click(6, shift), Click(1, shift)], vec![1, 2, 3]),
            (vec![Step(1, false)], vec![0]),
            (vec![Click(3, none), Step(1, false)], vec![4]),
            (vec![Click(3, none), Step(4, true)], vec![3, 4, 5, 6, 7]),
            (vec![Click(9, none), Step(1, false)], vec![9]),
            (vec![Click(2, none), Step(-4, false)], vec![2]),
            (vec![All], (0..10).collect()),
        ];
        for (n, (given, expected)) in cases.into_iter().enumerate() {
            let mut selection = Selection::default();
            for one in given {
                match one {
                    Click(at, modifiers) => selection.click(at, modifiers),
                    Step(by, shift) => selection.step(by, 10, shift),
                    All => selection.all(10),
                }
            }
            assert_eq!(selection.iter().collect::<Vec<_>>(), expected, "case {n}");
        }
        let mut empty = Selection::default();
        empty.step(1, 0, false);
        assert_eq!(empty, Selection::default());
    }
}
