//! Views of one inspection, shared by the tabs that inspect and that list inspections.

pub(crate) mod findings;
pub(crate) mod model_view;
pub(crate) mod opinions;
pub(crate) mod past_actions;
pub(crate) mod report_view;
mod resemblances;
mod score_bar;
pub(crate) mod scores;
pub(crate) mod similar_defects;
pub(crate) mod skip_reason;
pub(crate) mod verdict_banner;
