//! The audit trail: who changed what, when, before and after. Triggers write it (`triggers.rs`) in the
//! transaction of the change, so that no change can be forgotten; each entry holds a hash over the one
//! before (`chain.rs`), so that none can be changed or taken out unseen.

mod chain;
mod trail;
mod triggers;

pub(crate) use chain::AuditActor;
pub(crate) use triggers::begin;
