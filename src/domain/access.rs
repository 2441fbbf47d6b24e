//! Who may do what, and who did what: roles, actors, access tokens, entries of the audit trail.

use serde::{Deserialize, Serialize};

/// What a person or a system may do. Each role may do all that those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Inspects and judges.
    Operator,
    /// Also closes corrective actions and exports.
    Supervisor,
    /// Also registers, fits and sets thresholds.
    Engineer,
    /// Also gives and revokes tokens, and changes settings.
    Admin,
}

impl Role {
    /// All roles, the one that may least first.
    pub const ALL: [Self; 4] = [Self::Operator, Self::Supervisor, Self::Engineer, Self::Admin];

    /// The name that is stored and typed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Supervisor => "supervisor",
            Self::Engineer => "engineer",
            Self::Admin => "admin",
        }
    }

    /// The role that is called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Message id of the role's title.
    pub const fn message_id(self) -> &'static str {
        match self {
            Self::Operator => "role-operator",
            Self::Supervisor => "role-supervisor",
            Self::Engineer => "role-engineer",
            Self::Admin => "role-admin",
        }
    }
}

/// The way a change came into the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// The window.
    Window,
    /// The command line.
    Cli,
    /// The REST interface, or a page of the server.
    Server,
}

impl Via {
    /// All ways.
    pub const ALL: [Self; 3] = [Self::Window, Self::Cli, Self::Server];

    /// The name that is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Cli => "cli",
            Self::Server => "server",
        }
    }

    /// The way that is called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|via| via.name() == name)
    }
}

/// Who has a job done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// A user of this machine, a person who signed in, or the name of an access token.
    pub name: String,
    /// The way that it came.
    pub via: Via,
    /// What it may have done.
    pub role: Role,
}

/// A person who may sign in at the window, without the PIN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// The name that judgements and the audit trail show.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// When the person was added, RFC 3339 in UTC.
    pub added_at: String,
}

/// An access token, without its secret: of that, only a digest is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessToken {
    /// The part of the token that is no secret and finds it.
    pub id: String,
    /// Whom or what it was given to; unique among the tokens in force.
    pub name: String,
    /// What its bearer may do.
    pub role: Role,
    /// When it was given, RFC 3339 in UTC, as are all times here.
    pub created_at: String,
    /// Who gave it.
    pub created_by: String,
    /// From when on it is no longer accepted.
    pub expires_at: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<String>,
}

/// What happened to a row of the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuditAction {
    /// It came.
    Added,
    /// It changed.
    Changed,
    /// It went.
    Removed,
}

impl AuditAction {
    /// All actions.
    pub const ALL: [Self; 3] = [Self::Added, Self::Changed, Self::Removed];

    /// The name that is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// One change, as the audit trail has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditEntry {
    /// Its number; the first is 1, and none is left out.
    pub id: u64,
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// Who.
    pub who: String,
    /// The way that it came.
    pub via: Via,
    /// What happened.
    pub action: AuditAction,
    /// What it happened to: a table of the database, or `settings`.
    pub kind: String,
    /// Which one: the row's key.
    pub subject: String,
    /// The values that changed, before, as a JSON object; `None` for what is new.
    pub before: Option<String>,
    /// The same values, after; `None` for what is gone.
    pub after: Option<String>,
    /// SHA-256 (hex) over the entry before and all of the above.
    pub hash: String,
}

/// Whether an audit trail is as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditCheck {
    /// Its entries.
    pub entries: u64,
    /// The hash of the newest one. Whoever keeps it elsewhere can tell later whether what stood before
    /// was changed.
    pub head: Option<String>,
    /// The first thing that is wrong.
    pub fault: Option<AuditFault>,
}

/// What is wrong with an audit trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum AuditFault {
    /// This entry is not as it was written, or the one before it was another.
    Changed {
        /// Its number.
        id: u64,
    },
    /// No entry has this number, and later ones, or the count of all that were ever written, say that
    /// there was one.
    Missing {
        /// Its number.
        id: u64,
    },
    /// The hash that the caller kept is of no entry.
    UnknownHead,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_roles_are_ordered() {
        for role in Role::ALL {
            assert_eq!(Role::from_name(role.name()), Some(role));
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{}\"", role.name()));
        }
        for via in Via::ALL {
            assert_eq!(Via::from_name(via.name()), Some(via));
        }
        assert!(Role::ALL.is_sorted());
        assert_eq!(Role::from_name("root"), None);
    }
}
