//! Files dropped on the window to be inspected: what is no picture is left out and named, and never
//! takes the place of the pictures that are open.

use std::path::PathBuf;

use egui::Context;

use crate::background_task::BackgroundTask;
use crate::command::Command;
use crate::dialogs::image_files::may_be_picture;
use crate::tab_context::TabContext;

/// Most names in the message about files left out.
const MOST_NAMED: usize = 3;

/// Dropped files that are being looked at.
#[derive(Default)]
pub(crate) struct DroppedFiles(Vec<BackgroundTask<SortedFiles>>);

/// Dropped files by what they are.
#[derive(Debug, Default, PartialEq, Eq)]
struct SortedFiles {
    /// Pictures and folders.
    pictures: Vec<PathBuf>,
    others: Vec<PathBuf>,
}

impl SortedFiles {
    fn of(files: Vec<PathBuf>) -> Self {
        let is_wanted = |path: &PathBuf| path.is_dir() || may_be_picture(path);
        let (pictures, others) = files.into_iter().partition(is_wanted);
        Self { pictures, others }
    }
}

impl DroppedFiles {
    /// Looks at `files` on a thread.
    pub(crate) fn take(&mut self, ctx: &Context, files: Vec<PathBuf>) {
        self.0.extend(BackgroundTask::start(ctx, move || SortedFiles::of(files)));
    }

    /// Has the pictures inspected, and names the other files.
    pub(crate) fn poll(&mut self, cx: &mut TabContext<'_>) {
        self.0.retain(|task| match task.poll() {
            None => true,
            Some(SortedFiles { pictures, others }) => {
                if !pictures.is_empty() {
                    cx.send(Command::InspectFiles(pictures));
                }
                if !others.is_empty() {
                    let text = left_out(cx, &others);
                    cx.toasts.error(text);
                }
                false
            }
        });
    }
}

fn left_out(cx: &TabContext<'_>, files: &[PathBuf]) -> String {
    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut names: Vec<String> = files.iter().take(MOST_NAMED).map(name).collect();
    if files.len() > MOST_NAMED {
        names.push(format!("+{}", files.len() - MOST_NAMED));
    }
    let values = [("count", files.len().into()), ("names", names.join(", ").into())];
    cx.localizer.with("drop-no-picture", &values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_and_folders_are_told_from_other_files() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = dir.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let folder = dir.path().join("parts");
        std::fs::create_dir(&folder).unwrap();
        let broken = file("broken.png", b"no picture");
        let unnamed = file("part", b"\xff\xd8\xff\xe0");
        let manual = file("manual.pdf", b"%PDF-1.7");
        let list = file("list.csv", b"a,b");
        let files =
            vec![manual.clone(), broken.clone(), folder.clone(), unnamed.clone(), list.clone()];
        let expected =
            SortedFiles { pictures: vec![broken, folder, unnamed], others: vec![manual, list] };
        assert_eq!(SortedFiles::of(files), expected);
    }
}
