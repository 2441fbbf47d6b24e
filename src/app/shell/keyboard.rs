//! Keyboard shortcuts, read as commands.

use egui::{Context, Key};

use super::paste_shortcut;
use crate::command::{COMMANDS, Command};
use crate::tabs::TABS;

/// The commands whose shortcuts were pressed since the last frame. A modal dialog has the keyboard
/// to itself; a key without Ctrl is left to the widget that has the focus, and `of_tab` to the tab shown.
pub(crate) fn pressed(ctx: &Context, of_tab: &[Key]) -> Vec<Command> {
    if ctx.memory(|memory| memory.top_modal_layer().is_some()) {
        return Vec::new();
    }
    let typing = ctx.text_edit_focused();
    // Enter presses the focused button, arrows move the focused slider.
    let focus_keys = [Key::Enter, Key::ArrowLeft, Key::ArrowRight];
    let focused = ctx.memory(|memory| memory.focused().is_some());
    let mut found = Vec::new();
    // A text edit takes what is pasted into it.
    found.extend(paste_shortcut::pressed(ctx).filter(|_| !typing).map(Command::Paste));
    ctx.input_mut(|input| {
        let commands = COMMANDS.iter().map(|entry| (&entry.shortcut, entry.command.clone()));
        let tabs = TABS.iter().map(|tab| (&tab.shortcut, Command::Show(tab.id)));
        for (shortcut, command) in commands.chain(tabs) {
            let Some(shortcut) = shortcut else { continue };
            let key = shortcut.logical_key;
            let is_taken =
                typing || (focused && focus_keys.contains(&key)) || of_tab.contains(&key);
            // A paste comes with an event of its own.
            let is_paste = matches!(command, Command::Paste(_));
            let is_own_undo = command == Command::Undo && (typing || of_tab.contains(&Key::Z));
            if is_paste || is_own_undo || (is_taken && shortcut.modifiers.is_none()) {
                continue;
            }
            if input.consume_shortcut(shortcut) {
                found.push(command);
            }
        }
    });
    found
}
