//! The keys of the review screen.

use egui::{Event, FocusDirection, Key, Modifiers, Ui};

use super::actions::ReviewAction;
use fettle_domain::StatementKind;

/// A kind, the digit that stands on its button, and the key.
pub(super) struct KindKey {
    pub(super) kind: StatementKind,
    pub(super) digit: &'static str,
    pub(super) key: Key,
}

/// The kinds in the order of their digits.
pub(super) const KINDS: [KindKey; 6] = [
    KindKey { kind: StatementKind::Cause, digit: "1", key: Key::Num1 },
    KindKey { kind: StatementKind::Action, digit: "2", key: Key::Num2 },
    KindKey { kind: StatementKind::Prevention, digit: "3", key: Key::Num3 },
    KindKey { kind: StatementKind::Inspection, digit: "4", key: Key::Num4 },
    KindKey { kind: StatementKind::Symptom, digit: "5", key: Key::Num5 },
    KindKey { kind: StatementKind::Other, digit: "6", key: Key::Num6 },
];

/// The keys without Ctrl that the screen reads itself, so that no command of the window takes them.
pub(super) const KEYS: &[Key] =
    &[Key::Num1, Key::Num2, Key::Num3, Key::Escape, Key::Enter, Key::Num0, Key::Z, Key::M];

/// Rows by which a page key moves the selection.
const PAGE: isize = 12;

/// The actions whose keys were pressed, in their order: a slow frame takes several. What is pressed
/// after a key that opens a form is not for the tree.
pub(super) fn pressed(ui: &Ui) -> Vec<ReviewAction> {
    let mut out: Vec<ReviewAction> = Vec::new();
    ui.input_mut(|input| {
        input.events.retain(|event| {
            let Event::Key { key, pressed: true, modifiers, .. } = event else { return true };
            let action = action_of(*key, *modifiers).filter(|_| !out.last().is_some_and(asks));
            let is_taken = action.is_some();
            out.extend(action);
            !is_taken
        });
    });
    if out.iter().any(|action| matches!(action, ReviewAction::Move(_))) {
        // The arrows would move the keyboard's focus, too.
        ui.memory_mut(|memory| memory.move_focus(FocusDirection::None));
    }
    out
}

/// Whether an action opens a form.
fn asks(action: &ReviewAction) -> bool {
    use ReviewAction as A;
    matches!(action, A::AskSplit | A::AskDefect | A::AskLabel | A::Leave | A::Save)
}

/// The action of a key.
fn action_of(key: Key, modifiers: Modifiers) -> Option<ReviewAction> {
    use ReviewAction as A;
    if modifiers.matches_logically(Modifiers::COMMAND) {
        return match key {
            Key::Enter => Some(A::Save),
            Key::Z if modifiers.shift => Some(A::Redo),
            Key::Z => Some(A::Undo),
            Key::Y => Some(A::Redo),
            _ => None,
        };
    }
    if modifiers.ctrl || modifiers.alt || modifiers.command {
        return None;
    }
    if let Some(KindKey { kind, .. }) = KINDS.into_iter().find(|one| one.key == key) {
        return Some(A::SetKind(kind));
    }
    match key {
        Key::M => Some(A::Merge { spaced: !modifiers.shift }),
        Key::S => Some(A::AskSplit),
        Key::L => Some(A::AskLabel),
        Key::F2 => Some(A::AskDefect),
        Key::Num0 | Key::Delete => Some(A::NoStatement),
        Key::ArrowDown => Some(A::Move(1)),
        Key::ArrowUp => Some(A::Move(-1)),
        Key::PageDown => Some(A::Move(PAGE)),
        Key::PageUp => Some(A::Move(-PAGE)),
        Key::Escape => Some(A::Leave),
        _ => None,
    }
}
