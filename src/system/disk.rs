//! Room on a disk.

use std::path::Path;

/// Bytes that this account may still write on the disk of `path`, which need not exist yet; `None` on
/// systems that do not say.
pub fn free_bytes(path: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        use std::ffi::CString;
        use std::os::unix::ffi::OsStrExt;
        let there = path.ancestors().find(|path| path.exists())?;
        let there = CString::new(there.as_os_str().as_bytes()).ok()?;
        let mut stat = std::mem::MaybeUninit::<libc::statvfs>::uninit();
        // SAFETY: the path ends with a zero, and the struct is as large as the call writes.
        let done = unsafe { libc::statvfs(there.as_ptr(), stat.as_mut_ptr()) } == 0;
        // SAFETY: the call wrote all of it.
        let stat = done.then(|| unsafe { stat.assume_init() })?;
        #[allow(clippy::useless_conversion, reason = "the types differ between systems")]
        let (blocks, size) = (u64::from(stat.f_bavail), u64::from(stat.f_frsize));
        Some(blocks.saturating_mul(size))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_has_the_same_room_for_what_is_not_there_yet() {
        let dir = tempfile::tempdir().unwrap();
        let free = free_bytes(dir.path()).unwrap();
        assert!(free > 0 && free < 1 << 60, "{free}");
        assert!(free_bytes(&dir.path().join("a/b")).is_some());
        assert_eq!(free_bytes(Path::new("/proc/self")), Some(0));
    }
}
