//! The keys of the review screen.

use egui::{Event, FocusDirection, Key, Modifiers, Ui};

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
    let kind = match key {
        Key::Num1 => Some(0),
        Key::Num2 => Some(1),
        Key::Num3 => Some(2),
        Key::Num4 => Some(3),
        Key::Num5 => Some(4),
        Key::Num6 => Some(5),
        _ => None,
    };
    if let Some(kind) = kind.and_then(|index: usize| KINDS.get(index)) {
        return Some(A::SetKind(*kind));
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
