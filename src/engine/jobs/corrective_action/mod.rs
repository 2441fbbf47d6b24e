//! Records of corrective actions: written, listed, read from files and written to files.

mod action_subject;
mod export_actions;
mod import_actions;
mod list_actions;
pub(crate) mod past_actions;
mod read_action_file;
#[cfg(test)]
mod tests;
mod write_action;

pub use export_actions::{ExportActions, ExportedActions};
pub use import_actions::{ImportActions, ImportedActions, UndoActionImport};
pub use list_actions::ListActions;
pub use read_action_file::{ActionFile, FiledAction, FiledActionState, ReadActionFile};
pub use write_action::{RemoveAction, WriteAction};
