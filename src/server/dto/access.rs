//! Tokens and the audit trail as they are asked for and answered.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use fettle_domain::{AccessToken, AuditCheck, AuditEntry, AuditFault, Role};

/// What a caller may do; each role may do all that those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Role)]
pub(crate) enum RoleDto {
    /// Inspects and judges.
    Operator,
    /// Also closes corrective actions.
    Supervisor,
    /// Also registers, fits and sets thresholds.
    Engineer,
    /// Also gives and revokes tokens, and reads the audit trail.
    Admin,
}

impl From<RoleDto> for Role {
    fn from(role: RoleDto) -> Self {
        match role {
            RoleDto::Operator => Self::Operator,
            RoleDto::Supervisor => Self::Supervisor,
            RoleDto::Engineer => Self::Engineer,
            RoleDto::Admin => Self::Admin,
        }
    }
}

impl From<Role> for RoleDto {
    fn from(role: Role) -> Self {
        match role {
            Role::Operator => Self::Operator,
            Role::Supervisor => Self::Supervisor,
            Role::Engineer => Self::Engineer,
            Role::Admin => Self::Admin,
        }
    }
}

/// A token to be given.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewToken, example = json!({"name": "welding line 3", "role": "operator", "days": 365}))]
pub(crate) struct NewTokenDto {
    /// Whom or what it is for; no two tokens in force have one name.
    #[schema(min_length = 1, max_length = 60)]
    pub(crate) name: String,
    /// What its bearer may do.
    pub(crate) role: RoleDto,
    /// Days that it is accepted; without it: until it is revoked.
    #[schema(minimum = 1, maximum = 3660)]
    pub(crate) days: Option<u32>,
}

/// A token without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Token)]
pub(crate) struct TokenDto {
    /// Whom or what it was given to.
    pub(crate) name: String,
    /// What its bearer may do.
    pub(crate) role: RoleDto,
    /// When it was given (RFC 3339), as are all times here.
    pub(crate) created_at: String,
    /// Who gave it.
    pub(crate) created_by: String,
    /// From when on it is not accepted.
    pub(crate) expires_at: Option<String>,
    /// When it was revoked.
    pub(crate) revoked_at: Option<String>,
}

impl From<AccessToken> for TokenDto {
    fn from(token: AccessToken) -> Self {
        Self {
            name: token.name,
            role: token.role.into(),
            created_at: token.created_at,
            created_by: token.created_by,
            expires_at: token.expires_at,
            revoked_at: token.revoked_at,
        }
    }
}

/// A token that was just given.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SecretToken)]
pub(crate) struct SecretTokenDto {
    /// What is known of it later.
    pub(crate) token: TokenDto,
    /// What its bearer sends as `Authorization: Bearer …`. No other answer has it.
    pub(crate) secret: String,
}

/// All tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct TokenList {
    /// The tokens, oldest first.
    pub(crate) tokens: Vec<TokenDto>,
}

/// Which entries of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditQuery {
    /// Only entries with a larger number.
    pub(crate) after: Option<u64>,
    /// How many, at most.
    #[param(minimum = 1, maximum = 1000)]
    pub(crate) limit: Option<u32>,
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub(crate) struct AuditEntryDto {
    /// Its number.
    pub(crate) id: u64,
    /// When (RFC 3339).
    pub(crate) at: String,
    /// Who.
    pub(crate) who: String,
    /// The way that it came: `window`, `cli` or `server`.
    pub(crate) via: String,
    /// What happened: `added`, `changed` or `removed`.
    pub(crate) action: String,
    /// What it happened to: a table of the database, or `settings`.
    pub(crate) kind: String,
    /// Which one.
    pub(crate) subject: String,
    /// The values that changed, before, as JSON.
    pub(crate) before: Option<String>,
    /// The same, after.
    pub(crate) after: Option<String>,
    /// SHA-256 over the entry before and all of the above.
    pub(crate) hash: String,
}

impl From<AuditEntry> for AuditEntryDto {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.id,
            at: entry.at,
            who: entry.who,
            via: entry.via.name().to_owned(),
            action: entry.action.name().to_owned(),
            kind: entry.kind,
            subject: entry.subject,
            before: entry.before,
            after: entry.after,
            hash: entry.hash,
        }
    }
}

/// A page of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct AuditList {
    /// The entries, oldest first.
    pub(crate) entries: Vec<AuditEntryDto>,
    /// What `after` is for the next page; null: there is none yet.
    pub(crate) next: Option<u64>,
}

impl AuditList {
    /// A page that has room for `limit` entries.
    pub(crate) fn of(entries: Vec<AuditEntry>, limit: usize) -> Self {
        let next = entries.last().filter(|_| entries.len() == limit).map(|entry| entry.id);
        Self { entries: entries.into_iter().map(AuditEntryDto::from).collect(), next }
    }
}

/// Whether the audit trail is as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AuditCheck)]
pub(crate) struct AuditCheckDto {
    /// Entries, up to the first that is wrong.
    pub(crate) entries: u64,
    /// The hash of the newest of them.
    pub(crate) head: Option<String>,
    /// Whether all is as it was written.
    pub(crate) intact: bool,
    /// The number of the first entry that was changed or is missing.
    pub(crate) fault_at: Option<u64>,
}

impl From<AuditCheck> for AuditCheckDto {
    fn from(check: AuditCheck) -> Self {
        let fault_at = match &check.fault {
            Some(AuditFault::Changed { id } | AuditFault::Missing { id }) => Some(*id),
            Some(AuditFault::UnknownHead) | None => None,
        };
        Self { entries: check.entries, head: check.head, intact: check.fault.is_none(), fault_at }
    }
}
