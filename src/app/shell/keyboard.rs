//! Keyboard shortcuts, read as commands in the order in which the keys were pressed.

use egui::{Context, Event, Key, KeyboardShortcut, Popup};

use super::paste_shortcut;
use crate::command::{COMMANDS, Command};
use crate::tabs::TABS;

/// The commands whose shortcuts were pressed since the last frame, in the order of the keys. A modal
/// dialog has the keyboard to itself; a key without Ctrl is left to the widget that has the focus,
/// `of_tab` to the tab shown, and Escape to an open menu.
pub(crate) fn pressed(ctx: &Context, of_tab: &[Key]) -> Vec<Command> {
    if ctx.memory(|memory| memory.top_modal_layer().is_some()) {
        return Vec::new();
    }
    let typing = ctx.text_edit_focused();
    let focused = ctx.memory(|memory| memory.focused().is_some());
    let has_menu = Popup::is_any_open(ctx);
    // Enter presses the focused button, arrows move the focused slider.
    let focus_keys = [Key::Enter, Key::ArrowLeft, Key::ArrowRight];
    let is_taken = |shortcut: &KeyboardShortcut| {
        let key = shortcut.logical_key;
        shortcut.modifiers.is_none()
            && (typing
                || (focused && focus_keys.contains(&key))
                || (has_menu && key == Key::Escape)
                || of_tab.contains(&key))
    };
    let is_own_undo = typing || of_tab.contains(&Key::Z);
    let mut found = Vec::new();
    // A text edit takes what is pasted into it.
    found.extend(paste_shortcut::pressed(ctx).filter(|_| !typing).map(Command::Paste));
    ctx.input_mut(|input| {
        input.events.retain(|event| {
            let Some((command, is_repeated)) = command_of(event, is_taken) else { return true };
            // A text and what a tab draws have an undo of their own.
            if command == Command::Undo && is_own_undo {
                return true;
            }
            // A key held down judges one part, not all that follow, and asks once to close the window.
            if !(is_repeated && (command.judges() || command == Command::Quit)) {
                found.push(command);
            }
            false
        });
    });
    found
}

/// The command whose shortcut `event` presses, and whether the key repeats because it is held.
fn command_of(
    event: &Event,
    is_taken: impl Fn(&KeyboardShortcut) -> bool,
) -> Option<(Command, bool)> {
    let Event::Key { key, pressed: true, modifiers, repeat, .. } = event else { return None };
    let commands = COMMANDS.iter().map(|entry| (entry.shortcut, &entry.command));
    // A paste comes with an event of its own.
    let commands = commands.filter(|(_, command)| !matches!(command, Command::Paste(_)));
    let commands = commands.map(|(shortcut, command)| (shortcut, command.clone()));
    let tabs = TABS.iter().map(|tab| (tab.shortcut, Command::Show(tab.id)));
    let (_, command) = commands.chain(tabs).find(|(shortcut, _)| {
        shortcut.is_some_and(|shortcut| {
            shortcut.logical_key == *key
                && modifiers.matches_logically(shortcut.modifiers)
                && !is_taken(&shortcut)
        })
    })?;
    Some((command, *repeat))
}
