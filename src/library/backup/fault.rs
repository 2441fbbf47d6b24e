//! What can be wrong with the file of a backup.

/// What is wrong with the file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BackupFault {
    /// The file is no zip archive, or one without the list of a backup.
    #[error("it is no backup of Fettle")]
    NotABackup,
    /// The list of its files has more bytes than are read into memory.
    #[error("the list of its files is too long")]
    LongList,
    /// The backup was written by a newer Fettle.
    #[error("it was made by a newer Fettle")]
    Newer,
    /// A file in the backup is missing, or not what was backed up.
    #[error("{path} in it is damaged or missing")]
    Damaged {
        /// The file, relative to the workspace.
        path: String,
    },
    /// The backup names a file that no workspace has.
    #[error("it names a file outside of a workspace: {path}")]
    Outside {
        /// The name.
        path: String,
    },
}

impl BackupFault {
    /// Id of the message that words the fault.
    pub fn message_id(&self) -> &'static str {
        match self {
            Self::NotABackup => "backup-not-one",
            Self::LongList => "backup-long-list",
            Self::Newer => "backup-newer",
            Self::Damaged { .. } => "backup-damaged",
            Self::Outside { .. } => "backup-outside",
        }
    }

    /// The file of the backup that the fault is about; empty where it is the whole.
    pub fn path(&self) -> &str {
        match self {
            Self::NotABackup | Self::LongList | Self::Newer => "",
            Self::Damaged { path } | Self::Outside { path } => path,
        }
    }
}
