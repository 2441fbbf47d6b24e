//! The folders whose pictures were inspected last.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The number of folders that are kept.
const MOST: usize = 8;

/// The last folders, the newest first; kept over restarts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct RecentFolders(Vec<PathBuf>);

impl RecentFolders {
    /// The folders, the newest first.
    pub(crate) fn all(&self) -> &[PathBuf] {
        &self.0
    }

    /// Puts `folder` first.
    pub(crate) fn note(&mut self, folder: &Path) {
        // A folder given from where the program was started would be another one next time.
        if folder.is_absolute() {
            self.0.retain(|known| known != folder);
            self.0.insert(0, folder.to_owned());
            self.0.truncate(MOST);
        }
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_eight_are_kept_each_once() {
        let root = std::env::temp_dir();
        let mut recent = RecentFolders::default();
        for number in (0..10).chain([4]) {
            recent.note(&root.join(format!("line {number}")));
        }
        recent.note(Path::new("beside"));
        let expected: Vec<PathBuf> =
            [4, 9, 8, 7, 6, 5, 3, 2].map(|number| root.join(format!("line {number}"))).to_vec();
        assert_eq!(recent.all(), expected);
        recent.clear();
        assert_eq!(recent.all().len(), 0);
    }
}
