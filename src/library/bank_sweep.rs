//! Files of memory banks that no row names: who made them was killed between file and row.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::Result;
use super::layout::BANK_FOLDER;
use super::rows::rows;
use fettle_domain::path_below;
use fettle_system::LockFile;

/// Name of the file in a product's folder of banks that is locked as long as somebody makes one.
pub const BANK_LOCK_NAME: &str = ".lock";

/// Endings of a bank, of the index of its normal images, which has the bank's name, and of what known
/// defects teach it.
const BANK: &str = "bank";
const NORMALS: &str = "normals";
const DEFECTS: &str = "defects";

/// Removes the files of banks without a row, but for products of which somebody makes a bank now;
/// returns their paths.
pub(crate) fn sweep_banks(conn: &Connection, root: &Path) -> Result<Vec<PathBuf>> {
    let products = fs::read_dir(root.join(BANK_FOLDER)).into_iter().flatten().flatten();
    let mut removed = Vec::new();
    for product in products.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        let Ok(lock) = LockFile::open(&product.path().join(BANK_LOCK_NAME)) else { continue };
        if !lock.try_exclusive().unwrap_or(false) {
            continue;
        }
        // Not before the lock is held: a bank that was finished until then has its row.
        let named = named_files(conn, root)?;
        for file in fs::read_dir(product.path()).into_iter().flatten().flatten() {
            let path = file.path();
            let bank =
                if has_ending(&path, NORMALS) { path.with_extension(BANK) } else { path.clone() };
            if !is_ours(&path) || named.contains(&bank) {
                continue;
            }
            // What cannot be removed must not keep the library closed.
            match fs::remove_file(&path) {
                Ok(()) => removed.push(path),
                Err(error) => {
                    tracing::warn!(%error, "{}: a file without a bank stays", path.display())
                }
            }
        }
    }
    Ok(removed)
}

/// The files that rows name.
fn named_files(conn: &Connection, root: &Path) -> Result<HashSet<PathBuf>> {
    let sql = "SELECT path FROM banks
               UNION SELECT term_path FROM banks WHERE term_path IS NOT NULL
               UNION SELECT term_path FROM threshold_changes WHERE term_path IS NOT NULL";
    let named = rows(conn, sql, [], |row| row.get::<_, String>(0))?;
    Ok(named.iter().map(|path| path_below(root, path)).collect())
}

/// Whether a file has a name that this program gives: `v<version>-<milliseconds>-<process>` and an
/// ending.
fn is_ours(path: &Path) -> bool {
    let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let numbers: Option<Vec<&str>> = name.strip_prefix('v').map(|rest| rest.split('-').collect());
    let is_number =
        |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    [BANK, NORMALS, DEFECTS].iter().any(|ending| has_ending(path, ending))
        && numbers.is_some_and(|numbers| numbers.len() == 3 && numbers.iter().all(is_number))
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|found| found == ending)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Library;
    use crate::tests::fixtures::{library, prod1};

    #[test]
    fn files_of_banks_without_a_row_go_once_nobody_makes_a_bank() {
        let root = tempfile::tempdir().unwrap();
        drop(library(root.path()));
        let folder = root.path().join(BANK_FOLDER).join(prod1().as_str());
        fs::create_dir_all(&folder).unwrap();
        let insert =
            "INSERT INTO banks (product, version, model, path, image_threshold, pixel_threshold,
                                         scale_low, scale_high, created_at, term_path)
                      VALUES ('prod1', 1, 'm', 'data/banks/prod1/v1-5-7.bank', 1, 1, 0, 1, '',
                              'data/banks/prod1/v1-6-7.defects')";
        Connection::open(root.path().join("data/fettle.db")).unwrap().execute(insert, []).unwrap();
        // Given: a file; expected: it is still there after the next start.
        let cases = [
            (BANK_LOCK_NAME, true),
            ("v1-5-7.bank", true),
            ("v1-5-7.normals", true),
            ("v1-6-7.defects", true),
            ("v1-4-7.bank", false),
            ("v1-4-7.normals", false),
            ("v2-8-9.defects", false),
            ("v2-8.bank", true),
            ("v2-8-x.bank", true),
            ("mine.bank", true),
            ("v2-8-9.txt", true),
        ];
        for (name, _) in cases {
            fs::write(folder.join(name), "x").unwrap();
        }
        let making = LockFile::open(&folder.join(BANK_LOCK_NAME)).unwrap();
        assert!(making.try_exclusive().unwrap());
        drop(Library::open(root.path()).unwrap());
        assert!(cases.iter().all(|(name, _)| folder.join(name).exists()), "while a bank is made");
        drop(making);
        let opened = Library::open(root.path()).unwrap();
        for (name, stays) in cases {
            assert_eq!(folder.join(name).exists(), stays, "{name}");
        }
        assert_eq!(opened.recovery().temp_files.len(), 3);
    }
}
