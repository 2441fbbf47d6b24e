//! `fettle token`, `fettle person` and `fettle audit`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use fettle_domain::Role;

/// `fettle token`.
#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Give a token to a system or a person. It is shown once.
    Add {
        /// Whom or what it is for, e.g. "welding line 3".
        name: String,
        /// What its bearer may do: each role may do all that those before it may.
        #[arg(long, value_enum)]
        role: RoleArg,
        /// Days that it is accepted. Default: until it is revoked.
        #[arg(long, value_name = "DAYS")]
        days: Option<u32>,
        /// Print the token alone, for scripts.
        #[arg(long)]
        bare: bool,
    },
    /// List the tokens that were given.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Revoke a token: it is not accepted any more.
    Revoke {
        /// The name that it was given to.
        name: String,
    },
}

/// A role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleArg {
    /// Inspects and judges.
    Operator,
    /// Also closes corrective actions and exports.
    Supervisor,
    /// Also registers, fits and sets thresholds.
    Engineer,
    /// Also gives and revokes tokens, and reads the audit trail.
    Admin,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Operator => Self::Operator,
            RoleArg::Supervisor => Self::Supervisor,
            RoleArg::Engineer => Self::Engineer,
            RoleArg::Admin => Self::Admin,
        }
    }
}

/// `fettle person`.
#[derive(Debug, Subcommand)]
pub(crate) enum Person {
    /// Let a person sign in at the window, or give one another role and PIN. The PIN, or the text of a
    /// badge, is read from standard input.
    Add {
        /// The name that judgements and the audit trail show.
        name: String,
        /// What the person may do.
        #[arg(long, value_enum)]
        role: RoleArg,
    },
    /// List the people who may sign in.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Remove a person, who cannot sign in any more.
    Remove {
        /// The name.
        name: String,
    },
}

/// `fettle audit`.
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// List the newest changes.
    List {
        /// How many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Check that the trail is as it was written. Exit status 1 where it is not.
    Verify {
        /// The hash that an earlier check printed and somebody kept: it must still be in the trail.
        #[arg(long, value_name = "HASH")]
        head: Option<String>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write the trail to a file, one JSON object a line.
    Export {
        /// The file.
        file: PathBuf,
        /// Only what came after the entry of this number.
        #[arg(long, value_name = "NUMBER", default_value_t = 0)]
        after: u64,
    },
}
