//! Paths of this machine, which no caller needs to know.

use fettle_settings::Workspace;

/// The folders whose paths are cut out of what callers are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MachinePaths {
    scratch: String,
    models: String,
    root: String,
}

impl MachinePaths {
    /// Those of `workspace`.
    pub(crate) fn of(workspace: &Workspace) -> Self {
        Self {
            scratch: workspace.scratch_dir().display().to_string(),
            models: workspace.models_dir().display().to_string(),
            root: workspace.root().display().to_string(),
        }
    }

    /// `text` without them: files of the workspace are named relative to its root, uploads by their
    /// names alone.
    pub(crate) fn hidden_in(&self, text: &str) -> String {
        let mut text = cut_scratch(text, &self.scratch);
        for folder in [&self.models, &self.root] {
            text = text.replace(&format!("{folder}/"), "").replace(folder, ".");
        }
        text
    }
}

/// `text` with `<scratch>/<folder>/name` as `name`: uploads lie in a folder each.
fn cut_scratch(text: &str, scratch: &str) -> String {
    let folder = format!("{scratch}/");
    let mut pieces = text.split(&folder);
    let mut cut = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        cut.push_str(piece.split_once('/').map_or(piece, |(_folder, name)| name));
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_without_the_folders_of_this_machine() {
        let paths = MachinePaths::of(&Workspace::at("/w").with_models("/m".as_ref()));
        let cases = [
            ("/w/data/scratch/x1/part.png: empty", "part.png: empty"),
            ("a /w/data/scratch/x1/b.png and /w/data/scratch/y/c.png", "a b.png and c.png"),
            ("/w/data/def_split/a.png is gone", "data/def_split/a.png is gone"),
            ("/m/lite0/x.pth", "lite0/x.pth"),
            ("nothing here", "nothing here"),
        ];
        for (given, expected) in cases {
            assert_eq!(paths.hidden_in(given), expected);
        }
    }
}
