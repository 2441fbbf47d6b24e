//! How well scores tell the anomalous from the normal.
//!
//! [`ranking`] puts scores in order with ties together; [`roc`] and [`precision_recall`] are
//! computed from that, for images and pixels alike. [`pixels`] counts the pixels of many maps
//! in bounded memory, and [`pro`] computes the per-region overlap from the counts. [`overlap`]
//! holds one mask against the truth.
//!
//! A thing is called anomalous when its score is at or above a threshold. Where only normal or
//! only anomalous things were scored nothing can be told apart, and the metric is `None`.

pub mod overlap;
pub mod pixels;
pub mod precision_recall;
pub mod pro;
pub mod ranking;
pub mod roc;
