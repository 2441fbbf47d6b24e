//! Metrics of anomaly detection and localisation.
//!
//! [`ranking`] sorts scores and groups ties; [`roc`] and [`precision_recall`] are computed from a
//! ranking, for images and pixels alike. [`pixels`] counts the pixels of many maps in bounded
//! memory, and [`pro`] computes the per-region overlap from the counts. [`overlap`] compares one
//! mask with the ground truth.
//!
//! A sample is called anomalous when its score is at or above a threshold. A metric is `None` where
//! all samples are normal or all are anomalous.

pub mod overlap;
pub mod pixels;
pub mod precision_recall;
pub mod pro;
pub mod ranking;
pub mod roc;
