//! What the interface takes and answers: types of its own, so that it changes on purpose only.

pub(crate) mod access;
pub(crate) mod anomaly;
pub(crate) mod bank;
pub(crate) mod bank_extension;
pub(crate) mod bank_thresholds;
pub(crate) mod binary;
pub(crate) mod catalogue;
pub(crate) mod inspection;
pub(crate) mod inspection_list;
pub(crate) mod job;
pub(crate) mod judgement;
pub(crate) mod link;
pub(crate) mod manual;
pub(crate) mod measured_line;
pub(crate) mod picture;
pub(crate) mod report;
pub(crate) mod search;
pub(crate) mod stage;
pub(crate) mod statistics;
pub(crate) mod system;
pub(crate) mod verdict;
