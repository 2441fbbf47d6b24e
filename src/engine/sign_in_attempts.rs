//! Wrong PINs: after a few, the next has to wait.

use std::time::{Duration, Instant};

/// Wrong PINs in a row that cost nothing.
const FREE: u32 = 5;
/// How long to wait after one more.
const WAIT: Duration = Duration::from_secs(30);

/// The wrong PINs since somebody signed in.
#[derive(Debug, Default)]
pub(crate) struct SignInAttempts {
    wrong: u32,
    until: Option<Instant>,
}

impl SignInAttempts {
    /// Whether a PIN may be tried at `now`.
    ///
    /// # Errors
    /// The seconds to wait.
    pub(crate) fn check(&self, now: Instant) -> Result<(), u64> {
        match self.until.and_then(|until| until.checked_duration_since(now)) {
            Some(rest) if !rest.is_zero() => Err(rest.as_secs() + 1),
            _ => Ok(()),
        }
    }

    /// Counts a PIN.
    pub(crate) fn tried(&mut self, is_right: bool, now: Instant) {
        if is_right {
            *self = Self::default();
            return;
        }
        self.wrong += 1;
        if self.wrong >= FREE {
            self.until = Some(now + WAIT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_wrong_pins_make_the_next_wait_and_a_right_one_forgives() {
        let (mut attempts, now) = (SignInAttempts::default(), Instant::now());
        for _ in 0..FREE {
            attempts.check(now).unwrap();
            attempts.tried(false, now);
        }
        assert_eq!(attempts.check(now), Err(31));
        let later = now + WAIT;
        attempts.check(later).unwrap();
        attempts.tried(false, later);
        assert!(attempts.check(later).is_err());
        attempts.tried(true, later);
        attempts.check(later).unwrap();
    }
}
