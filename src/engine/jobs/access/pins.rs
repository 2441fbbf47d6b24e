//! Digests of PINs and of the texts of badges, and whose one is.
//!
//! The digests of all people of a workspace have one salt, a random number: one slow computation is then
//! held against all of them, however many there are. The price is that whoever stole the database tries a
//! guess against all people at once. A fast digest to look people up by would cost more: it would give
//! short PINs away without any slow computation.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{CustomizedPasswordHasher as _, PasswordHasher as _};
use argon2::{Argon2, Params};

use crate::error::{EngineError, Result};

/// The digest of `pin` (Argon2id, PHC string), with the salt of those that `people` have.
pub(super) fn digest_of<T>(pin: &str, people: &[(T, String)]) -> Result<String> {
    let salt = people.iter().find_map(|(_, digest)| PasswordHash::new(digest).ok()?.salt);
    let digest = match &salt {
        Some(salt) => Argon2::default().hash_password_with_salt(pin.as_bytes(), salt),
        None => Argon2::default().hash_password(pin.as_bytes()),
    };
    let digest = digest.map_err(|error| EngineError::NoRandomness(error.to_string()))?;
    Ok(digest.to_string())
}

/// Whose PIN it is. People who were added before salts were shared cost a computation each.
pub(super) fn owner_of<'a, T>(people: &'a [(T, String)], pin: &str) -> Option<&'a T> {
    let mut computed: Vec<PasswordHash> = Vec::new();
    people.iter().find_map(|(person, digest)| {
        let digest = PasswordHash::new(digest).ok()?;
        let known = computed.iter().position(|one| is_computed_alike(one, &digest));
        let at = match known {
            Some(at) => at,
            None => {
                computed.push(compute(pin, &digest)?);
                computed.len() - 1
            }
        };
        // How long the comparison takes tells nothing.
        (computed.get(at)?.hash? == digest.hash?).then_some(person)
    })
}

/// Whether two digests of one PIN are equal.
fn is_computed_alike(one: &PasswordHash, other: &PasswordHash) -> bool {
    let how = |digest: &PasswordHash| (digest.algorithm, digest.version, digest.salt);
    how(one) == how(other) && one.params == other.params
}

/// The digest of `pin`, computed as `like` was.
fn compute(pin: &str, like: &PasswordHash) -> Option<PasswordHash> {
    let (algorithm, params) = (Some(like.algorithm.as_str()), Params::try_from(like).ok()?);
    let salt = like.salt?;
    let argon = Argon2::default();
    argon.hash_password_customized(pin.as_bytes(), &salt, algorithm, like.version, params).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn people_share_a_salt_and_are_told_apart_by_their_pins() {
        let mut people: Vec<(&str, String)> = Vec::new();
        for (name, pin) in [("kim", "1234"), ("lee", "badge-0042"), ("박", "４３２１")] {
            let digest = digest_of(pin, &people).unwrap();
            people.push((name, digest));
        }
        // One who was added when each had a salt of their own.
        let own = Argon2::default().hash_password(b"9876").unwrap().to_string();
        people.insert(1, ("choi", own));
        let salts: HashSet<String> = people
            .iter()
            .map(|(_, digest)| PasswordHash::new(digest).unwrap().salt.unwrap().to_string())
            .collect();
        assert_eq!(salts.len(), 2, "computations for four people");
        // PIN, whose it is.
        for (pin, owner) in [
            ("1234", Some("kim")),
            ("badge-0042", Some("lee")),
            ("４３２１", Some("박")),
            ("9876", Some("choi")),
            ("4321", None),
            ("", None),
        ] {
            assert_eq!(owner_of(&people, pin).copied(), owner, "{pin}");
        }
        assert_eq!(owner_of(&[("kim", "no digest".to_owned())], "1234"), None);
        // Another workspace has another salt.
        let digest = digest_of::<&str>("1234", &[]).unwrap();
        assert!(people.iter().all(|(_, known)| *known != digest));
    }
}
