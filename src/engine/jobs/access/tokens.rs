//! Access tokens: given, listed, revoked.

use super::token_ring::{digest_of, written};
use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{AccessToken, Role};
use fettle_library::NewToken;

/// Letters of a token's name, at most.
const MAX_NAME_LETTERS: usize = 60;
/// Days that a token may be accepted, at most: ten years.
const MAX_DAYS: u32 = 3660;
/// Bytes of the part that finds a token, and of its secret.
const ID_BYTES: usize = 5;
const SECRET_BYTES: usize = 32;

/// Gives a token.
#[derive(Debug, Clone)]
pub struct AddToken {
    /// Whom or what it is for.
    pub name: String,
    /// What its bearer may do.
    pub role: Role,
    /// Days that it is accepted; `None`: until it is revoked.
    pub days: Option<u32>,
}

/// A token with its secret. This is the only time that it can be read.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretToken {
    /// What is known of it later.
    pub token: AccessToken,
    /// What its bearer sends.
    pub secret: String,
}

impl std::fmt::Debug for SecretToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretToken").field("token", &self.token).finish_non_exhaustive()
    }
}

impl Request for AddToken {
    type Answer = SecretToken;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "add-token"
    }

    fn role(&self) -> Role {
        Role::Admin
    }

    fn run(self, job: &JobContext) -> Result<SecretToken> {
        let name = self.name.trim().to_owned();
        let is_name = (1..=MAX_NAME_LETTERS).contains(&name.chars().count())
            && !name.chars().any(char::is_control);
        if !is_name {
            return Err(EngineError::BadTokenName(name));
        }
        let expires_at = self.days.map(last_moment).transpose()?;
        let (id, secret) = (random_hex::<ID_BYTES>()?, random_hex::<SECRET_BYTES>()?);
        let digest = digest_of(&id, &secret);
        let (role, by, found_by) = (self.role, job.actor.name.clone(), id.clone());
        let token = job.library(move |library| {
            let (id, name, digest, by) = (&found_by, &name, &digest, &by);
            let expires_at = expires_at.as_deref();
            library.add_token(&NewToken { id, name, role, digest, by, expires_at })
        })?;
        Ok(SecretToken { token, secret: written(&id, &secret) })
    }
}

/// Lists all tokens that were ever given, oldest first.
#[derive(Debug, Clone, Copy)]
pub struct ListTokens;

impl Request for ListTokens {
    type Answer = Vec<AccessToken>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "list-tokens"
    }

    fn role(&self) -> Role {
        Role::Admin
    }

    fn run(self, job: &JobContext) -> Result<Vec<AccessToken>> {
        let tokens = job.library(|library| library.tokens())?;
        Ok(tokens.into_iter().map(|(token, _digest)| token).collect())
    }
}

/// Revokes the token of this name: it is not accepted any more.
#[derive(Debug, Clone)]
pub struct RevokeToken(pub String);

impl Request for RevokeToken {
    type Answer = AccessToken;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "revoke-token"
    }

    fn role(&self) -> Role {
        Role::Admin
    }

    fn run(self, job: &JobContext) -> Result<AccessToken> {
        job.library(move |library| library.revoke_token(&self.0))
    }
}

fn last_moment(days: u32) -> Result<String> {
    let hours = i64::from(days) * 24;
    let ends = jiff::Timestamp::now().checked_add(jiff::SignedDuration::from_hours(hours));
    match ends {
        Ok(ends) if (1..=MAX_DAYS).contains(&days) => Ok(ends.to_string()),
        _ => Err(EngineError::BadTokenDays { days, most: MAX_DAYS }),
    }
}

fn random_hex<const BYTES: usize>() -> Result<String> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| EngineError::NoRandomness(error.to_string()))?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CheckAudit, Engine, EngineOptions, ListAudit, ReadTokens};
    use fettle_domain::{Actor, Language, Via};
    use fettle_settings::{Settings, Workspace};

    fn engine(root: &std::path::Path) -> Engine {
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        Engine::start(Workspace::at(root), Settings::default(), options).unwrap()
    }

    #[test]
    fn a_token_is_shown_once_found_until_revoked_and_in_the_trail() {
        let root = tempfile::tempdir().unwrap();
        let engine = engine(root.path());
        let give = |name: &str, days| {
            let actor = Actor { name: "lee".to_owned(), via: Via::Server, role: Role::Admin };
            let request = AddToken { name: name.to_owned(), role: Role::Engineer, days };
            engine.submit_as(actor, request).unwrap().wait(|_| {})
        };
        let given = give("용접 라인 3", Some(90)).unwrap();
        assert!(!format!("{given:?}").contains(&given.secret));
        let twice = give("용접 라인 3", None).unwrap_err();
        assert!(twice.explain(Language::En).contains("in force already"), "{twice}");
        for (name, days) in [("", None), ("a\nb", None), ("x", Some(0)), ("x", Some(99_999))] {
            assert!(give(name, days).is_err(), "{name:?} {days:?}");
        }

        let find = |presented: &str| {
            let ring = engine.submit(ReadTokens).unwrap().wait(|_| {}).unwrap();
            ring.find(presented, jiff::Timestamp::now()).map(|token| token.role)
        };
        assert_eq!(find(&given.secret), Some(Role::Engineer));
        engine.submit(RevokeToken("용접 라인 3".to_owned())).unwrap().wait(|_| {}).unwrap();
        assert_eq!(find(&given.secret), None);
        let again = engine.submit(RevokeToken("용접 라인 3".to_owned())).unwrap().wait(|_| {});
        assert!(again.is_err());
        // Its name may be given again.
        give("용접 라인 3", None).unwrap();

        let trail = engine.submit(ListAudit::Newest(10)).unwrap().wait(|_| {}).unwrap();
        let said: Vec<_> = trail
            .iter()
            .map(|entry| (entry.who.as_str(), entry.via, entry.action.name(), entry.kind.as_str()))
            .collect();
        let user = engine.user().name;
        let user = user.as_str();
        assert_eq!(
            said,
            [
                ("lee", Via::Server, "added", "tokens"),
                (user, Via::Cli, "changed", "tokens"),
                ("lee", Via::Server, "added", "tokens"),
            ]
        );
        let (_, secret) = given.secret.rsplit_once('_').unwrap();
        for entry in &trail {
            let said = format!("{entry:?}");
            assert!(!said.contains(secret) && !said.contains("digest"), "{said}");
        }
        let check = engine.submit(CheckAudit::default()).unwrap().wait(|_| {}).unwrap();
        assert_eq!((check.entries, check.fault), (3, None));
    }
}
