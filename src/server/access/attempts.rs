//! Counting tokens that are not accepted, by the address that sent them.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Wrong tokens that an address may send at once, and the number that it wins back each minute.
const ATTEMPTS: NonZeroU32 = NonZeroU32::new(10).expect("is not zero");
/// Addresses that are remembered before those that did nothing lately are forgotten.
const REMEMBERED: usize = 10_000;

/// The wrong tokens of each address.
pub(crate) struct Attempts(DefaultKeyedRateLimiter<IpAddr>);

impl Default for Attempts {
    fn default() -> Self {
        Self(RateLimiter::keyed(Quota::per_minute(ATTEMPTS)))
    }
}

impl Attempts {
    /// Counts a wrong token.
    ///
    /// # Errors
    /// The seconds after which `address` may try again, where there were too many.
    pub(crate) fn count(&self, address: IpAddr) -> Result<(), u32> {
        if self.0.len() > REMEMBERED {
            self.0.retain_recent();
        }
        self.0.check_key(&address).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_tries_too_often_waits_and_others_do_not() {
        let attempts = Attempts::default();
        let (first, second) = ("192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap());
        for _ in 0..ATTEMPTS.get() {
            attempts.count(first).unwrap();
        }
        let wait_s = attempts.count(first).unwrap_err();
        assert!((1..=60).contains(&wait_s), "{wait_s}");
        attempts.count(second).unwrap();
    }
}
