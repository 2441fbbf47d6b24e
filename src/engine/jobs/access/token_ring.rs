//! The tokens in force, held against what a caller presents.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{AccessToken, Role};

/// What all tokens begin with, so that a person, or a scanner of files, knows one.
const PREFIX: &str = "fettle";

/// Reads the tokens that are in force.
#[derive(Debug, Clone, Copy)]
pub struct ReadTokens;

impl Request for ReadTokens {
    type Answer = TokenRing;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "read-tokens"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn is_quick(&self) -> bool {
        true
    }

    fn run(self, job: &JobContext) -> Result<TokenRing> {
        let all = job.library(|library| library.tokens())?;
        Ok(TokenRing(all.into_iter().filter(|(token, _)| token.revoked_at.is_none()).collect()))
    }
}

/// The tokens that are not revoked, with the digests of their secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenRing(Vec<(AccessToken, String)>);

impl TokenRing {
    /// Whether no token was given that was not revoked. One that has ended counts: nothing opens by itself.
    pub fn none_was_given(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether no token is accepted at `now`.
    pub fn is_empty(&self, now: jiff::Timestamp) -> bool {
        !self.0.iter().any(|(token, _digest)| is_in_force(token, now))
    }

    /// Whether there is an administrator's token that is accepted at `now`.
    pub fn has_admin(&self, now: jiff::Timestamp) -> bool {
        self.0.iter().any(|(token, _digest)| token.role == Role::Admin && is_in_force(token, now))
    }

    /// The token that `presented` is, if it is accepted at `now`. How long that takes tells nothing of
    /// the secret.
    pub fn find(&self, presented: &str, now: jiff::Timestamp) -> Option<&AccessToken> {
        let (id, secret) = parts(presented)?;
        let (token, digest) = self.0.iter().find(|(token, _digest)| token.id == id)?;
        let same = digest.as_bytes().ct_eq(digest_of(id, secret).as_bytes());
        (bool::from(same) && is_in_force(token, now)).then_some(token)
    }
}

fn is_in_force(token: &AccessToken, now: jiff::Timestamp) -> bool {
    let ends = token.expires_at.as_deref().map(str::parse::<jiff::Timestamp>);
    match ends {
        None => true,
        Some(Ok(ends)) => now < ends,
        // A time that cannot be read is no time without end.
        Some(Err(_)) => false,
    }
}

/// A token as it is given to its bearer: `fettle_ID_SECRET`.
pub(super) fn written(id: &str, secret: &str) -> String {
    format!("{PREFIX}_{id}_{secret}")
}

fn parts(token: &str) -> Option<(&str, &str)> {
    let rest = token.strip_prefix(PREFIX)?.strip_prefix('_')?;
    rest.split_once('_')
}

/// SHA-256 (hex) of a token's secret. The secret is a random number of 256 bits: there is nothing that a
/// slow hash would protect.
pub(super) fn digest_of(id: &str, secret: &str) -> String {
    hex::encode(Sha256::digest(format!("{PREFIX} token {id} {secret}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(id: &str, expires_at: Option<&str>) -> (AccessToken, String) {
        let token = AccessToken {
            id: id.to_owned(),
            name: format!("press {id}"),
            role: Role::Operator,
            created_at: "2026-11-30T00:00:00Z".to_owned(),
            created_by: "kim".to_owned(),
            expires_at: expires_at.map(str::to_owned),
            revoked_at: None,
        };
        (token, digest_of(id, "secret"))
    }

    #[test]
    fn a_token_is_accepted_until_it_ends() {
        let ring = TokenRing(vec![
            token("a1", None),
            token("b2", Some("2026-12-01T00:00:00Z")),
            token("c3", Some("soon")),
        ]);
        let (today, later) = ("2026-11-30T12:00:00Z", "2026-12-01T00:00:00Z");
        // Presented, when, accepted.
        let cases = [
            ("fettle_a1_secret", today, true),
            ("fettle_a1_secreT", today, false),
            ("fettle_a1_", today, false),
            ("fettle_b2_secret", today, true),
            ("fettle_b2_secret", later, false),
            ("fettle_c3_secret", today, false),
            // Another token's id.
            ("fettle_d4_secret", today, false),
            ("a1_secret", today, false),
            ("fettle_a1secret", today, false),
            ("", today, false),
            ("페틀_a1_secret", today, false),
        ];
        for (presented, now, accepted) in cases {
            let found = ring.find(presented, now.parse().unwrap());
            assert_eq!(found.is_some(), accepted, "{presented} at {now}");
        }
        assert!(TokenRing(vec![token("c3", Some("soon"))]).is_empty(today.parse().unwrap()));
        assert!(!ring.is_empty(today.parse().unwrap()) && !ring.none_was_given());
        let ended = TokenRing(vec![token("b2", Some("2026-12-01T00:00:00Z"))]);
        assert!(ended.is_empty(later.parse().unwrap()) && !ended.none_was_given());
        assert!(!ring.has_admin(today.parse().unwrap()));
    }
}
