//! Whose a file is, for errors that a person can act on.

use std::path::Path;

/// The account that owns the file at `path`, or the nearest folder above it that exists: its name,
/// else its number. `None` on systems that do not say.
pub fn owner_of(path: &Path) -> Option<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let metadata = path.ancestors().find_map(|path| path.symlink_metadata().ok())?;
        let uid = metadata.uid().to_string();
        let accounts = super::read_to_string(Path::new("/etc/passwd"), 1 << 20).unwrap_or_default();
        Some(account_name(&accounts, &uid).map_or(uid, str::to_owned))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// The name of the account with this number, in the format of `passwd(5)`.
#[cfg(unix)]
fn account_name<'a>(accounts: &'a str, uid: &str) -> Option<&'a str> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        (number == uid && !name.is_empty()).then_some(name)
    })
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_named_by_its_number() {
        let accounts =
            "root:x:0:0:root:/root:/bin/sh\n\nbroken\nline1:x:1001:1001::/home/1:/bin/sh";
        assert_eq!(account_name(accounts, "1001"), Some("line1"));
        assert_eq!(account_name(accounts, "1002"), None);
        let dir = tempfile::tempdir().unwrap();
        // Of a file that is not there, its folder's.
        assert_eq!(owner_of(&dir.path().join("a/b")), owner_of(dir.path()));
        assert!(owner_of(dir.path()).is_some());
    }
}
