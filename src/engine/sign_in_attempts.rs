//! Wrong PINs: after a few, the next has to wait.

use std::time::{Duration, Instant};

/// Wrong PINs that cost nothing.
const FREE: u32 = 5;
/// How long it takes until one wrong PIN is forgotten. A right one forgives none: whoever knows one PIN could guess
/// others' without end.
const WAIT: Duration = Duration::from_secs(30);

/// The wrong PINs that are not forgotten.
#[derive(Debug, Default)]
pub(crate) struct SignInAttempts {
    /// When all are forgotten.
    forgotten_at: Option<Instant>,
}

impl SignInAttempts {
    /// Whether a PIN may be tried at `now`.
    ///
    /// # Errors
    /// The seconds to wait.
    pub(crate) fn check(&self, now: Instant) -> Result<(), u64> {
        let held = self.forgotten_at.map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
        match held.checked_sub(WAIT * (FREE - 1)) {
            Some(rest) if !rest.is_zero() => Err(rest.as_secs() + 1),
            _ => Ok(()),
        }
    }

    /// Counts a wrong PIN.
    pub(crate) fn was_wrong(&mut self, now: Instant) {
        let from = self.forgotten_at.map_or(now, |at| at.max(now));
        self.forgotten_at = Some(from + WAIT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_wrong_pins_make_the_next_wait_and_time_forgives_them() {
        let (mut attempts, now) = (SignInAttempts::default(), Instant::now());
        for _ in 0..FREE {
            attempts.check(now).unwrap();
            attempts.was_wrong(now);
        }
        assert_eq!(attempts.check(now), Err(31));
        let later = now + WAIT;
        attempts.check(later).unwrap();
        attempts.was_wrong(later);
        assert_eq!(attempts.check(later), Err(31));
        let much_later = later + WAIT * FREE;
        for _ in 0..FREE {
            attempts.check(much_later).unwrap();
            attempts.was_wrong(much_later);
        }
        assert!(attempts.check(much_later).is_err());
    }
}
