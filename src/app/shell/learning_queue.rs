//! When which product is to be learned from its known defects.

use std::collections::BTreeMap;

use fettle_domain::ProductCode;

/// Time without a further change of a product's known defects before they are learned from, in
/// seconds: several judgements in a row are one run.
const QUIET_S: f64 = 3.0;

/// What made a product due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LearnTrigger {
    /// The known defects changed: only a change of scores or limits is news.
    Background,
    /// A person asked: what was learned is said in any case.
    Asked,
}

/// The products to learn, each at most once. Times are in seconds, of any one clock.
#[derive(Debug, Default)]
pub(super) struct LearningQueue(BTreeMap<ProductCode, (f64, LearnTrigger)>);

impl LearningQueue {
    /// The known defects of `product` changed: it is due once they rest.
    pub(super) fn changed(&mut self, product: ProductCode, now: f64) {
        let begin = now + QUIET_S;
        let (due, trigger) = self.0.entry(product).or_insert((begin, LearnTrigger::Background));
        if *trigger == LearnTrigger::Background {
            *due = begin;
        }
    }

    /// A person asked to learn `product`: it is due at once.
    pub(super) fn asked(&mut self, product: ProductCode, now: f64) {
        self.0.insert(product, (now, LearnTrigger::Asked));
    }

    /// Takes out the products that are due; those that are `running` wait until they are not.
    pub(super) fn take_due(
        &mut self,
        now: f64,
        running: impl Fn(&ProductCode) -> bool,
    ) -> Vec<(ProductCode, LearnTrigger)> {
        let mut due = Vec::new();
        self.0.retain(|product, (begin, trigger)| {
            let is_due = *begin <= now && !running(product);
            if is_due {
                due.push((product.clone(), *trigger));
            }
            !is_due
        });
        due
    }

    /// When the next product is due.
    pub(super) fn next(&self) -> Option<f64> {
        self.0.values().map(|(begin, _)| *begin).min_by(f64::total_cmp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(code: &str) -> ProductCode {
        code.parse().unwrap()
    }

    #[test]
    fn changes_in_a_row_are_one_run_after_the_last() {
        let mut queue = LearningQueue::default();
        for now in [0.0, 1.0, 2.5] {
            queue.changed(product("a"), now);
        }
        queue.changed(product("b"), 1.0);
        assert_eq!(queue.next(), Some(1.0 + QUIET_S));
        let idle = |_: &ProductCode| false;
        // Time, products that are due.
        let cases: [(f64, &[&str]); 4] = [(3.5, &[]), (4.5, &["b"]), (5.5, &["a"]), (99.0, &[])];
        for (now, expected) in cases {
            let due = queue.take_due(now, idle);
            let codes: Vec<&str> = due.iter().map(|(product, _)| product.as_str()).collect();
            assert_eq!(codes, expected, "{now}");
            assert!(due.iter().all(|(_, trigger)| *trigger == LearnTrigger::Background));
        }
        assert_eq!(queue.next(), None);
    }

    #[test]
    fn a_product_that_runs_waits_and_what_a_person_asks_does_not() {
        let mut queue = LearningQueue::default();
        queue.changed(product("a"), 0.0);
        assert_eq!(queue.take_due(9.0, |running| *running == product("a")), []);
        assert_eq!(queue.take_due(9.0, |_| false), [(product("a"), LearnTrigger::Background)]);
        queue.changed(product("a"), 10.0);
        queue.asked(product("a"), 11.0);
        // A change after that does not put it off.
        queue.changed(product("a"), 11.0);
        assert_eq!(queue.take_due(11.0, |_| false), [(product("a"), LearnTrigger::Asked)]);
        assert_eq!(queue.take_due(99.0, |_| false), []);
    }
}
