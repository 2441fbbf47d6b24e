//! The room as its callers see it.

pub(super) mod fault;

mod areas;
mod crash;
mod judgements;
mod manual_versions;
mod opening;
mod placing;
mod records;
mod regions;
mod scanning;
mod tidying;
