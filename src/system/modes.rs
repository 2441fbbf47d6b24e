//! Who may read and write what the program makes: the one rule.
//!
//! A new file has what the umask leaves of reading and writing, as SQLite's database has it. In a
//! folder that a group may write to, the group may write to the file as well, since several accounts
//! work there; what a folder gives to nobody, its files do not give either.

use std::io;
use std::path::Path;

/// Gives the new file or folder at `path` the mode that goes with its folder. Elsewhere than on Unix
/// the system's own rules of inheritance do that.
///
/// # Errors
/// The system's, where the mode cannot be read or changed.
pub fn share_as_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = std::fs::metadata(folder.unwrap_or(Path::new(".")))?.permissions().mode();
        let metadata = std::fs::metadata(path)?;
        let own = metadata.permissions().mode() & 0o7777;
        let shared = shared_mode(own, folder, metadata.is_dir());
        if shared != own {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(shared))?;
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// The mode of something that the umask gave `own`, in a folder of the mode `folder`.
#[cfg(unix)]
fn shared_mode(own: u32, folder: u32, is_folder: bool) -> u32 {
    const GROUP_WRITES: u32 = 0o020;
    const STICKY: u32 = 0o1000;
    let group = if is_folder { 0o070 } else { 0o060 };
    // Of a folder for everybody, as the system's temporary one, nobody's group is meant.
    let is_shared = folder & GROUP_WRITES != 0 && folder & STICKY == 0;
    let wanted = if is_shared { own | group } else { own };
    wanted & (0o7700 | folder & 0o077)
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_as_open_as_its_folder_and_the_umask_allow() {
        // (mode by the umask, mode of the folder, of a folder, expected)
        for (own, folder, is_folder, expect) in [
            (0o644, 0o755, false, 0o644),
            (0o644, 0o700, false, 0o600),
            (0o644, 0o2775, false, 0o664),
            (0o600, 0o2775, false, 0o660),
            (0o600, 0o755, false, 0o600),
            (0o664, 0o755, false, 0o644),
            (0o644, 0o1777, false, 0o644),
            (0o2755, 0o2775, true, 0o2775),
            (0o755, 0o700, true, 0o700),
        ] {
            let mode = shared_mode(own, folder, is_folder);
            assert_eq!(mode, expect, "{own:o} in {folder:o}: {mode:o}");
        }
    }
}
