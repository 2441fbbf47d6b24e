//! Links that open one inspection for a while, to be read, without a token.
//!
//! A link says until when it holds, and has a code (HMAC-SHA256) over that time and the inspection's number,
//! by a key that only this server has. Nothing is stored: with the server its links end.

use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

use super::error::{Result, ServerError};
use super::failure::Failure;
use fettle_domain::InspectionId;

/// What the code is over, beside number and time: a key may sign other things one day.
const PURPOSE: &[u8] = b"fettle inspection link 1";

/// Makes links to inspections and recognises them; clones have the same key.
#[derive(Clone)]
pub struct Links(Arc<[u8; 64]>);

/// A link to an inspection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What follows the server's address.
    pub path: String,
    /// Until when it holds.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Links").finish_non_exhaustive()
    }
}

impl Links {
    /// How long a link holds where nothing else is said.
    pub const USUAL_MINUTES: u32 = 24 * 60;
    /// The shortest time that a link holds.
    pub const LEAST_MINUTES: u32 = 5;
    /// The longest.
    pub const MOST_MINUTES: u32 = 7 * 24 * 60;

    /// Links with a key of their own.
    ///
    /// # Errors
    /// Where the system gives no random numbers.
    pub(crate) fn new() -> Result<Self> {
        let mut key = [0; 64];
        getrandom::fill(&mut key).map_err(|error| ServerError::NoRandomness(error.to_string()))?;
        Ok(Self(Arc::new(key)))
    }

    /// A link that opens `inspection` for so many minutes, within [`Self::LEAST_MINUTES`] and
    /// [`Self::MOST_MINUTES`].
    pub fn to(&self, inspection: InspectionId, minutes: u32) -> Link {
        let minutes = minutes.clamp(Self::LEAST_MINUTES, Self::MOST_MINUTES);
        let ends = Timestamp::now() + SignedDuration::from_mins(minutes.into());
        let ends_s = ends.as_second();
        let code = hex::encode(self.code(inspection, ends_s).finalize().into_bytes());
        let path = format!("/parts/{inspection}?link={ends_s}.{code}");
        Link { path, expires_at: Timestamp::from_second(ends_s).unwrap_or(ends) }
    }

    /// Whether `given` is a link to `inspection` that still holds.
    ///
    /// # Errors
    /// [`Failure::BadLink`] and [`Failure::LinkExpired`].
    pub(crate) fn check(
        &self,
        inspection: InspectionId,
        given: &str,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let (ends_s, code) = read(given).ok_or(Failure::BadLink)?;
        // Compared in a time that tells nothing of where they differ.
        let checked = self.code(inspection, ends_s).verify_slice(&code);
        checked.map_err(|_| Failure::BadLink)?;
        match now.as_second() < ends_s {
            true => Ok(()),
            false => Err(Failure::LinkExpired),
        }
    }

    fn code(&self, inspection: InspectionId, ends_s: i64) -> Hmac<Sha256> {
        let mut code = Hmac::<Sha256>::new(&(*self.0).into());
        code.update(PURPOSE);
        code.update(&inspection.0.to_be_bytes());
        code.update(&ends_s.to_be_bytes());
        code
    }
}

/// The time in seconds and the code that a link carries.
fn read(given: &str) -> Option<(i64, Vec<u8>)> {
    let (ends_s, code) = given.split_once('.')?;
    Some((ends_s.parse().ok()?, hex::decode(code).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_its_own_inspection_until_it_ends() {
        let links = Links::new().unwrap();
        let (part, now) = (InspectionId(7), Timestamp::now());
        let link = links.to(part, 60);
        let given = link.path.strip_prefix("/parts/7?link=").unwrap();
        let (ends_s, code) = given.split_once('.').unwrap();
        let later: i64 = ends_s.parse::<i64>().unwrap() + 1;
        let in_min = |minutes: i64| now + SignedDuration::from_mins(minutes);
        let other = hex::encode([7; 32]);
        // Inspection, link, time, answer: "ok", "bad" or "expired".
        let cases = [
            (7, given.to_owned(), now, "ok"),
            (7, given.to_owned(), in_min(59), "ok"),
            (7, given.to_owned(), in_min(61), "expired"),
            (8, given.to_owned(), now, "bad"),
            (7, format!("{later}.{code}"), now, "bad"),
            (7, format!("{ends_s}.{other}"), now, "bad"),
            (7, format!("{ends_s}.{}", code.to_uppercase()), now, "ok"),
            (7, format!("{ends_s}.{}", code.chars().take(62).collect::<String>()), now, "bad"),
            (7, format!("{ends_s}."), now, "bad"),
            (7, String::new(), now, "bad"),
            (7, "x.y".to_owned(), now, "bad"),
        ];
        for (inspection, given, at, expected) in cases {
            let said = match links.check(InspectionId(inspection), &given, at) {
                Ok(()) => "ok",
                Err(Failure::LinkExpired) => "expired",
                Err(_) => "bad",
            };
            assert_eq!(said, expected, "{inspection} {given} {at}");
        }
        // Another server has another key.
        assert!(Links::new().unwrap().check(part, given, now).is_err());
    }

    #[test]
    fn a_link_holds_within_bounds() {
        let links = Links::new().unwrap();
        // Minutes asked for and given.
        for (asked, given) in [(0, 5), (5, 5), (1440, 1440), (u32::MAX, 10_080)] {
            let left = links.to(InspectionId(1), asked).expires_at.as_second()
                - Timestamp::now().as_second();
            assert!((given * 60 - 2..=given * 60).contains(&left), "{asked}: {left} s");
        }
    }
}
