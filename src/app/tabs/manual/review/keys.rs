//! The keys of the review screen.

use egui::{Key, Modifiers, Ui};

use super::actions::ReviewAction;
use fettle_domain::StatementKind;

/// The kinds by their digits, from 1.
pub(super) const KINDS: [StatementKind; 6] = [
    StatementKind::Cause,
    StatementKind::Action,
    StatementKind::Prevention,
    StatementKind::Inspection,
    StatementKind::Symptom,
    StatementKind::Other,
];

/// The keys without Ctrl that the screen reads itself, so that no command of the window takes them.
pub(super) const KEYS: &[Key] =
    &[Key::Num1, Key::Num2, Key::Num3, Key::Escape, Key::Enter, Key::Num0];

/// The actions whose keys were pressed, in order. A form or an open list has the keyboard to itself.
pub(super) fn pressed(ui: &Ui) -> Vec<ReviewAction> {
    use ReviewAction as A;
    let digits = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6];
    let mut keys: Vec<(Modifiers, Key, A)> = digits
        .into_iter()
        .zip(KINDS)
        .map(|(key, kind)| (Modifiers::NONE, key, A::SetKind(kind)))
        .collect();
    const PAGE: isize = 12;
    keys.extend([
        (Modifiers::COMMAND, Key::Enter, A::Save),
        (Modifiers::COMMAND, Key::Z, A::Undo),
        (Modifiers::SHIFT, Key::M, A::Merge { spaced: false }),
        (Modifiers::NONE, Key::M, A::Merge { spaced: true }),
        (Modifiers::NONE, Key::S, A::AskSplit),
        (Modifiers::NONE, Key::L, A::AskLabel),
        (Modifiers::NONE, Key::F2, A::AskDefect),
        (Modifiers::NONE, Key::Num0, A::NoStatement),
        (Modifiers::NONE, Key::Delete, A::NoStatement),
        (Modifiers::NONE, Key::ArrowDown, A::Move(1)),
        (Modifiers::NONE, Key::ArrowUp, A::Move(-1)),
        (Modifiers::NONE, Key::PageDown, A::Move(PAGE)),
        (Modifiers::NONE, Key::PageUp, A::Move(-PAGE)),
        (Modifiers::NONE, Key::Escape, A::Leave),
    ]);
    ui.input_mut(|input| {
        let mut out = Vec::new();
        for (modifiers, key, action) in keys {
            // Each press counts, also several in one frame.
            while input.consume_key(modifiers, key) {
                out.push(action.clone());
            }
        }
        out
    })
}
